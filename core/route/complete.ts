/** Incomplete addresses made complete: `user` gets @$myorigin, `user@host` gets .$mydomain. Postfix: append_at_myorigin, append_dot_mydomain. */
import type { Scope } from '../parameters.ts'
import { ROUTE_PARAMETERS } from './parameters.ts'

/** A function that completes addresses in internal form; the null address stays as it is. */
export function createCompletion(scope: Scope): (address: string) => string {
  const { append_at_myorigin, append_dot_mydomain, myorigin, mydomain } = scope.values(ROUTE_PARAMETERS)
  const dotted = (domain: string): string =>
    append_dot_mydomain && domain !== '' && !/[.[]/.test(domain) ? `${domain}.${mydomain}` : domain
  return (address) => {
    if (address === '') return address
    const at = address.lastIndexOf('@')
    if (at !== -1) return `${address.slice(0, at + 1)}${dotted(address.slice(at + 1))}`
    return append_at_myorigin ? `${address}@${dotted(myorigin)}` : address
  }
}
