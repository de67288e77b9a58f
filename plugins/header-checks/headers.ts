/** The headers of the message itself. */
import type { HeaderList } from '#postern'
import { type Checks, type Inspection, lookupText, type Target } from './inspection.ts'

/** Headers that mime_header_checks gets, wherever they stand (RFC 2045, RFC 2183). */
const MIME_HEADERS = new Set([
  'content-description',
  'content-disposition',
  'content-id',
  'content-transfer-encoding',
  'content-type',
  'mime-version',
])

/** Is it a MIME header? */
export function isMimeHeader(name: string): boolean {
  return MIME_HEADERS.has(name.toLowerCase())
}

export interface HeaderRules {
  readonly primary: Checks
  readonly mime: Checks
  /** header_size_limit: of new text too. */
  readonly size: number
}

/** Looks at each header once, those that an action put there excepted. */
export async function checkHeaders(
  inspection: Inspection,
  headers: HeaderList,
  { primary, mime, size }: HeaderRules,
): Promise<void> {
  for (let i = 0; i < headers.length && !inspection.over; i++) {
    const header = headers.at(i)
    if (header === undefined) return
    let at = i
    const target: Target = {
      what: 'header',
      text: lookupText(header.raw),
      remove: () => headers.remove(at--),
      replace: (raw) => headers.replace(at, raw.slice(0, size)),
      prepend: (raw) => headers.insert(at++, raw),
    }
    const checks = isMimeHeader(header.name) ? mime : primary
    const later = checks.tables.length === 0 ? undefined : inspection.check(checks, target)
    if (later !== undefined) await later
    i = at
  }
}
