/**
 * The head as it will be stored: trace headers on top, dropped and overlong headers out, missing ones added below.
 * Postfix: message_drop_headers, header_size_limit, always_add_missing_headers, undisclosed_recipients_header.
 */
import type { HeaderBlock } from '../message/headers.ts'

const CRLF = '\r\n'

/** Names that the intake looks for in every head. */
export const WATCHED = [
  'message-id',
  'received',
  'date',
  'from',
  'to',
  'cc',
  'bcc',
  'resent-message-id',
  'resent-date',
  'resent-from',
  'resent-to',
  'resent-cc',
  'resent-bcc',
  'resent-sender',
  'resent-reply-to',
] as const

const RECIPIENT_HEADERS = ['to', 'cc', 'resent-to', 'resent-cc'] as const

/** What is needed to write missing headers. */
export interface Missing {
  has(name: string): boolean
  /** Made when it is asked for: most messages lack nothing. */
  messageId(): string
  date(): string
  from(): string
  /** undisclosed_recipients_header; '' adds none. */
  readonly undisclosed: string
}

/** The headers that a message lacks, in Postfix's order. With any Resent- header the Resent- forms are wanted (RFC 5322 3.6.6). */
export function missingHeaders(missing: Missing): string[] {
  const prefix = WATCHED.some((name) => name.startsWith('resent-') && missing.has(name)) ? 'Resent-' : ''
  const lacks = (name: string) => !missing.has(`${prefix}${name}`.toLowerCase())
  const out: string[] = []
  if (lacks('Message-Id')) out.push(`${prefix}Message-Id: ${missing.messageId()}`)
  if (lacks('Date')) out.push(`${prefix}Date: ${missing.date()}`)
  if (lacks('From')) out.push(`${prefix}From: ${missing.from()}`)
  if (missing.undisclosed !== '' && !RECIPIENT_HEADERS.some((name) => missing.has(name))) out.push(missing.undisclosed)
  return out
}

/**
 * A head whose header lines nobody edited: what goes above, the lines as they are, what goes below, and the empty line
 * unless the data ended before one (Postfix adds none then).
 */
export function plainHead(above: readonly string[], lines: Buffer, below: readonly string[], emptyLine: boolean): Buffer {
  const top = above.length === 0 ? '' : above.join(CRLF) + CRLF
  let bottom = lines.length === 0 || lines[lines.length - 1] === 10 ? '' : CRLF
  if (below.length > 0) bottom += below.join(CRLF) + CRLF
  if (emptyLine) bottom += CRLF
  return Buffer.concat([Buffer.from(top, 'utf8'), lines, Buffer.from(bottom, 'utf8')])
}

/** `Name : value` becomes `Name: value`: blanks before the colon are obsolete, and hide a header from some readers. */
export function closeNames(headers: HeaderBlock): void {
  for (let i = 0; i < headers.length; i++) {
    const { name, raw } = headers.at(i) ?? { name: '', raw: '' }
    if (raw[name.length] !== ':') headers.replace(i, name + raw.slice(raw.indexOf(':')))
  }
}

/** Removes what message_drop_headers names. */
export function dropHeaders(headers: HeaderBlock, names: ReadonlySet<string>): void {
  for (let i = headers.length - 1; i >= 0; i--) if (names.has(headers.at(i)?.name.toLowerCase() ?? '')) headers.remove(i)
}

/** A header ends at its first NUL. */
export function endAtNul(headers: HeaderBlock): void {
  for (let i = 0; i < headers.length; i++) {
    const raw = headers.at(i)?.raw ?? ''
    const at = raw.indexOf('\0')
    if (at >= 0) headers.replace(i, raw.slice(0, at).replace(/\r\n$/, ''))
  }
}

/** Leaves out the lines of long headers that come after the limit (header_size_limit) is reached; nothing looks at them. */
export function cutHeaders(headers: HeaderBlock, limit: number): void {
  replaceLong(headers, limit, (raw) => cut(raw, limit))
}

/** Makes headers as short as they are stored: `limit` bytes, ended at a line where one ends near the limit. */
export function trimHeaders(headers: HeaderBlock, limit: number): void {
  replaceLong(headers, limit, (raw) => trimmed(raw, limit))
}

function replaceLong(headers: HeaderBlock, limit: number, shorter: (raw: string) => string): void {
  for (let i = 0; i < headers.length; i++) {
    const raw = headers.at(i)?.raw ?? ''
    if (raw.length > limit) headers.replace(i, shorter(raw))
  }
}

/** Lines are taken while what came before is below the limit. The end of a line counts as one byte. */
function cut(raw: string, limit: number): string {
  let end = raw.indexOf('\r\n')
  for (let folds = 0; end >= 0 && end < raw.length; folds++) {
    if (end - folds >= limit) return raw.slice(0, end)
    end = raw.indexOf('\r\n', end + 2)
  }
  return raw
}

/** The share of the limit after which a line that goes over it is left out whole. */
const NEAR = 0.9

/** The line that goes over the limit is cut there, or goes with those after it where it begins near the limit. */
function trimmed(raw: string, limit: number): string {
  let start = 0
  for (let folds = 0; start < raw.length; folds++) {
    const found = raw.indexOf('\r\n', start)
    const end = found < 0 ? raw.length : found
    if (end - folds > limit) return start - folds > NEAR * limit ? raw.slice(0, start - 2) : raw.slice(0, limit + folds)
    start = end + 2
  }
  return raw
}
