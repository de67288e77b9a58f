/** The body: headers of its parts, and its lines. Read in chunks; only when something is changed is it put together anew. */
import { type MimeLimits, MimeStructure } from '#postern'
import { isMimeHeader } from './headers.ts'
import { type Checks, type Inspection, lookupText, type Target } from './inspection.ts'
import { type Splice, Splicer, spliced } from './splices.ts'

const LF = 10
const CR = 13

export interface BodyRules {
  readonly mime: Checks
  readonly nested: Checks
  readonly body: Checks
  /** body_checks_size_limit. */
  readonly limit: number
  readonly limits: MimeLimits
  /** header_size_limit: tables see no more of a part's header. */
  readonly headerSize: number
  /** line_length_limit: longer lines are looked at in pieces of so many bytes. */
  readonly lineLength: number
}

type Chunks = AsyncIterable<Buffer> | Iterable<Buffer>

/** Is there anything in such a body that tables would be asked about? */
export function concernsBody({ mime, nested, body }: BodyRules, contentType: string | undefined): boolean {
  if (body.tables.length > 0) return true
  return mime.tables.length + nested.tables.length > 0 && !new MimeStructure(contentType).plain
}

/** Looks at the body, and replaces it when a table asks for a change. True: its parts are nested too deeply. */
export async function checkBody(
  inspection: Inspection,
  rules: BodyRules,
  contentType: string | undefined,
  request: { body(): Chunks; replaceBody(chunks: readonly Buffer[]): void },
): Promise<boolean> {
  const structure = new MimeStructure(contentType, rules.limits)
  if (rules.body.tables.length === 0 && structure.plain) return structure.exceeded
  const reader = new BodyReader(inspection, rules, structure)
  for await (const chunk of request.body()) {
    const later = reader.push(chunk)
    if (later !== undefined) await later
    if (inspection.over) break
  }
  if (!inspection.over) await reader.end()
  if (reader.splices.length > 0 && inspection.refusal === undefined)
    request.replaceBody(await spliced(request.body(), reader.splices))
  return structure.exceeded
}

/** The body as the tables want it, while it passes; no more of it is held than a header or a line. */
export async function* checkedBody(
  inspection: Inspection,
  rules: BodyRules,
  contentType: string | undefined,
  body: Chunks,
): AsyncGenerator<Buffer> {
  const reader = new BodyReader(inspection, rules, new MimeStructure(contentType, rules.limits))
  const splicer = new Splicer()
  for await (const chunk of body) {
    const later = reader.push(chunk)
    if (later !== undefined) await later
    splicer.push(chunk)
    yield* splicer.take(reader.decided, reader.splices)
  }
  await reader.end()
  yield* splicer.take(splicer.end, reader.splices)
}

/** Follows the lines of a body through its chunks. */
class BodyReader {
  readonly splices: Splice[] = []
  readonly #inspection: Inspection
  readonly #rules: BodyRules
  readonly #structure: MimeStructure
  /** Bytes of a line whose end is not there yet. */
  #rest: Buffer | undefined
  /** Offset of the next line in the body, and in its part. */
  #at = 0
  #inPart = 0
  /** What comes next belongs to the line before it. */
  #isCut = false
  /** The header of a part that is being read. */
  #header: { readonly at: number; readonly nested: boolean; raw: string; bytes: number } | undefined

  constructor(inspection: Inspection, rules: BodyRules, structure: MimeStructure) {
    this.#inspection = inspection
    this.#rules = rules
    this.#structure = structure
  }

  /** Up to where nothing can change any more. */
  get decided(): number {
    return this.#header?.at ?? this.#at
  }

  /** Takes a chunk; asks tables synchronously as long as they answer so. */
  push(chunk: Buffer): Promise<void> | undefined {
    const bytes = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk])
    this.#rest = undefined
    return this.#lines(bytes, 0)
  }

  async end(): Promise<void> {
    if (this.#rest !== undefined) await this.#line(this.#rest, 0, this.#rest.length, this.#rest.length)
    this.#rest = undefined
    await this.#finishHeader()
  }

  #lines(bytes: Buffer, from: number): Promise<void> | undefined {
    const longest = this.#rules.lineLength
    let at = from
    while (at < bytes.length && !this.#inspection.over) {
      const newline = bytes.indexOf(LF, at)
      // The CR of a line whose LF is still to come is no part of a piece.
      if (newline < 0 && bytes.length - at <= longest + 1) {
        this.#rest = bytes.subarray(at)
        return undefined
      }
      const text = newline < 0 ? bytes.length : bytes[newline - 1] === CR && newline > at ? newline - 1 : newline
      const isWhole = text - at <= longest
      const end = isWhole ? text : at + longest
      const next = isWhole ? newline + 1 : end
      const later = this.#line(bytes, at, end, next)
      at = next
      if (later !== undefined) return later.then(() => this.#lines(bytes, at))
    }
    return undefined
  }

  #line(bytes: Buffer, start: number, end: number, next: number): Promise<void> | undefined {
    const at = this.#at
    const isContinued = this.#isCut
    this.#at += next - start
    this.#isCut = next === end
    const kind = this.#structure.plain || isContinued ? 'body' : this.#structure.line(bytes, start, end)
    if (this.#header !== undefined && (kind === 'fold' || isContinued)) {
      this.#header.bytes += next - start
      const text = bytes.toString('latin1', start, end)
      if (this.#header.raw.length < this.#rules.headerSize) this.#header.raw += isContinued ? text : `\r\n${text}`
      return undefined
    }
    const before = this.#finishHeader()
    const after = () => this.#look(kind, bytes, { at, start, end, next })
    return before === undefined ? after() : before.then(() => (this.#inspection.over ? undefined : after()))
  }

  #look(
    kind: string,
    bytes: Buffer,
    { at, start, end, next }: { at: number; start: number; end: number; next: number },
  ): Promise<void> | undefined {
    if (kind === 'mime' || kind === 'nested') {
      this.#header = { at, nested: kind === 'nested', raw: bytes.toString('latin1', start, end), bytes: next - start }
      return undefined
    }
    const before = this.#inPart
    // The end of a line counts as one byte.
    this.#inPart = kind === 'boundary' || kind === 'end' ? 0 : before + end - start + Math.min(next - end, 1)
    const { body, limit } = this.#rules
    if (kind === 'end' || body.tables.length === 0 || (before >= limit && kind === 'body') || this.#inspection.over)
      return undefined
    const text = lookupText(bytes.toString('latin1', start, end))
    return this.#inspection.check(body, this.#target('body', text, at, next - start)) ?? undefined
  }

  #finishHeader(): Promise<void> | undefined {
    const header = this.#header
    this.#header = undefined
    if (header === undefined || this.#inspection.over) return undefined
    const name = header.raw.slice(0, header.raw.search(/[ \t:]/))
    const checks = header.nested && !isMimeHeader(name) ? this.#rules.nested : this.#rules.mime
    if (checks.tables.length === 0) return undefined
    const target = this.#target('header', lookupText(header.raw), header.at, header.bytes)
    return this.#inspection.check(checks, target) ?? undefined
  }

  #target(what: 'header' | 'body', text: string, at: number, bytes: number): Target {
    const splice = (remove: number, raw: string) => {
      const lines = raw.replaceAll(/\r?\n/g, '\r\n')
      this.splices.push({ at, remove, insert: lines === '' ? '' : `${lines}\r\n` })
    }
    return { what, text, remove: () => splice(bytes, ''), replace: (raw) => splice(bytes, raw), prepend: (raw) => splice(0, raw) }
  }
}
