/**
 * A header block that is parsed when someone looks, and written back byte for byte where nobody edited.
 * Names are compared as ASCII without case and are never keys of objects, so that `__proto__:` is a header like others.
 */
import { GapList } from './gap-list.ts'
import { headerEnd, headerNameLength, surveyHead, unfold, wantedHeaders } from './head.ts'
import type { Header, HeaderList } from './types.ts'

const CRLF = Buffer.from('\r\n')
const NOTHING_WANTED = wantedHeaders([])

/** A header as bytes of the original block, or as text that an edit put there. */
interface Entry {
  readonly start: number
  readonly end: number
  header: Header | undefined
}

/** `HeaderList` over the bytes of a head. */
export class HeaderBlock implements HeaderList {
  readonly #bytes: Buffer
  readonly #limit: number
  #entries: GapList<Entry> | undefined
  #edited = false

  /** @param bytes the head: header lines, and the empty line when it has one; lines after the header lines are ignored */
  constructor(bytes: Buffer, limit?: number) {
    this.#bytes = bytes
    this.#limit = limit ?? surveyHead(bytes, NOTHING_WANTED, true)?.headers ?? 0
  }

  get length(): number {
    return this.#list().length
  }

  /** Has any edit been made? */
  get edited(): boolean {
    return this.#edited
  }

  at(index: number): Header | undefined {
    const entry = this.#list().at(index)
    return entry === undefined ? undefined : this.#header(entry)
  }

  find(name: string): Header | undefined {
    const index = this.indexOf(name)
    return index < 0 ? undefined : this.at(index)
  }

  /** Position of the first header with this name at or after `from`, or -1. */
  indexOf(name: string, from = 0): number {
    const wanted = name.toLowerCase()
    const entries = this.#list()
    for (let i = from; i < entries.length; i++) {
      const entry = entries.at(i) as Entry
      if (this.#header(entry).name.toLowerCase() === wanted) return i
    }
    return -1
  }

  value(name: string): string | undefined {
    const header = this.find(name)
    return header === undefined ? undefined : unfold(header.raw)
  }

  insert(index: number, raw: string): void {
    const entries = this.#list()
    entries.insert(Math.max(0, Math.min(index, entries.length)), written(raw))
    this.#edited = true
  }

  replace(index: number, raw: string): void {
    const entries = this.#list()
    if (index < 0 || index >= entries.length) return
    entries.replace(index, written(raw))
    this.#edited = true
  }

  remove(index: number): void {
    const entries = this.#list()
    if (index < 0 || index >= entries.length) return
    entries.remove(index)
    this.#edited = true
  }

  append(raw: string): void {
    this.insert(this.length, raw)
  }

  *[Symbol.iterator](): IterableIterator<Header> {
    for (const entry of [...this.#list()]) yield this.#header(entry)
  }

  toBuffer(): Buffer {
    if (!this.#edited && this.#limit > 0 && endsWithEmptyLine(this.#bytes, this.#limit)) return this.#bytes
    return Buffer.concat([...this.lines(), CRLF])
  }

  /** The header lines as buffers, without the empty line: runs of untouched headers come as one slice. */
  lines(): Buffer[] {
    if (!this.#edited) return [ended(this.#bytes.subarray(0, this.#limit))]
    const out: Buffer[] = []
    let from = -1
    let to = -1
    const flush = () => {
      if (from >= 0) out.push(ended(this.#bytes.subarray(from, to)))
      from = -1
    }
    for (const entry of this.#list()) {
      if (entry.start >= 0 && from >= 0 && entry.start === to) {
        to = entry.end
        continue
      }
      flush()
      if (entry.start >= 0) {
        from = entry.start
        to = entry.end
      } else out.push(Buffer.from(`${entry.header?.raw ?? ''}\r\n`, 'latin1'))
    }
    flush()
    return out
  }

  #list(): GapList<Entry> {
    if (this.#entries !== undefined) return this.#entries
    const entries: Entry[] = []
    for (let at = 0; at < this.#limit; ) {
      const end = headerEnd(this.#bytes, at, this.#limit)
      entries.push({ start: at, end, header: undefined })
      at = end
    }
    this.#entries = new GapList(entries)
    return this.#entries
  }

  #header(entry: Entry): Header {
    if (entry.header !== undefined) return entry.header
    const length = headerNameLength(this.#bytes, entry.start, entry.end)
    const raw = this.#bytes.toString('latin1', entry.start, entry.end).replace(/\r?\n$/, '')
    entry.header = Object.freeze({ name: raw.slice(0, length), raw })
    return entry.header
  }
}

/** Parses a head. Cheap: nothing is looked at beyond the end of the header lines before someone asks. */
export function parseHeaders(head: Buffer): HeaderBlock {
  return new HeaderBlock(head)
}

/**
 * Makes text safe to stand as one header: line ends become CRLF and are kept only as folds, other CR and NUL go.
 * An edit can so never begin a second header or end the block.
 */
export function safeHeader(raw: string): string {
  const lines = raw.replaceAll('\x00', '').split(/\r?\n/)
  let out = (lines[0] ?? '').replaceAll('\r', ' ')
  for (let i = 1; i < lines.length; i++) {
    const line = (lines[i] ?? '').replaceAll('\r', ' ')
    if (line.trim() === '') continue
    out += line.startsWith(' ') || line.startsWith('\t') ? `\r\n${line}` : `\r\n ${line}`
  }
  return out
}

/**
 * A latin1 view (one char per byte) of text that may hold any character: how `Header.raw` wants what a table,
 * a template or an address says.
 */
export function rawText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range of ASCII
  return /^[\x00-\x7f]*$/.test(text) ? text : Buffer.from(text, 'utf8').toString('latin1')
}

/** The other way: `Header.raw` as text, for matching and logs; bytes above ASCII are read as UTF-8. */
export function headerText(raw: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range of ASCII
  return /^[\x00-\x7f]*$/.test(raw) ? raw : Buffer.from(raw, 'latin1').toString('utf8')
}

function written(raw: string): Entry {
  const safe = safeHeader(raw)
  const colon = safe.indexOf(':')
  const name = colon < 0 ? '' : safe.slice(0, colon).trimEnd()
  return { start: -1, end: -1, header: Object.freeze({ name, raw: safe }) }
}

/** The same lines with a line end at the end: the last line of data may lack it. */
function ended(lines: Buffer): Buffer {
  return lines.length === 0 || lines[lines.length - 1] === 10 ? lines : Buffer.concat([lines, CRLF])
}

function endsWithEmptyLine(bytes: Buffer, limit: number): boolean {
  return bytes.length === limit + 2 && bytes[limit] === 13 && bytes[limit + 1] === 10 && bytes[limit - 1] === 10
}
