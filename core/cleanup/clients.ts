/** Whose headers are rewritten as those of own clients: local_header_rewrite_clients. */
import type { Session } from '../facts.ts'
import type { ListenerRuntime } from '../generation.ts'
import type { Table } from '../lookup/table.ts'
import { CidrSet } from '../net/ip.ts'

/** Is this client one of them? Rejects with TableError. */
export type ClientTest = (session: Session) => boolean | Promise<boolean>

/**
 * Compiles local_header_rewrite_clients. Words: permit_inet_interfaces, permit_mynetworks, permit_sasl_authenticated,
 * permit_tls_clientcerts, permit_tls_all_clientcerts, check_address_map, and tables by client address; others match nobody.
 */
export function headerRewriteClients(words: readonly string[], runtime: ListenerRuntime): ClientTest {
  const tests = words.flatMap((word) => (word.includes(':') ? byTable(word, runtime) : (WORDS.get(word)?.(runtime) ?? [])))
  return (session) => {
    // A relay in front knows better.
    const source = session.forwarded === undefined ? undefined : (session.forwarded.source ?? 'REMOTE')
    return source === undefined ? anyOf(tests, session) : source === 'LOCAL'
  }
}

/** At once, while the answers are there at once. */
function anyOf(tests: readonly ClientTest[], session: Session, from = 0): boolean | Promise<boolean> {
  for (let i = from; i < tests.length; i++) {
    const answer = tests[i]?.(session)
    if (answer instanceof Promise) return answer.then((yes) => yes || anyOf(tests, session, i + 1))
    if (answer === true) return true
  }
  return false
}

/** A table that has the client's address. It is opened when it is first asked, and told of then when it can not be. */
function byTable(spec: string, { tables }: ListenerRuntime): ClientTest {
  let opened: Promise<Table> | undefined
  return async ({ client }) => {
    opened ??= tables.open(spec)
    return (await (await opened).lookup(client.address)) !== undefined
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
