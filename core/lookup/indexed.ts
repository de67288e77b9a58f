/**
 * Tables in files that postmap(1) made: `NAME.cdb`, `NAME.lmdb` beside their source text NAME. Where only the source is there,
 * it is read instead. A file that is replaced is opened again.
 */
import { existsSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { missing, Watch } from './changes.ts'
import { openText } from './hash.ts'
import { type Table, type TableContext, TableError, type TableType } from './table.ts'

/** An open file of keys and values. Methods throw Error when the file is damaged. */
export interface IndexFile {
  get(key: Buffer): Buffer | undefined
  readonly size: number
  close(): void
}

/** A type whose files end in `.name`. */
export function indexedType(name: string, openFile: (path: string) => IndexFile): TableType {
  return {
    name,
    open(source, context) {
      const path = resolve(context.baseDirectory, source)
      const file = `${path}.${name}`
      if (!existsSync(file) && existsSync(path)) return openText(name, source, context)
      return new IndexTable(`${name}:${source}`, path, file, openFile, context)
    },
  }
}

class IndexTable implements Table {
  readonly spec: string
  readonly wholeKeys = false
  readonly #path: string
  readonly #open: () => IndexFile
  readonly #warn: (message: string) => void
  readonly #watch: Watch
  #file: IndexFile
  /** postmap ends keys and values with a NUL in some types, other tools do not; the first key that is found shows which. */
  #endsInNul: boolean | undefined

  constructor(spec: string, source: string, path: string, openFile: (path: string) => IndexFile, context: TableContext) {
    this.spec = spec
    this.#path = path
    this.#open = () => openFile(path)
    this.#warn = (message) => context.warn?.(message)
    this.#watch = new Watch([path], context.now)
    try {
      this.#file = this.#open()
    } catch (error) {
      throw new Error(`table ${spec}: ${reason(error, path)}`, { cause: error })
    }
    const [text, index] = [source, path].map((each) => statSync(each, { throwIfNoEntry: false })?.mtimeMs)
    if (text !== undefined && index !== undefined && text > index) this.#warn(`${path} is older than its source ${source}`)
  }

  lookup(key: string): string | undefined {
    if (this.#watch.changed()) this.#openAgain()
    const octets = Buffer.from(`${key.toLowerCase()}\0`)
    try {
      return this.#find(octets, true) ?? this.#find(octets, false)
    } catch (error) {
      throw new TableError(this.spec, reason(error, this.#path), error)
    }
  }

  #find(octets: Buffer, withNul: boolean): string | undefined {
    if (this.#endsInNul === !withNul) return undefined
    const value = this.#file.get(withNul ? octets : octets.subarray(0, -1))
    if (value === undefined) return undefined
    this.#endsInNul = withNul
    return value.toString('utf8', 0, value.length - (withNul && value.at(-1) === 0 ? 1 : 0))
  }

  #openAgain(): void {
    try {
      const file = this.#open()
      this.#file.close()
      this.#file = file
      this.#endsInNul = undefined
    } catch (error) {
      this.#warn(`table ${this.spec}: ${reason(error, this.#path)}; keeping the old contents`)
    }
  }

  inspect() {
    return { entries: this.#file.size, source: this.#path }
  }

  close(): void {
    this.#file.close()
  }
}

function reason(error: unknown, path: string): string {
  if (missing(error)) return `no such file ${path}`
  return error instanceof Error ? error.message : String(error)
}
