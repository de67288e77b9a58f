/** The keys under which tables of users and aliases are searched. Postfix: the search order of canonical(5) and virtual(5). */
import { extensionAt } from '#postern'

/** `user+x@domain`, `user@domain`, where the domain is local also `user+x`, `user`; then `@domain`. All in lower case. */
export function userKeys(address: string, isLocal: boolean, delimiter: string): readonly string[] {
  const folded = address.toLowerCase()
  const at = folded.lastIndexOf('@')
  const local = at < 0 ? folded : folded.slice(0, at)
  const domain = at < 0 ? '' : folded.slice(at)
  const cut = extensionAt(local, delimiter)
  const locals = cut < 0 ? [local] : [local, local.slice(0, cut)]
  const keys = locals.map((each) => `${each}${domain}`)
  if (isLocal && domain !== '') keys.push(...locals)
  if (domain !== '') keys.push(domain)
  return keys
}
