/**
 * How the supervisor reads a configuration: the text itself, since only it may be allowed to; what it means it has a worker
 * say, which has the parser and the schemas loaded and no rights to lose. So the supervisor stays small.
 */
import { readFileSync } from 'node:fs'
import { type Configuration, ConfigurationError } from '../config/types.ts'

/** What a worker is asked to make sense of. */
export interface ParseOrder {
  /** Relative names start at its directory. */
  readonly file: string
  readonly source: string
}

/** @throws ConfigurationError when the file can not be read; whatever `parse` throws when it can not be used */
export function readConfiguration(file: string, parse: (order: ParseOrder) => Promise<Configuration>): Promise<Configuration> {
  let source: string
  try {
    source = readFileSync(file, 'utf8')
  } catch (error) {
    const message = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : (error as Error).message
    throw new ConfigurationError([{ place: { file, line: 1, column: 1 }, path: '(file)', message }])
  }
  return parse({ file, source })
}
