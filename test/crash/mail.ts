/** The mail of the crash test: every message says who it is for and carries a digest, so that damage shows. */
import { createHash, randomBytes } from 'node:crypto'
import { pick } from './chance.ts'

/** A message about to be sent. */
export interface TestMessage {
  readonly id: string
  readonly sender: string
  readonly recipients: readonly string[]
  /** Dot-stuffed, with the final dot. */
  readonly bytes: Buffer
}

/** Kinds of recipient, by domain; the next hop acts on them. */
export const KINDS = Object.freeze(['ok.test', 'ok.test', 'ok.test', 'refused.test', 'later.test'])

/** Bytes of body: mostly small, some past one buffer, few past the size at which content streams to disk. */
const SIZES = [300, 300, 300, 4000, 4000, 60_000, 60_000, 3_000_000]
const LINE = 76

/** Makes message number `number` of this run. */
export function makeMessage(number: number, random: () => number): TestMessage {
  const id = `m${number}`
  const count = 1 + Math.floor(random() * 3)
  const recipients = Array.from({ length: count }, (_, i) => `r${i}-${id}@${pick(random, KINDS)}`)
  const body = makeBody(pick(random, SIZES))
  const digest = createHash('sha256').update(body).digest('hex')
  const head = `From: <s-${id}@ok.test>\r\nSubject: crash test\r\nX-Crash-Id: ${id}\r\nX-Crash-Digest: ${digest}\r\n\r\n`
  const stuffed = body.toString('latin1').replace(/^\./gm, '..')
  return { id, sender: `s-${id}@ok.test`, recipients, bytes: Buffer.from(`${head}${stuffed}.\r\n`, 'latin1') }
}

/** Lines of text; some begin with a dot. */
function makeBody(size: number): Buffer {
  const raw = randomBytes(Math.ceil((size * 3) / 4)).toString('base64')
  let text = ''
  for (let at = 0; at < raw.length; at += LINE) text += `${at % 7 === 0 ? '.' : ''}${raw.slice(at, at + LINE)}\r\n`
  return Buffer.from(text, 'latin1')
}

/** Is the content the one that was sent? Undefined when it is no message of this test. */
export function isIntact(content: Buffer): boolean | undefined {
  const end = content.indexOf('\r\n\r\n')
  const digest = /^X-Crash-Digest: (\w+)/m.exec(content.toString('latin1', 0, Math.max(0, end)))?.[1]
  if (digest === undefined) return undefined
  return (
    createHash('sha256')
      .update(content.subarray(end + 4))
      .digest('hex') === digest
  )
}

/** The recipients that a bounce (RFC 3464) reports as failed. */
export function failedRecipients(content: Buffer): string[] {
  return [...content.toString('latin1').matchAll(/^Final-Recipient: rfc822; *(\S+)\r?$/gm)].map((match) => match[1] ?? '')
}
