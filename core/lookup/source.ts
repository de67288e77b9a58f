/** Tables that are read as a whole, from a file or from `{ {rule}, {rule} }` in the configuration; a changed file is read again. */
import { resolve } from 'node:path'
import { setImmediate as yielding } from 'node:timers/promises'
import { bracedList, unbrace } from './braces.ts'
import { missing, Watch } from './changes.ts'
import { fileLines, type SourceLine } from './lines.ts'
import type { Table, TableContext } from './table.ts'

export { bracedList, splitList, unbrace } from './braces.ts'
export { logicalLines, type SourceLine } from './lines.ts'

/** A rules table's lines in an inline `{ {rule}, {rule} }`. */
function inlineLines(name: string): SourceLine[] | undefined {
  if (!name.startsWith('{')) return undefined
  return bracedList(name).map((rule, i) => {
    const text = unbrace(rule)
    if (text === undefined) throw new Error(`expected "{ {rule}, {rule} }", found ${JSON.stringify(rule)} without braces`)
    return { text, line: i + 1 }
  })
}

/** What a parsed source answers with. */
export type Find = (key: string) => string | undefined

/** A parsed source. */
export interface Contents {
  readonly find: Find
  /** How many entries or rules there are. */
  readonly size: number
}

/** Tells of a line that is skipped. */
export type Skip = (line: number, message: string) => void

/** Takes logical lines one by one. `add` and `end` throw Error naming the line. */
export interface Reader {
  add(line: SourceLine): void
  end(): Contents
}

/** Makes a reader. */
export type Read = (skip: Skip) => Reader

/** How many skipped lines of one reading are told; a file that is no table at all must not fill the log. */
const MOST_TOLD = 50

/** How many lines are read before others get their turn, when a file is read again. */
const SLICE = 5000

/**
 * Opens a table that is read as a whole. A changed file that is broken is told once and the old contents stay.
 * @param file where it is, when `name` does not say it
 * @throws Error when it can not be read or parsed
 */
export function openSource(
  type: string,
  name: string,
  wholeKeys: boolean,
  read: Read,
  context: TableContext,
  file: string = name,
): Table {
  const spec = `${type}:${name}`
  const inline = inlineLines(name)
  if (inline !== undefined) {
    const { find, size } = finished(inline, read(telling(spec, spec, context)))
    return { spec, wholeKeys, lookup: find, inspect: () => ({ entries: size }) }
  }
  const path = resolve(context.baseDirectory, file)
  return new SourceTable(spec, path, wholeKeys, () => read(telling(spec, path, context)), context)
}

class SourceTable implements Table {
  readonly spec: string
  readonly wholeKeys: boolean
  readonly #path: string
  readonly #reader: () => Reader
  readonly #watch: Watch
  readonly #warn: (message: string) => void
  #contents: Contents
  #isReading = false
  #isClosed = false

  constructor(spec: string, path: string, wholeKeys: boolean, reader: () => Reader, context: TableContext) {
    this.spec = spec
    this.wholeKeys = wholeKeys
    this.#path = path
    this.#reader = reader
    this.#warn = (message) => context.warn?.(message)
    this.#watch = new Watch([path], context.now, true)
    try {
      this.#contents = finished(fileLines(path), reader())
    } catch (error) {
      throw this.#problem(error)
    }
  }

  lookup(key: string): string | undefined {
    if (!this.#isReading && this.#watch.changed()) this.#readAgain()
    return this.#contents.find(key)
  }

  inspect() {
    return { entries: this.#contents.size, source: this.#path }
  }

  close(): void {
    this.#isClosed = true
  }

  #readAgain(): void {
    this.#isReading = true
    const lines = fileLines(this.#path)
    try {
      // A small file is read at once; the rest of a large one between other work, while the old contents answer.
      const reader = this.#reader()
      if (slice(lines, reader)) this.#replace(reader)
      else {
        void this.#readOn(lines, reader)
        return
      }
    } catch (error) {
      lines.return(undefined)
      this.#keep(error)
    }
    this.#isReading = false
  }

  async #readOn(lines: Generator<SourceLine>, reader: Reader): Promise<void> {
    try {
      do await yielding(undefined, { ref: false })
      while (!this.#isClosed && !slice(lines, reader))
      if (this.#isClosed) lines.return(undefined)
      else this.#replace(reader)
    } catch (error) {
      lines.return(undefined)
      this.#keep(error)
    } finally {
      this.#isReading = false
    }
  }

  #replace(reader: Reader): void {
    this.#contents = reader.end()
  }

  #keep(error: unknown): void {
    this.#warn(`${this.#problem(error).message}; keeping the old contents`)
  }

  #problem(error: unknown): Error {
    const why = missing(error) ? `no such file ${this.#path}` : error instanceof Error ? error.message : String(error)
    return new Error(`table ${this.spec}: ${why}`, { cause: error })
  }
}

/** Reads some lines; true when there are no more. */
function slice(lines: Iterator<SourceLine>, reader: Reader): boolean {
  for (let i = 0; i < SLICE; i++) {
    const next = lines.next()
    if (next.done === true) return true
    reader.add(next.value)
  }
  return false
}

function finished(lines: Iterable<SourceLine>, reader: Reader): Contents {
  for (const line of lines) reader.add(line)
  return reader.end()
}

function telling(spec: string, file: string, { warn }: TableContext): Skip {
  let told = 0
  return (line, text) => {
    told++
    if (told > MOST_TOLD + 1) return
    const what = told > MOST_TOLD ? 'more such lines are not shown' : text
    warn?.(`${spec}, line ${line}: ${what}`, { file, line, text: what })
  }
}

/** A reader for what has to be seen as a whole. */
export const wholly =
  (parse: (lines: readonly SourceLine[], skip: Skip) => Find): Read =>
  (skip) => {
    const lines: SourceLine[] = []
    return {
      add: (line) => void lines.push(line),
      end: () => ({ find: parse(lines, skip), size: lines.length }),
    }
  }
