/**
 * What an address means here: sender-specified routing through this host is undone (`user%domain@us` is `user@domain`),
 * a missing domain is ours. As trivial-rewrite(8) resolves recipients; RFC 5321 3.7 and RFC 1123 5.2.16 for the forms.
 */
import { isIPv4 } from 'node:net'
import { chain, type MaybePromise } from '../lookup/index.ts'

export interface ResolveRules {
  /** The domain of addresses without one. */
  readonly myorigin: string
  /** append_dot_mydomain's domain, or undefined when it is off. */
  readonly mydomain: string | undefined
  readonly bangs: boolean
  readonly percents: boolean
  readonly dequoted: boolean
  readonly nullDomain: boolean
  /** A bare IPv4 address is a domain: `user@192.0.2.1` is `user@[192.0.2.1]` (resolve_numeric_domain). */
  readonly numericDomain: boolean
  /** Is this domain, or `[address]`, one of ours (mydestination, own addresses)? */
  isLocal(domain: string): MaybePromise<boolean>
}

export interface Resolved {
  /** `local@domain`, unquoted; the domain in lower case without a final dot. */
  readonly address: string
  readonly local: string
  readonly domain: string
  readonly isLocal: boolean
  /** The local part still asks for routing (`a%b`, `a!b`, `a@b`): not ours to obey for strangers. */
  readonly routed: boolean
}

/** Routing through us is unwrapped so often; more is not honest mail. */
const MOST = 20

/** Resolves an address in internal form. */
export function resolveAddress(address: string, rules: ResolveRules): MaybePromise<Resolved> {
  return step(address, rules, MOST)
}

function step(address: string, rules: ResolveRules, left: number): MaybePromise<Resolved> {
  const at = address.lastIndexOf('@')
  if (at === -1) {
    const rewritten = rewriteLocal(address, rules)
    if (rewritten !== undefined && left > 0) return step(rewritten, rules, left - 1)
    return withDomain(address, rules.myorigin, rules, left)
  }
  const domain = address.slice(at + 1)
  const local = address.slice(0, at)
  if (domain === '') return rules.nullDomain ? step(local, rules, left - 1) : result(local, '', false)
  return withDomain(local, domain, rules, left)
}

function withDomain(local: string, written: string, rules: ResolveRules, left: number): MaybePromise<Resolved> {
  const bare = literal(written.toLowerCase().replace(/\.$/, ''), rules)
  const domain = rules.mydomain !== undefined && !/[.[]/.test(bare) ? `${bare}.${rules.mydomain}` : bare
  return chain(rules.isLocal(domain), (isLocal): MaybePromise<Resolved> => {
    if (!isLocal || left <= 0) return result(local, domain, isLocal)
    const inner = local.includes('@') && rules.dequoted ? local : rewriteLocal(local, rules)
    return inner === undefined ? result(local, domain, true) : step(inner, rules, left - 1)
  })
}

function literal(domain: string, { numericDomain }: ResolveRules): string {
  return numericDomain && isIPv4(domain) ? `[${domain}]` : domain
}

/** `site!user` and `user%site` as `user@site`; undefined when it is neither, or not to be read so. */
function rewriteLocal(local: string, { bangs, percents }: ResolveRules): string | undefined {
  const bang = bangs ? local.indexOf('!') : -1
  if (bang > 0) return `${local.slice(bang + 1)}@${local.slice(0, bang)}`
  const percent = percents ? local.lastIndexOf('%') : -1
  if (percent !== -1 && percent < local.length - 1) return `${local.slice(0, percent)}@${local.slice(percent + 1)}`
  return undefined
}

function result(local: string, domain: string, isLocal: boolean): Resolved {
  return {
    address: domain === '' ? local : `${local}@${domain}`,
    local,
    domain,
    isLocal,
    routed: /[@!%]/.test(local),
  }
}
