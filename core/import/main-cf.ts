/** main.cf: names and texts, each with the lines that it stands on. Nothing is expanded. */
import { type LogicalLine, lineAt, logicalLines } from './logical.ts'

/** Where something was written. */
export interface Origin {
  /** `main.cf`, `master.cf`. */
  readonly file: string
  readonly from: number
  readonly to: number
}

/** One parameter as written. */
export interface Setting {
  readonly name: string
  readonly text: string
  readonly origin: Origin
  /** The line of the text's character at this offset. */
  lineOf(offset: number): number
}

/** The file can not be read as Postfix would read it. */
export class ImportError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'ImportError'
  }
}

/** Settings by name, in the order of the file; the last of a name holds. */
export type Settings = ReadonlyMap<string, Setting>

/** @throws ImportError for a line that is no assignment */
export function readMain(source: string, file = 'main.cf'): { settings: Settings; overridden: readonly Setting[] } {
  const settings = new Map<string, Setting>()
  const overridden: Setting[] = []
  for (const line of logicalLines(source)) {
    const setting = assignment(line, file)
    const before = settings.get(setting.name)
    if (before !== undefined) overridden.push(before)
    settings.set(setting.name, setting)
  }
  return { settings, overridden }
}

function assignment(line: LogicalLine, file: string): Setting {
  const match = /^([^\s=]+)\s*=\s*/.exec(line.text)
  if (match?.[1] === undefined)
    throw new ImportError(`${file}:${line.from}: expected "name = value", found ${JSON.stringify(line.text)}`)
  const start = match[0].length
  return {
    name: match[1],
    text: line.text.slice(start).trim(),
    origin: { file, from: line.from, to: line.to },
    lineOf: (offset) => lineAt(line, start + offset),
  }
}

/** `main.cf:12`, `main.cf:12-14` */
export function renderOrigin({ file, from, to }: Origin): string {
  return from === to ? `${file}:${from}` : `${file}:${from}-${to}`
}
