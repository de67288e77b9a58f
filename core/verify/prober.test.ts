import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as soon } from 'node:timers/promises'
import { knownParameters } from '../config/registry.ts'
import { createScope } from '../config/scope.ts'
import type { Event } from '../events.ts'
import type { Generation, Services } from '../generation.ts'
import { createLeases } from '../process/leases.ts'
import type { DeliveryJob, Outcome, Route } from '../smtp/types.ts'
import { Prober } from './prober.ts'

const SENT: Outcome = { kind: 'sent', status: '2.1.5', text: '250 Ok', relay: 'mx' }
type Agent = (job: DeliveryJob) => Outcome | undefined | Promise<Outcome | undefined>

function aProber(
  agent: Agent,
  parameters: Record<string, string> = {},
  route: () => Route = () => ROUTE,
  rewritten?: (address: string) => Promise<readonly string[]>,
) {
  const place = { file: '', line: 0, column: 0 }
  const texts = Object.entries({ myhostname: 'gw.test', double_bounce_sender: 'db', ...parameters })
  const assignments = Object.fromEntries(texts.map(([name, text]) => [name, { text, place }]))
  const scope = createScope({ assignments, registry: knownParameters() })
  const events: Event[] = []
  const clock = { now: () => 1000, sleep: async () => undefined }
  const services = { clock, emit: (event: Event) => void events.push(event) } as unknown as Services
  const prober = new Prober({
    services,
    leases: createLeases(1, { acquire: async () => false, release: () => undefined }),
    current: () => ({ scope, transports: new Map() }) as unknown as Generation,
    route,
    agentFor: (transport) =>
      transport === 'none'
        ? undefined
        : {
            async deliver(job, settle) {
              const outcome = await agent(job)
              if (outcome !== undefined) settle(0, outcome, { started: 1000, connected: 1000, finished: 1000 })
            },
            close: async () => undefined,
          },
    newId: () => '3f8K2c1zQWz1',
    ...(rewritten === undefined ? {} : { rewritten }),
  })
  return { prober, events }
}

const ROUTE: Route = { transport: 'smtp', nexthop: '[mx.test]' }

test('a probe is a message from the probe sender that is marked as one', async () => {
  const jobs: DeliveryJob[] = []
  const { prober, events } = aProber((job) => {
    jobs.push(job)
    return SENT
  })
  assert.equal(await prober.probe('u@a.test'), SENT)
  const [job] = jobs
  const { sender, recipients, probe, smtputf8 } = job?.message.envelope ?? {}
  assert.deepEqual(
    { sender, recipients, probe, smtputf8 },
    {
      sender: 'db@gw.test',
      recipients: [{ address: 'u@a.test', original: 'u@a.test' }],
      probe: true,
      smtputf8: undefined,
    },
  )
  assert.deepEqual(job?.route, ROUTE)
  assert.equal((await job?.message.content.head())?.length, job?.message.content.facts.size)
  assert.deepEqual(
    events.map(({ type }) => type),
    ['delivery'],
  )
  await prober.probe('ü@a.test')
  assert.equal(jobs[1]?.message.envelope.smtputf8, true)
})

test('an alias is asked about where its mail would go; one that takes it is enough', async () => {
  const asked: [string, string][] = []
  const answer = ({ message: { envelope } }: DeliveryJob): Outcome => {
    const { address = '', original = '' } = envelope.recipients[0] ?? {}
    asked.push([address, original])
    return address === 'good@a.test' ? SENT : { kind: 'bounced', relay: 'mx', status: '5.1.1', reason: address }
  }
  const rewritten = async (address: string) => {
    if (address === 'down@a.test') throw new Error('table down')
    return address === 'none@a.test' ? ['bad@a.test', 'worse@a.test'] : ['bad@a.test', 'good@a.test', 'other@a.test']
  }
  const { prober } = aProber(answer, {}, () => ROUTE, rewritten)
  assert.equal(await prober.probe('alias@a.test'), SENT)
  assert.deepEqual(asked, [
    ['bad@a.test', 'alias@a.test'],
    ['good@a.test', 'alias@a.test'],
  ])
  const none = await prober.probe('none@a.test')
  assert.equal(none.kind === 'bounced' && none.reason, 'bad@a.test')
  assert.equal((await prober.probe('down@a.test')).kind, 'deferred')
})

test('whatever goes wrong is an outcome', async () => {
  const refused = aProber(
    () => SENT,
    {},
    () => ({ transport: 'error', nexthop: '', failure: { status: '5.1.1', reason: 'none' } }),
  )
  assert.deepEqual(await refused.prober.probe('u@a.test'), { kind: 'bounced', relay: 'none', status: '5.1.1', reason: 'none' })
  const later = aProber(
    () => SENT,
    {},
    () => ({ transport: 'retry', nexthop: '', failure: { status: '4.1.1', reason: 'wait' } }),
  )
  assert.equal((await later.prober.probe('u@a.test')).kind, 'deferred')
  const cases: [Agent, Route, string][] = [
    [() => SENT, { transport: 'none', nexthop: '' }, 'mail transport unavailable'],
    [() => undefined, ROUTE, 'delivery agent gave no result'],
    [() => Promise.reject(new Error('broken\r\nin two')), ROUTE, 'broken in two'],
  ]
  for (const [agent, route, reason] of cases) {
    const { prober, events } = aProber(agent, {}, () => route)
    assert.deepEqual(await prober.probe('u@a.test'), { kind: 'deferred', status: '4.3.0', reason, relay: 'none' })
    assert.equal(events.length, 1)
  }
})

/** An agent whose deliveries end when the test says so. */
function held() {
  const jobs: { address: string; end(outcome?: Outcome): void }[] = []
  const agent: Agent = (job) =>
    new Promise((resolve) => {
      jobs.push({ address: job.message.envelope.recipients[0]?.address ?? '', end: (outcome = SENT) => resolve(outcome) })
    })
  return { jobs, agent }
}

test('who asks for an address at the same time shares the answer', async () => {
  const { jobs, agent } = held()
  const { prober } = aProber(agent)
  const both = [prober.probe('u@a.test'), prober.probe('u@a.test')]
  await soon()
  assert.equal(jobs.length, 1)
  jobs[0]?.end()
  assert.deepEqual(await Promise.all(both), [SENT, SENT])
})

test('probes keep to the concurrency of their destination, in order', async () => {
  const { jobs, agent } = held()
  const { prober } = aProber(agent, { default_destination_concurrency_limit: '2' })
  const all = ['1@a', '2@a', '3@a', '4@a'].map((address) => prober.probe(address))
  await soon()
  assert.deepEqual(
    jobs.map(({ address }) => address),
    ['1@a', '2@a'],
  )
  jobs[1]?.end()
  await soon()
  assert.deepEqual(
    jobs.map(({ address }) => address),
    ['1@a', '2@a', '3@a'],
  )
  jobs[0]?.end()
  jobs[2]?.end()
  await soon()
  jobs[3]?.end()
  await Promise.all(all)
})

test('beyond address_verify_pending_request_limit nobody is asked', async () => {
  const { jobs, agent } = held()
  const { prober } = aProber(agent, { address_verify_pending_request_limit: '1' })
  const first = prober.probe('1@a')
  assert.deepEqual(await prober.probe('2@a'), {
    kind: 'deferred',
    status: '4.3.2',
    reason: 'Too many address verification requests',
    relay: 'none',
  })
  await soon()
  jobs[0]?.end()
  assert.equal(await first, SENT)
})

test('when the process ends, probes end without an answer', async () => {
  const { jobs, agent } = held()
  const { prober } = aProber(agent, { default_destination_concurrency_limit: '1' })
  const all = [prober.probe('1@a'), prober.probe('2@a')]
  await soon()
  prober.stop()
  jobs[0]?.end({ kind: 'deferred', status: '4.4.2', reason: 'stopping', relay: 'none' })
  for (const each of all) await assert.rejects(each, /server shutdown/)
  assert.equal(jobs.length, 1)
})
