/** `postern import DIR`: a Postfix configuration as a pipeline file, and what could not be taken over. */
import { writeFileSync } from 'node:fs'
import type { Command } from 'commander'
import { ImportError, type Imported, importDirectory, renderItem } from '../import/index.ts'
import { PROCESS_STREAMS, type Streams } from './streams.ts'

export interface ImportOptions {
  /** Where the YAML goes; default: standard output. */
  readonly output?: string
  readonly json?: boolean
}

/** @returns exit status: 0 all taken over, 1 something is not supported, 2 the configuration can not be read */
export function importPostfix(directory: string, options: ImportOptions, streams: Streams = PROCESS_STREAMS): number {
  let imported: Imported
  try {
    imported = importDirectory(directory)
  } catch (error) {
    if (!(error instanceof ImportError)) throw error
    streams.err.write(`postern import: ${error.message}\n`)
    return 2
  }
  const { yaml, report } = imported
  const isWhole = report.every(({ kind }) => kind === 'ignored')
  if (options.output !== undefined) writeFileSync(options.output, yaml)
  else if (options.json !== true) streams.out.write(yaml)
  if (options.json === true) {
    const told = { ok: isWhole, report, ...(options.output === undefined ? { yaml } : {}) }
    streams.out.write(`${JSON.stringify(told, undefined, 2)}\n`)
  } else for (const item of report) streams.err.write(`${renderItem(item)}\n`)
  return isWhole ? 0 : 1
}

export function addImport(program: Command): void {
  program
    .command('import')
    .description('take over a Postfix configuration: main.cf and master.cf as a pipeline file')
    .argument('<directory>', 'where main.cf is')
    .option('-o, --output <file>', 'write the YAML here instead of to standard output')
    .option('--json', 'the report as JSON')
    .action((directory: string, options: ImportOptions) => {
      process.exitCode = importPostfix(directory, options)
    })
}
