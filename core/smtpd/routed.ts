/**
 * Addresses of ours that ask for another site (`user%site@us`, `site!user@us`, `user@site@us`): the site has to be one that there
 * can be, or the address is bad syntax. Postfix leaves that to trivial-rewrite(8).
 */
import type { Address } from '../facts.ts'
import { isDeliverable } from '../protocol/address.ts'
import type { SmtpSession } from './session.ts'

/** False for an address whose route leads nowhere. Where tables decide what is ours, delivery finds out. */
export function leadsSomewhere({ settings, deps }: SmtpSession, { text, local }: Address): boolean {
  if (!/[@!%]/.test(local)) return true
  const resolved = deps.runtime.destinations.resolve(text)
  if (resolved instanceof Promise) {
    resolved.catch(() => undefined)
    return true
  }
  return isDeliverable(resolved, settings.address) && (resolved.includes('@') || settings.address.nullDomain)
}
