/** MAIL and RCPT commands (RFC 5321 4.1.1, RFC 1870, RFC 6152, RFC 3461, RFC 6531), and who needs SMTPUTF8. */
import { NOTIFY } from '../facts.ts'
import { quoteAddress } from '../protocol/address.ts'
import { verpSender } from '../protocol/verp.ts'
import { encodeXtext } from '../protocol/xtext.ts'
import type { Envelope, Recipient } from '../queue/types.ts'
import type { Features } from './hooked.ts'

/** `NOTIFY=SUCCESS,DELAY` in the order in which Postfix writes it. */
const CONDITIONS = Object.entries({
  NEVER: NOTIFY.NEVER,
  SUCCESS: NOTIFY.SUCCESS,
  FAILURE: NOTIFY.FAILURE,
  DELAY: NOTIFY.DELAY,
})

/** How addresses are written in commands. */
export interface Writing {
  /** smtp_quote_rfc821_envelope */
  readonly quotes: boolean
  readonly features: Features
  /** Content goes out as it is (disable_mime_output_conversion). */
  readonly isVerbatim: boolean
  /** The message was made here: no client said how its recipients are to be written. */
  readonly isLocal: boolean
}

/** What must not stand in a command, whatever an address or a step says. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNSAFE = /[\x00\r\n]/

/** Can the address be sent at all? Nothing that ends a command or a string reaches a server. */
export function isSendable(address: string): boolean {
  return !UNSAFE.test(address)
}

function written(address: string, quotes: boolean): string {
  return quotes && address !== '' ? quoteAddress(address) : address
}

/** The sender of a delivery: with XVERP its only recipient stands in it, as the client wrote it. */
export function senderFor({ sender, verp, recipients }: Envelope, indexes: readonly number[]): string {
  const recipient = recipients[indexes[0] ?? 0]
  if (verp === undefined || sender === '' || recipient === undefined) return sender
  return verpSender(sender, verp, recipient.original || recipient.address)
}

/** The MAIL command without CRLF. @param size bytes of the message as it is sent */
export function mailCommand(sender: string, envelope: Envelope, size: number, { quotes, features, isVerbatim }: Writing): string {
  let command = `MAIL FROM:<${written(sender, quotes)}>`
  // To a server without 8BITMIME content may be converted, and so have another size.
  if (features.size >= 0 && (features.eightBitMime || isVerbatim)) command += ` SIZE=${size}`
  if (features.eightBitMime && envelope.body !== undefined) command += ` BODY=${envelope.body}`
  if (features.dsn && envelope.envid !== undefined) command += ` ENVID=${encodeXtext(envelope.envid)}`
  if (features.dsn && envelope.ret !== undefined) command += ` RET=${envelope.ret}`
  if (features.smtputf8 && envelope.smtputf8 === true) command += ' SMTPUTF8'
  return command
}

/** The RCPT command without CRLF. With DSN a recipient always has an ORCPT: the one given, else its original address. */
export function rcptCommand(address: string, recipient: Recipient, { quotes, features, isLocal }: Writing): string {
  let command = `RCPT TO:<${written(address, quotes)}>`
  if (!features.dsn) return command
  const orcpt = originalRecipient(recipient, isLocal)
  if (orcpt !== undefined) command += ` ORCPT=${orcpt}`
  if (recipient.notify) command += ` NOTIFY=${notifyWords(recipient.notify)}`
  return command
}

function originalRecipient({ orcpt, original }: Recipient, isLocal: boolean): string | undefined {
  if (orcpt === undefined) return original === '' ? undefined : defaultOrcpt(isLocal ? original : quoteAddress(original), isLocal)
  const semicolon = orcpt.indexOf(';')
  const type = orcpt.slice(0, semicolon)
  if (semicolon < 1 || !/^[A-Za-z0-9-]+$/.test(type)) return undefined
  const address = orcpt.slice(semicolon + 1)
  return `${type};${type.toLowerCase() === 'utf-8' ? encodeUnitext(address) : encodeXtext(address)}`
}

function defaultOrcpt(address: string, isLocal: boolean): string {
  return isLocal && isInternational(address) ? `utf-8;${encodeUnitext(address)}` : `rfc822;${encodeXtext(address)}`
}

/** utf-8-addr-xtext (RFC 6533 3): `\\x{E4}` for what a parameter can not hold. */
function encodeUnitext(address: string): string {
  return address.replace(/[^!-*,-<>-[\]-~]/gu, (c) => `\\x{${(c.codePointAt(0) ?? 0).toString(16).toUpperCase()}}`)
}

function notifyWords(notify: number): string {
  let words = ''
  for (const [word, bit] of CONDITIONS) if ((notify & bit) !== 0) words += words === '' ? word : `,${word}`
  return words
}

/** Has it any character that plain SMTP can not carry? */
export function isInternational(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) return true
  return false
}

/** Recipients by domain, without regard to case, and then by address: the order in which Postfix sends them. */
export function inOrder(envelope: Envelope, indexes: readonly number[]): number[] {
  if (indexes.length < 2) return [...indexes]
  const keyed = indexes.map((index) => ({ index, key: sortKey(envelope.recipients[index]?.address ?? '') }))
  keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.index - b.index))
  return keyed.map(({ index }) => index)
}

function sortKey(address: string): string {
  const at = address.lastIndexOf('@')
  return `${address.slice(at + 1).toLowerCase()}\n${address}`
}
