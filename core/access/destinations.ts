/**
 * Which address class a recipient belongs to, and whether its mail is ours to take. The classes of trivial-rewrite(8):
 * local (mydestination, own addresses), virtual alias, virtual mailbox, relay, default.
 */
import { chain, firstOf, type MaybePromise, type Table } from '../lookup/index.ts'
import { canonicalIp } from '../net/ip.ts'
import type { Scope } from '../parameters.ts'
import type { AddressClass, Destinations, MatchList } from '../plugin.ts'
import { ownAddresses } from '../route/own.ts'
import { ROUTE_PARAMETERS } from '../route/parameters.ts'
import { type Resolved, type ResolveRules, resolveAddress } from '../route/resolve.ts'
import { createMatchList } from './match-list.ts'
import { createRefusing } from './refusing.ts'

/**
 * Compiles the domain lists of a scope.
 * @param openLiteral opens tables of routes, whose values take nothing over from addresses
 * @throws Error when a list names a table, file or interface that can not be had
 */
export async function createDestinations(
  scope: Scope,
  openTable: (spec: string) => Promise<Table>,
  openLiteral: (spec: string) => Promise<Table> = openTable,
): Promise<Destinations> {
  const values = scope.values(ROUTE_PARAMETERS)
  const compile = (name: 'mydestination' | 'virtual_alias_domains' | 'virtual_mailbox_domains' | 'relay_domains') =>
    createMatchList(values[name], { openTable, parent: values.parent_domain_matches_subdomains.includes(name) })
  const [own, local, alias, mailbox, relay] = await Promise.all([
    ownAddresses(scope),
    compile('mydestination'),
    compile('virtual_alias_domains'),
    compile('virtual_mailbox_domains'),
    compile('relay_domains'),
  ])
  const rules: ResolveRules = {
    myorigin: values.myorigin,
    mydomain: values.append_dot_mydomain ? values.mydomain : undefined,
    bangs: values.swap_bangpath,
    percents: values.allow_percent_hack,
    dequoted: values.resolve_dequoted_address,
    nullDomain: values.resolve_null_domain,
    numericDomain: values.resolve_numeric_domain,
    isLocal: (domain) => {
      const literal = literalOf(domain)
      return literal === undefined ? local.name(domain) : own.has(literal)
    },
  }
  const classes: readonly (readonly [MatchList, AddressClass])[] = [
    [alias, 'virtual_alias'],
    [mailbox, 'virtual_mailbox'],
    [relay, 'relay'],
  ]
  const resolve = (address: string): MaybePromise<Resolved> => resolveAddress(address, rules)
  const classOf = ({ domain, isLocal }: Resolved): MaybePromise<AddressClass> => {
    if (isLocal) return 'local'
    const found = firstOf(classes, ([list, name]) => chain(list.name(domain), (yes) => (yes ? name : undefined)))
    return chain(found, (name) => name ?? 'default')
  }
  const destinations: Omit<Destinations, 'refusal'> = {
    resolve: (address: string) => chain(resolve(address), (resolved) => resolved.address),
    classify: (address: string) => chain(resolve(address), classOf),
    isOwnAddress: (address: string) => own.has(canonicalIp(address)),
    isAuthorised: (address: string) =>
      chain(resolve(address), (resolved) =>
        resolved.routed && !values.allow_untrusted_routing ? false : chain(classOf(resolved), (name) => name !== 'default'),
      ),
  }
  return Object.freeze({ ...destinations, refusal: await createRefusing(scope, destinations, openLiteral) })
}

/** The address inside `[1.2.3.4]` or `[IPv6:2001:db8::1]`. */
function literalOf(domain: string): string | undefined {
  if (!domain.startsWith('[') || !domain.endsWith(']')) return undefined
  return canonicalIp(domain.slice(1, -1).replace(/^ipv6:/i, ''))
}
