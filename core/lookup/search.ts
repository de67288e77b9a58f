/**
 * The keys under which access(5) tables are searched, in order, and the search itself. Tables whose keys are patterns
 * (`wholeKeys`) are asked only the first key of each group.
 */
import type { Scope } from '../parameters.ts'
import { addressKeys, domainKeys, extensionAt } from './keys.ts'
import type { MaybePromise } from './maybe.ts'
import type { Table } from './table.ts'

export { extensionAt } from './keys.ts'
export { splitList } from './source.ts'

/** How names and mail addresses are taken apart. */
export interface SearchRules {
  /** `example.org` also stands for its subdomains (smtpd_access_maps in parent_domain_matches_subdomains). */
  readonly parent: boolean
  /** recipient_delimiter: a set of characters; '' for none. */
  readonly delimiter: string
  /** smtpd_null_access_lookup_key. */
  readonly nullKey: string
}

/** Rules that are equal are one object, so that what was made by them is found again. */
const RULES = new Map<string, SearchRules>()

/** The rules that a scope sets. */
export function searchRules(scope: Scope): SearchRules {
  const features = scope.text('parent_domain_matches_subdomains') ?? ''
  const rules: SearchRules = {
    parent: features.split(/[\s,]+/).includes('smtpd_access_maps'),
    delimiter: scope.text('recipient_delimiter') ?? '',
    nullKey: scope.text('smtpd_null_access_lookup_key') ?? '<>',
  }
  const key = JSON.stringify(rules)
  const known = RULES.get(key) ?? rules
  RULES.set(key, known)
  return known
}

/** What was found, and under which key. */
export interface Hit {
  readonly key: string
  readonly value: string
}

/** A mail address split at its last `@`. */
function split(address: string): [local: string, domain: string] {
  const at = address.lastIndexOf('@')
  return at === -1 ? [address, ''] : [address.slice(0, at), address.slice(at + 1)]
}

/** A local part as RFC 5321 4.1.2 writes it: quoted where it is no dot-string, for that is how tables have it. */
function quoted(local: string): string {
  if (/^[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~.\u0080-\uffff]+$/.test(local) && !/^\.|\.\.|\.$/.test(local)) return local
  return `"${local.replace(/["\\]/g, '\\$&')}"`
}

/** What was asked about last: the steps of a list ask about the same address. */
let recent: { readonly address: string; readonly rules: SearchRules; readonly keys: readonly (readonly string[])[] } | undefined

/**
 * The full address first, with and without extension; then its domain and parents; then `user@`. In lower case: patterns and databases
 * see addresses so.
 */
export function mailKeys(address: string, rules: SearchRules): readonly (readonly string[])[] {
  if (recent?.address === address && recent.rules === rules) return recent.keys
  const keys = address === '' ? [[rules.nullKey]] : keysOfMail(address.toLowerCase(), rules)
  recent = { address, rules, keys }
  return keys
}

function keysOfMail(address: string, rules: SearchRules): readonly (readonly string[])[] {
  const [local, domain] = split(address)
  const cut = extensionAt(local, rules.delimiter)
  const bare = cut === -1 ? undefined : local.slice(0, cut)
  const at = domain === '' ? '' : `@${domain}`
  const locals = bare === undefined ? [quoted(local)] : [quoted(local), quoted(bare)]
  const full = locals.map((each) => `${each}${at}`)
  const user = locals.map((each) => `${each}@`)
  return [[...full, ...(domain === '' ? [] : domainKeys(domain, rules.parent)), ...user]]
}

/** Searches groups of keys; of a group, a pattern table is asked the first only. @throws TableError, or rejects with it */
export function search(table: Table, groups: readonly (readonly string[])[]): MaybePromise<Hit | undefined> {
  return searchFrom(table, groups, 0, 0)
}

/** The search from one key of one group on. */
function searchFrom(
  table: Table,
  groups: readonly (readonly string[])[],
  group: number,
  start: number,
): MaybePromise<Hit | undefined> {
  let from = start
  for (let g = group; g < groups.length; g++) {
    const keys = groups[g] ?? []
    const end = table.wholeKeys ? Math.min(1, keys.length) : keys.length
    for (let k = from; k < end; k++) {
      const key = keys[k] ?? ''
      const value = table.lookup(key)
      if (value instanceof Promise)
        return value.then((late) => (late === undefined ? searchFrom(table, groups, g, k + 1) : { key, value: late }))
      if (value !== undefined) return { key, value }
    }
    from = 0
  }
  return undefined
}

/** A client: its name and parent domains, then its address and networks. */
export function searchClient(
  table: Table,
  client: { readonly name: string; readonly address: string },
  rules: SearchRules,
): MaybePromise<Hit | undefined> {
  return search(table, [domainKeys(client.name, rules.parent), addressKeys(client.address)])
}

/** A host name and its parent domains. */
export function searchDomain(table: Table, name: string, rules: SearchRules): MaybePromise<Hit | undefined> {
  return search(table, [domainKeys(name, rules.parent)])
}

/** An address, then its networks. @throws TableError, or rejects with it */
export function searchAddress(table: Table, address: string): MaybePromise<Hit | undefined> {
  return search(table, [addressKeys(address)])
}

/** Keys as they are, in order. @throws TableError, or rejects with it */
export function searchWhole(table: Table, keys: readonly string[]): MaybePromise<Hit | undefined> {
  return search(
    table,
    keys.map((key) => [key]),
  )
}

/** A mail address; '' is the null sender. */
export function searchMail(table: Table, address: string, rules: SearchRules): MaybePromise<Hit | undefined> {
  return search(table, mailKeys(address, rules))
}

/**
 * The keys of a user in tables of owners and aliases: `user+x@domain`, `user@domain`; where the domain is our own also `user+x`,
 * `user`; then `@domain`. In lower case. Postfix: the search order of canonical(5) and virtual(5).
 */
export function userKeys(address: string, isOwn: boolean, delimiter: string): readonly string[] {
  const [local, domain] = split(address.toLowerCase())
  const cut = extensionAt(local, delimiter)
  const locals = (cut < 0 ? [local] : [local, local.slice(0, cut)]).map(quoted)
  const at = domain === '' ? '' : `@${domain}`
  const keys = locals.map((each) => `${each}${at}`)
  if (isOwn && at !== '') keys.push(...locals)
  if (at !== '') keys.push(at)
  return keys
}

/** Asks all tables for each key before the next; tables of patterns for the first only. Rejects with TableError. */
export async function searchUser(tables: readonly Table[], keys: readonly string[]): Promise<Hit | undefined> {
  for (const [i, key] of keys.entries())
    for (const table of tables) {
      if (table.wholeKeys && i > 0) continue
      const value = await table.lookup(key)
      if (value !== undefined) return { key, value }
    }
  return undefined
}
