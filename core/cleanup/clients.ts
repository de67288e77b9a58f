/** Whose mail gets missing headers: local_header_rewrite_clients. */
import type { Session } from '../facts.ts'
import type { ListenerRuntime } from '../generation.ts'
import { CidrSet } from '../net/ip.ts'

/** Is this client one of them? */
export type ClientTest = (session: Session) => boolean

/**
 * Compiles local_header_rewrite_clients. Words: permit_inet_interfaces, permit_mynetworks, permit_sasl_authenticated,
 * permit_tls_clientcerts, permit_tls_all_clientcerts; others match nobody.
 */
export function headerRewriteClients(words: readonly string[], runtime: ListenerRuntime): ClientTest {
  const tests = words.flatMap((word) => WORDS.get(word)?.(runtime) ?? [])
  return (session) => {
    // A relay in front knows better.
    const source = session.forwarded === undefined ? undefined : (session.forwarded.source ?? 'REMOTE')
    return source === undefined ? tests.some((test) => test(session)) : source === 'LOCAL'
  }
}

const withTls: ClientTest = ({ tls }) => tls?.fingerprint !== undefined

const WORDS: ReadonlyMap<string, (runtime: ListenerRuntime) => ClientTest> = new Map<
  string,
  (runtime: ListenerRuntime) => ClientTest
>([
  [
    'permit_inet_interfaces',
    ({ destinations }) =>
      (session) =>
        destinations.isOwnAddress(session.client.address),
  ],
  ['permit_mynetworks', ({ scope }) => inNetworks(scope.text('mynetworks') ?? '')],
  [
    'permit_sasl_authenticated',
    () =>
      ({ sasl }) =>
        sasl !== undefined,
  ],
  ['permit_tls_clientcerts', () => withTls],
  ['permit_tls_all_clientcerts', () => withTls],
])

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
