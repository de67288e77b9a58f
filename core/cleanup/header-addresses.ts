/** Addresses in headers: completed, then through the steps that rewrite them. Postfix: cleanup_rewrite_sender, cleanup_rewrite_recip. */

import { type Hooks, shaped } from '../hooks.ts'
import { ADDRESS_HEADERS, type AddressList, isPlainAddress, parseAddresses, SENDER_HEADERS } from '../message/addresses.ts'
import { type CompletionRules, completeAddress } from '../message/complete.ts'
import { type HeadSurvey, headerValueAt } from '../message/head.ts'
import { type HeaderBlock, headerText, rawText } from '../message/headers.ts'
import type { HeaderAddressRequest } from './hooked.ts'
import type { WholeMessage } from './whole.ts'

/** The steps for an address in a header. */
export type HeaderMapping = (address: string, header: string) => string | Promise<string>

/** Those of a message; undefined when there are none. */
export function headerMapping({ runtime, rules, addressing }: WholeMessage): HeaderMapping | undefined {
  return rules.mapsAddresses ? mappingOf(runtime.hooks, addressing) : undefined
}

/** The steps of these hooks; undefined when there are none. */
export function mappingOf(hooks: Hooks, about: Omit<HeaderAddressRequest, 'header' | 'kind'>): HeaderMapping | undefined {
  const hook = hooks['cleanup.header_address']
  if (!hook.isUsed()) return undefined
  const { queueId, session, transaction, refuse } = about
  return (address, header) => {
    const isSender = SENDER_HEADERS.has(header.toLowerCase())
    const request: HeaderAddressRequest = {
      queueId,
      session,
      transaction,
      refuse,
      header,
      kind: isSender ? 'sender' : 'recipient',
    }
    return shaped(hook, address, request)
  }
}

/** Is there an address in the head that is not complete? @param tokens see {@link rewriteHeaders} */
export function hasIncomplete(
  head: Buffer,
  { counts, first, headers }: HeadSurvey,
  rules: CompletionRules,
  tokens: number,
): boolean {
  for (const [name, count] of counts) {
    if (!ADDRESS_HEADERS.has(name)) continue
    if (count > 1) return true
    const value = headerValueAt(head, first.get(name) ?? 0, headers)
    if (isPlainAddress(value)) continue
    const list = parseAddresses(headerText(value), { tokens })
    if (isChanged(list, completed(list, rules))) return true
  }
  return false
}

/**
 * Rewrites the addresses in all headers that hold some; headers in which nothing changes keep their bytes.
 * @param tokens header_address_token_limit: a header that is rewritten loses what comes after them
 */
export async function rewriteHeaders(
  headers: HeaderBlock,
  rules: CompletionRules,
  tokens: number,
  mapping?: HeaderMapping,
): Promise<void> {
  for (let i = 0; i < headers.length; i++) {
    const header = headers.at(i)
    if (header === undefined || !ADDRESS_HEADERS.has(header.name.toLowerCase())) continue
    const text = headerText(header.raw)
    const list = parseAddresses(text.slice(text.indexOf(':') + 1), { tokens })
    const fresh = completed(list, rules)
    if (mapping !== undefined) for (const [at, address] of fresh.entries()) fresh[at] = await mapping(address, header.name)
    if (isChanged(list, fresh)) headers.replace(i, rawText(list.written(header.name, fresh)))
  }
}

function completed({ addresses, isLocal }: AddressList, rules: CompletionRules): string[] {
  return addresses.map((address, i) =>
    isLocal[i] === true && address.includes('@') && rules.origin !== ''
      ? `${address}@${rules.origin}`
      : completeAddress(address, rules),
  )
}

/** What is written otherwise than it must be counts as changed. */
function isChanged({ addresses, isTidy }: AddressList, fresh: readonly string[]): boolean {
  return fresh.some((address, i) => address !== addresses[i] || isTidy[i] !== true)
}
