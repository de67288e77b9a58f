/**
 * What the sender asked to be told, once recipients have taken the place of one: RFC 3461 5.2.7.3. They keep all but the wish to hear
 * of success, which the expansion answers.
 */
import { type NewRecipient, NOTIFY } from '#postern'

/** The recipients in place of one, before them the one itself when its sender wants to know of the expansion. */
export function replaced(one: NewRecipient, addresses: readonly string[]): readonly NewRecipient[] {
  const isSame = addresses.length === 1 && addresses[0] === one.address
  if (isSame) return [one]
  const wanted = one.notify ?? 0
  if ((wanted & NOTIFY.SUCCESS) === 0) return addresses.map((address) => ({ ...one, address }))
  const notify = wanted === NOTIFY.SUCCESS ? NOTIFY.NEVER : wanted & ~NOTIFY.SUCCESS
  return [{ ...one, expanded: true }, ...addresses.map((address) => ({ ...one, address, notify }))]
}
