/**
 * What is left of a mailbox file at the start of a message: `From ` and `>From ` lines. They are no headers, and become some:
 * X-Mailbox-Line, as smtpd(8) does.
 */

const GREATER = 62
const F = 70
const LF = 10
const LEAD = 'From '
const HEADER = Buffer.from('X-Mailbox-Line: ')

/** Bytes of those lines at the start. */
export function mailboxLines(bytes: Buffer): number {
  let at = 0
  for (;;) {
    let name = at
    while (bytes[name] === GREATER) name++
    if (bytes[name] !== F || bytes.toString('latin1', name, name + LEAD.length) !== LEAD) return at
    const newline = bytes.indexOf(LF, name)
    if (newline < 0) return at
    at = newline + 1
  }
}

/** The lines as headers, each with its line end. */
export function mailboxHeaders(lines: Buffer): Buffer {
  const out: Buffer[] = []
  for (let at = 0; at < lines.length; ) {
    const next = lines.indexOf(LF, at) + 1
    out.push(HEADER, lines.subarray(at, next))
    at = next
  }
  return Buffer.concat(out)
}

/** Could the line that these bytes begin be one of them? Asked while its end is not there yet. */
export function maybeMailboxLine(bytes: Buffer): boolean {
  let name = 0
  while (bytes[name] === GREATER) name++
  return LEAD.startsWith(bytes.toString('latin1', name, name + LEAD.length))
}
