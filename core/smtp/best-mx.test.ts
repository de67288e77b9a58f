/** Mail that this gateway is the best MX host of: to another transport, or a loop. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aQueuedMessage, aTransport, wordsOf } from '../../test/kit/delivery.ts'
import { fakeDns } from '../../test/kit/dns.ts'
import type { Outcome, Route } from './types.ts'

const ZONE = ['a.test MX 10 gw.example.test', 'gw.example.test A 192.0.2.1']

async function delivered(
  best: string,
  canPass = true,
): Promise<readonly [readonly Route[], readonly string[], readonly string[]]> {
  const transport = aTransport({
    parameters: { best_mx_transport: best, smtp_address_preference: 'ipv4', inet_protocols: 'ipv4' },
    dns: fakeDns(ZONE).resolver,
  })
  const routes: Route[] = []
  const pass = (route: Route): Outcome => {
    routes.push(route)
    return { kind: 'sent', status: '2.0.0', text: 'passed', relay: 'x' }
  }
  const outcomes = await transport.deliver(aQueuedMessage({ to: ['u@a.test', 'v@a.test'] }), 'a.test', canPass ? { pass } : {})
  return [routes, outcomes.map(wordsOf), transport.log()]
}

test('best_mx_transport: each recipient is passed on, with the next hop that is given or its own', async () => {
  const [routes, outcomes, log] = await delivered('lmtp:inet:192.0.2.7:24')
  const route = { transport: 'lmtp', nexthop: 'inet:192.0.2.7:24' }
  assert.deepEqual(routes, [route, route])
  assert.deepEqual(outcomes, ['sent 2.0.0 passed', 'sent 2.0.0 passed'])
  assert.deepEqual(log, ['passing <u@a.test> to transport=lmtp', 'passing <v@a.test> to transport=lmtp'])
  const [own] = await delivered('plain')
  assert.deepEqual(own[0], { transport: 'plain', nexthop: 'a.test' })
})

test('without it, or where the mail was passed on already, it is a loop', async () => {
  const loop = 'bounced 5.4.6 mail for a.test loops back to myself'
  assert.deepEqual((await delivered(''))[1], [loop, loop])
  assert.deepEqual((await delivered('lmtp:x', false))[1], [loop, loop])
})
