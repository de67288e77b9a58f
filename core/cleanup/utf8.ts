/** Mail that needs SMTPUTF8 though its client did not ask for it. Postfix: smtputf8_autodetect_classes. */
import type { MaybePromise } from '../lookup/maybe.ts'
import { parseHeaders } from '../message/headers.ts'
import { InternationalParts, isEightBit } from '../message/international.ts'
import type { Finished, WholeMessage } from './whole.ts'

// biome-ignore lint/suspicious/noControlCharactersInRegex: the range of ASCII
const ASCII = /^[\x00-\x7f]*$/

/** Is the class `smtpd` one of those whose mail is looked at? */
export function detectsUtf8(classes: readonly string[]): boolean {
  return classes.some((word) => word.toLowerCase() === 'smtpd' || word.toLowerCase() === 'all')
}

/** Does it go out with SMTPUTF8: asked for, or because an address or a header is not ASCII? */
export function needsUtf8(message: WholeMessage, { head, body, facts }: Finished): MaybePromise<boolean> {
  const { transaction, rules, addresses } = message
  if (transaction.smtputf8 || !rules.detectsUtf8) return transaction.smtputf8
  if (!ASCII.test(addresses.sender) || addresses.recipients.some(({ address }) => !ASCII.test(address))) return true
  if (!facts.eightBit) return false
  if (isEightBit(head)) return true
  const parts = new InternationalParts(parseHeaders(head).value('content-type'))
  if (parts.isOver) return false
  return 'read' in body ? inLater(body.read(), parts) : inChunks(body, parts)
}

function inChunks(chunks: Iterable<Buffer>, parts: InternationalParts): boolean {
  for (const chunk of chunks) if (parts.push(chunk)) return true
  return parts.end()
}

async function inLater(chunks: AsyncIterable<Buffer>, parts: InternationalParts): Promise<boolean> {
  for await (const chunk of chunks) if (parts.push(chunk)) return true
  return parts.end()
}
