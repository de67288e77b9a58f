/** Whose mail gets missing headers: local_header_rewrite_clients. */
import { networkInterfaces } from 'node:os'
import type { Session } from '../facts.ts'
import { CidrSet, canonicalIp } from '../net/ip.ts'
import type { Scope } from '../parameters.ts'

/** Is this client one of them? */
export type ClientTest = (session: Session) => boolean

/**
 * Compiles local_header_rewrite_clients. Words: permit_inet_interfaces, permit_mynetworks, permit_sasl_authenticated,
 * permit_tls_clientcerts, permit_tls_all_clientcerts; others match nobody.
 */
export function headerRewriteClients(words: readonly string[], scope: Scope): ClientTest {
  const tests = words.flatMap((word) => WORDS.get(word)?.(scope) ?? [])
  return (session) => tests.some((test) => test(session))
}

const withTls: ClientTest = ({ tls }) => tls?.fingerprint !== undefined

const WORDS: ReadonlyMap<string, (scope: Scope) => ClientTest> = new Map([
  ['permit_inet_interfaces', ownAddress],
  ['permit_mynetworks', (scope: Scope) => inNetworks(scope.text('mynetworks') ?? '')],
  ['permit_sasl_authenticated', () => (({ sasl }) => sasl !== undefined) as ClientTest],
  ['permit_tls_clientcerts', () => withTls],
  ['permit_tls_all_clientcerts', () => withTls],
])

/** Clients that come from an address of this machine that inet_interfaces names. */
function ownAddress(scope: Scope): ClientTest {
  const wanted = (scope.text('inet_interfaces') ?? 'all').split(/[\s,]+/).map((word) => word.replace(/^\[|\]$/g, ''))
  const all = wanted.includes('all')
  const own = new Set<string>()
  for (const list of Object.values(networkInterfaces()))
    for (const { address, internal } of list ?? [])
      if (all || wanted.includes(address) || (internal && wanted.some((word) => LOOPBACK.has(word))))
        own.add(canonicalIp(address))
  return ({ client }) => own.has(client.address)
}

const LOOPBACK = new Set(['loopback-only', 'localhost'])

/** Words that are no network (tables, files) are left to the access steps. */
function inNetworks(text: string): ClientTest {
  const networks = new CidrSet()
  for (const word of text.split(/[\s,]+/)) {
    try {
      if (word !== '') networks.add(word)
    } catch {
      // a table or a name: not known here
    }
  }
  return ({ client }) => networks.has(client.address)
}
