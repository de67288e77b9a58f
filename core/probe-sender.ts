/**
 * The sender of address verification probes: address_verify_sender, with a part that changes with time where
 * address_verify_sender_ttl says so. Who is probed back for it must be told that it exists. Postfix: ADDRESS_VERIFICATION_README.
 */
import type { Scope } from './parameters.ts'
import { VERIFY_PARAMETERS } from './verify/parameters.ts'

export interface ProbeSender {
  /** The address that probes sent now come from; '' is the null sender. */
  at(now: number): string
  /** Is it that address, or was it until the last change? */
  is(address: string, now: number): boolean
}

/** Reads the parameters of the gateway. */
export function probeSenderOf(scope: Scope): ProbeSender {
  const { address_verify_sender: written, address_verify_sender_ttl: ttl } = scope.values(VERIFY_PARAMETERS)
  if (written === '' || written === '<>') return { at: () => '', is: () => false }
  const address = written.includes('@') ? written : `${written}@${scope.text('myorigin') ?? 'localhost'}`
  const split = address.lastIndexOf('@')
  const at = (now: number): string =>
    ttl === 0 ? address : `${address.slice(0, split)}${encoded(Math.floor(now / ttl))}${address.slice(split)}`
  return {
    at,
    is(candidate, now) {
      const folded = candidate.toLowerCase()
      return folded === at(now).toLowerCase() || (ttl > 0 && folded === at(now - ttl).toLowerCase())
    },
  }
}

/** Digits and capital consonants, so that no words appear. */
const DIGITS = '0123456789BCDFGHJKLMNPQRSTVWXYZ'

function encoded(value: number): string {
  let text = ''
  let left = value
  do {
    text = `${DIGITS[left % DIGITS.length]}${text}`
    left = Math.floor(left / DIGITS.length)
  } while (left > 0)
  return text
}
