/** Steps that stand together begin together, and answer in order: as the rbl steps of a pipeline and of a table's restrictions do. */
import assert from 'node:assert/strict'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { anAccessRequest, fakeClock, fakeDns } from '../../test/kit/index.ts'
import { ask } from '../hooks.ts'
import type { Resolver } from '../net/types.ts'
import { Rows } from './ahead.ts'
import { buildGeneration } from './generation.ts'
import { parseConfiguration } from './load.ts'

const ZONE = ['1.2.0.192.b.test A 127.0.0.2', '1.2.0.192.b.test TXT by b', '1.2.0.192.c.test A 127.0.0.2']

/** A resolver whose answers wait until all that is asked at once has been asked. */
function slow(): Resolver & { readonly rounds: string[][] } {
  const { resolver } = fakeDns(ZONE)
  const rounds: string[][] = []
  const begun = new Set<string>()
  let round: string[] | undefined
  const asked = (name: string, type: string): Promise<void> => {
    if (round === undefined) {
      round = []
      rounds.push(round)
    }
    round.push(`${name.replace('1.2.0.192.', '')} ${type}`)
    return new Promise((resolve) =>
      setImmediate(() => {
        round = undefined
        resolve()
      }),
    )
  }
  return {
    rounds,
    resolve: (name, type) =>
      resolver.known?.(name, type) === undefined
        ? asked(name, type).then(() => resolver.resolve(name, type))
        : resolver.resolve(name, type),
    known: (name, type) => resolver.known?.(name, type),
    prefetch: (name, type) => {
      if (begun.has(name)) return
      begun.add(name)
      void asked(name, type)
      resolver.prefetch?.(name, type)
    },
    close: () => {},
  }
}

async function verdictOf(rcpt: string, client = '192.0.2.1') {
  const dns = slow()
  const warnings: string[] = []
  const services = {
    dns,
    clock: fakeClock(),
    log: { debug: () => {}, info: () => {}, warn: (message: string) => void warnings.push(message) },
    emit: () => {},
    random: () => 0.5,
  }
  const yaml = `version: 1
parameters: { myhostname: gw.test }
listeners: [{ name: smtp, listen: '127.0.0.1:0' }]
pipeline:
  relay: [reject_unauth_destination]
  rcpt:
${rcpt}`
  const generation = await buildGeneration(parseConfiguration(join(tmpdir(), 'postern.yaml'), yaml), services, 1)
  try {
    const hooks = generation.listeners.get('smtp')?.hooks
    assert.ok(hooks)
    const verdict = await ask(hooks['access.rcpt'], anAccessRequest('rcpt', { client }))
    return { verdict, rounds: dns.rounds, warnings }
  } finally {
    await generation.retire()
  }
}

test('lists of several steps are asked together, and the first in order that knows the client refuses', async () => {
  const { verdict, rounds } = await verdictOf(`
    - reject_rbl_client: a.test
    - reject_rbl_client: b.test
    - reject_rhsbl_helo: never.test
    - reject_rbl_client: c.test`)
  assert.equal(
    verdict?.kind === 'reject' && verdict.text,
    'Service unavailable; Client host [192.0.2.1] blocked using b.test; by b',
  )
  assert.deepEqual(rounds, [['a.test A', 'b.test A', 'client.example.never.test A', 'c.test A'], ['b.test TXT']])
})

test('a step that is not for the client, that does not ask ahead, or that stands behind another kind of step waits for its turn', async () => {
  const { rounds } = await verdictOf(`
    - reject_rbl_client: a.test
    - reject_rbl_client: d.test
      when: { client: '10.0.0.0/8' }
    - rbl: { lists: [e.test, f.test], ahead: false }
    - reject_rbl_client: g.test
    - check_client_access: inline:{10.0.0.1=REJECT}
    - reject_rbl_client: h.test`)
  assert.deepEqual(rounds, [['a.test A'], ['e.test A', 'f.test A'], ['g.test A'], ['h.test A']])
})

test('restrictions that a table names begin together too', async () => {
  const { verdict, rounds } = await verdictOf(`
    - 'check_client_access inline:{{192.0.2.1 = reject_rbl_client a.test, reject_rbl_client c.test}}'`)
  assert.equal(verdict?.kind, 'reject')
  assert.deepEqual(rounds[0], ['a.test A', 'c.test A'])
})

test('a step that can not begin ahead takes nothing from the one that waits, nor from those after it', async () => {
  const rows = new Rows()
  const begun: string[] = []
  const first = rows.next(
    async () => undefined,
    () => void begun.push('first'),
  )
  rows.next(
    async () => undefined,
    () => {
      throw new Error('not now')
    },
  )
  rows.next(
    async () => undefined,
    () => void begun.push('third'),
  )
  assert.equal(await first(anAccessRequest('rcpt', {})), undefined)
  assert.deepEqual(begun, ['third'])
})
