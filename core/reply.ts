/** SMTP replies as values (RFC 5321 4.2, RFC 2034, RFC 3463). */

/** One reply, of one or more lines. */
export interface Reply {
  readonly code: number
  /** Enhanced status such as `2.1.0`; absent where Postfix sends none (greeting, HELO, 354). */
  readonly status?: string
  /** Text of each line; a single string is one line. */
  readonly text: string | readonly string[]
  /** Hang up after sending. */
  readonly close?: boolean
}

/** A reply with an enhanced status. */
export function reply(code: number, status: string | undefined, text: string | readonly string[], close?: boolean): Reply {
  return { code, ...(status === undefined ? {} : { status }), text, ...(close ? { close } : {}) }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: removing them is the purpose
const CONTROL = /[\x00-\x1f\x7f]/g

/**
 * Makes text from elsewhere safe inside one line of a reply, a header, or a log line: CR, LF, NUL and
 * other control characters become `?` (as Postfix's printable()).
 */
export function oneLine(text: string): string {
  return text.replace(CONTROL, '?')
}

/** As `oneLine`, with blanks. */
export function blankControls(text: string): string {
  return text.replace(CONTROL, ' ')
}

/** Makes text ASCII: a mark stands for each octet of what is not. */
export function inAscii(text: string, mark: string): string {
  return text.replace(/[\u0080-\u{10ffff}]/gu, (character) => mark.repeat(Buffer.byteLength(character)))
}

/** As `oneLine`, for a line of a reply, where tabs may stand (RFC 5321 4.2). */
function replyLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: removing them is the purpose
  return text.replace(/[\x00-\x08\x0a-\x1f\x7f]/g, '?')
}

/** The bytes of a reply as a string, every line ended by CRLF. */
export function renderReply(r: Reply): string {
  const head = r.status === undefined ? '' : `${r.status} `
  if (typeof r.text === 'string') return `${r.code} ${head}${replyLine(r.text)}\r\n`
  const last = r.text.length - 1
  let out = ''
  for (let i = 0; i <= last; i++) out += `${r.code}${i === last ? ' ' : '-'}${head}${replyLine(r.text[i] ?? '')}\r\n`
  return out
}
