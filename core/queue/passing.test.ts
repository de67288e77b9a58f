import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DeliveryAgent, DeliveryJob, Outcome } from '../smtp/types.ts'
import { deliverBy } from './passing.ts'

const SENT: Outcome = { kind: 'sent', status: '2.0.0', text: 'ok', relay: 'x' }
const TIMES = { started: 1, connected: 2, finished: 3 }
const JOB = { route: { transport: 'a', nexthop: 'x' }, recipients: [0, 1] } as unknown as DeliveryJob

const agent = (deliver: DeliveryAgent['deliver']): DeliveryAgent => ({ deliver, close: async () => undefined })

test('recipients that are passed on are settled by the other transport, and go no further', async () => {
  const jobs: DeliveryJob[] = []
  const agents: Record<string, DeliveryAgent> = {
    a: agent(async (job, settle) => {
      jobs.push(job)
      settle(0, SENT, TIMES)
      await job.pass?.({ transport: 'b', nexthop: 'y' }, 1)
    }),
    b: agent(async (job, settle) => {
      jobs.push(job)
      for (const recipient of job.recipients) settle(recipient, SENT, TIMES)
    }),
  }
  const settled: unknown[] = []
  await deliverBy(
    JOB,
    (name) => agents[name],
    (recipient, _outcome, _times, transport) => settled.push([recipient, transport]),
  )
  assert.deepEqual(settled, [
    [0, 'a'],
    [1, 'b'],
  ])
  assert.deepEqual(jobs[1], { route: { transport: 'b', nexthop: 'y' }, recipients: [1] })
})

test('a transport that is not there', async () => {
  await assert.rejects(
    deliverBy(
      JOB,
      () => undefined,
      () => undefined,
    ),
    /mail transport unavailable/,
  )
  const lost = agent((job) => job.pass?.({ transport: 'b', nexthop: '' }, 0) ?? Promise.resolve())
  const only = (name: string): DeliveryAgent | undefined => (name === 'a' ? lost : undefined)
  await assert.rejects(
    deliverBy(JOB, only, () => undefined),
    /mail transport unavailable/,
  )
})
