/** Lines of reports that name the sender, and lines as bytes. A local part that is not ASCII is quoted byte by byte, as Postfix does. */
import { quoteAddress } from '../protocol/address.ts'
import { oneLine } from '../reply.ts'

/** A line without its end; bytes where it is no UTF-8. */
export type ReportLine = string | Buffer

const QUOTE = 34
const BACKSLASH = 92
const CRLF = Buffer.from('\r\n')

/** Has its local part anything that RFC 5322 has no quoting for? */
export function isWide(address: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range of ASCII
  return !/^[\x00-\x7f]*$/.test(localOf(address))
}

function localOf(address: string): string {
  const at = address.lastIndexOf('@')
  return at < 0 ? address : address.slice(0, at)
}

/** A line with the sender in it, between what comes before and after. */
export function senderLine(before: string, sender: string, after = ''): ReportLine {
  if (!isWide(sender)) return `${before}${oneLine(quoteAddress(sender))}${after}`
  const local = oneLine(localOf(sender))
  const quoted: number[] = []
  for (const byte of Buffer.from(local)) {
    if (byte > 127 || byte === QUOTE || byte === BACKSLASH) quoted.push(BACKSLASH)
    quoted.push(byte)
  }
  const rest = oneLine(sender.slice(localOf(sender).length))
  return Buffer.concat([Buffer.from(`${before}"`), Buffer.from(quoted), Buffer.from(`"${rest}${after}`)])
}

/** Lines, each with its end. */
export function reportBytes(lines: readonly ReportLine[]): Buffer {
  if (!lines.some((line) => typeof line !== 'string')) return Buffer.from(`${lines.join('\r\n')}\r\n`)
  return Buffer.concat(lines.flatMap((line) => [typeof line === 'string' ? Buffer.from(line) : line, CRLF]))
}
