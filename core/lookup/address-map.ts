/**
 * Tables from addresses to addresses: what canonical(5), virtual(5) and generic(5) have in common. An address is looked up with and
 * without its extension, then by its user where its domain is our own, then by its domain; what is found is made whole.
 */
import { parseAddresses } from '../message/addresses.ts'
import { type CompletionRules, completeAddress } from '../message/complete.ts'
import type { Scope } from '../parameters.ts'
import { quoteAddress } from '../protocol/address.ts'
import { extensionAt } from './keys.ts'
import type { MaybePromise } from './maybe.ts'
import { splitList } from './source.ts'
import { EmptyResult, type Table } from './table.ts'

/** How addresses are taken apart, and results made whole. */
export interface AddressRules {
  /** recipient_delimiter. */
  readonly delimiter: string
  /** An extension that the tables did not know is put onto each result. */
  readonly propagates: boolean
  readonly completion: CompletionRules
  /** Is this domain, without letter case, $myorigin? */
  readonly origin: string
}

/** The rules of a scope. @param kind of tables, as propagate_unmatched_extensions names it; none: extensions are not kept */
export function addressRules(scope: Scope, kind?: 'canonical' | 'virtual' | 'generic'): AddressRules {
  const is = (name: string): boolean => scope.text(name) === 'yes'
  const origin = scope.text('myorigin') ?? ''
  return {
    delimiter: scope.text('recipient_delimiter') ?? '',
    propagates: kind !== undefined && splitList(scope.text('propagate_unmatched_extensions') ?? '').includes(kind),
    completion: {
      origin: scope.text('append_at_myorigin') === 'no' ? '' : origin,
      domain: is('append_dot_mydomain') ? (scope.text('mydomain') ?? '') : '',
      bangs: scope.text('swap_bangpath') !== 'no',
      percents: scope.text('allow_percent_hack') !== 'no',
    },
    origin: origin.toLowerCase(),
  }
}

/** What was found, and the extension that its key left out. */
export interface FoundAddress {
  readonly value: string
  readonly extension: string
}

/** Tables of one purpose. */
export interface AddressMap {
  /** The value as the tables have it. Rejects with TableError. */
  find(address: string): Promise<FoundAddress | undefined>
  /** The addresses that the tables give for one, in internal form. Rejects with TableError. */
  map(address: string): Promise<readonly string[] | undefined>
}

/** @param destinations says which domains belong to mydestination or to this machine */
export function createAddressMap(
  tables: readonly Table[],
  rules: AddressRules,
  destinations: { classify(address: string): MaybePromise<string> },
): AddressMap {
  const isLocal = async (domain: string) => (await destinations.classify(`postmaster@${domain}`)) === 'local'
  const isOwn = async (domain: string) => domain === '' || domain.toLowerCase() === rules.origin || (await isLocal(domain))
  const find = async (address: string): Promise<FoundAddress | undefined> => {
    let isFirst = true
    for await (const { key, extension } of keysOf(address, rules.delimiter, isOwn)) {
      const value = await ask(tables, key, isFirst)
      if (value !== undefined) return { value, extension }
      isFirst = false
    }
    return undefined
  }
  return {
    find,
    async map(address) {
      const found = await find(address)
      return found === undefined ? undefined : results(found, address, rules)
    },
  }
}

interface Key {
  readonly key: string
  readonly extension: string
}

/** `user+foo@domain`, `user@domain`; where the domain is our own also `user+foo`, `user`; `@domain`. Quoted, where that is needed. */
async function* keysOf(address: string, delimiter: string, isOwn: (domain: string) => Promise<boolean>): AsyncGenerator<Key> {
  const at = address.lastIndexOf('@')
  const local = at < 0 ? address : address.slice(0, at)
  const domain = at < 0 ? '' : address.slice(at)
  const cut = extensionAt(local, delimiter)
  const users = [{ user: local, extension: '' }]
  if (cut > 0) users.push({ user: local.slice(0, cut), extension: local.slice(cut) })
  // The null address is looked up too.
  for (const { user, extension } of users) yield { key: quoteAddress(user + domain) || '""', extension }
  if (domain === '' || !(await isOwn(domain.slice(1)))) {
    if (domain !== '') yield { key: domain, extension: '' }
    return
  }
  for (const { user, extension } of users) yield { key: quoteAddress(user), extension }
  yield { key: domain, extension: '' }
}

/** Each key goes through all tables before the next; tables of patterns are asked for the whole address only. */
async function ask(tables: readonly Table[], key: string, isWhole: boolean): Promise<string | undefined> {
  for (const table of tables) {
    if (table.wholeKeys && !isWhole) continue
    const value = await table.lookup(key)
    if (value === '') throw new EmptyResult(table.spec, key)
    if (value !== undefined) return value
  }
  return undefined
}

/** `@other` keeps the user; each address is completed, and gets the extension that the key left out. */
function results({ value, extension }: FoundAddress, address: string, rules: AddressRules): readonly string[] {
  const text = value.trim()
  if (text === '<>') return ['']
  const kept = rules.propagates ? extension : ''
  if (text.startsWith('@')) {
    const at = address.lastIndexOf('@')
    const local = at < 0 ? address : address.slice(0, at)
    return [extended(local.slice(0, local.length - extension.length) + text, kept)]
  }
  const { addresses } = parseAddresses(text)
  if (addresses.length === 0) throw new Error(`lookup of ${address} returns non-address result "${text}"`)
  return addresses.map((each) => extended(completeAddress(each, rules.completion), kept))
}

function extended(address: string, extension: string): string {
  if (extension === '') return address
  const at = address.lastIndexOf('@')
  return at < 0 ? address + extension : address.slice(0, at) + extension + address.slice(at)
}
