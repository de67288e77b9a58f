import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Outcome, OutcomeContext } from '../../core/plugin.ts'
import { fakeTable, mount } from '../../test/kit/index.ts'
import type { World } from '../../test/kit/mount.ts'
import statusFilter from './index.ts'

const WHERE = {} as OutcomeContext
const SENT: Outcome = { kind: 'sent', status: '2.0.0', text: '250 2.0.0 Ok', relay: 'mx' }
const BOUNCED: Outcome = {
  kind: 'bounced',
  status: '5.1.1',
  reason: 'no such user',
  relay: 'mx',
  remote: 'mx',
  diagnostic: '550 x',
}
const WAITING: Outcome = { kind: 'deferred', status: '4.2.2', reason: 'full', relay: 'mx' }

async function filtered(
  outcome: Outcome,
  answer: string | Error,
  world: World = {},
): Promise<readonly [Outcome, readonly string[]]> {
  const key = `${outcome.status} ${outcome.kind === 'sent' ? outcome.text : outcome.reason}`
  const parameters = { smtp_delivery_status_filter: 'fake:x' }
  const mounted = await mount(statusFilter, {}, { parameters, tables: { 'fake:x': { [key]: answer } }, ...world })
  return [mounted.hooks['smtp.outcome'].call(outcome, WHERE), mounted.log]
}

test('an answer changes status and text, and a failure passes or does not', async () => {
  const rows: readonly (readonly [Outcome, string, Outcome])[] = [
    [BOUNCED, '5.1.9 changed', { ...BOUNCED, status: '5.1.9', reason: 'changed' }],
    [BOUNCED, '4.1.1 perhaps', { ...BOUNCED, kind: 'deferred', status: '4.1.1', reason: 'perhaps' }],
    [BOUNCED, ' 5.1.9\ttab and   blanks  ', { ...BOUNCED, status: '5.1.9', reason: 'tab and   blanks' }],
    [BOUNCED, '5.6.6', { ...BOUNCED, status: '5.6.6' }],
    [WAITING, '5.2.2 hard', { ...WAITING, kind: 'bounced', status: '5.2.2', reason: 'hard' }],
    [SENT, '2.6.0 sent', { ...SENT, status: '2.6.0', text: 'sent' }],
    [SENT, '2.6.0 a\r\nb', { ...SENT, status: '2.6.0', text: 'a??b' }],
  ]
  for (const [outcome, answer, expected] of rows) assert.deepEqual(await filtered(outcome, answer), [expected, []], answer)
})

test('an answer that can not be used changes nothing, and is told', async () => {
  const rows: readonly (readonly [Outcome, string])[] = [
    [BOUNCED, '2.1.1 fine'],
    [SENT, '5.0.0 no'],
    [BOUNCED, 'nonsense'],
    [BOUNCED, '5.1.9x text'],
    [BOUNCED, '5.1.1000 text'],
    [BOUNCED, ''],
  ]
  for (const [outcome, answer] of rows)
    assert.deepEqual(await filtered(outcome, answer), [
      outcome,
      [`warn: smtp_delivery_status_filter: bad status code: ${answer}`],
    ])
})

test('a table that fails, or is slow, changes nothing', async () => {
  assert.deepEqual(await filtered(WAITING, new Error('down')), [WAITING, ['warn: fake:x lookup error for "4.2.2 full"']])
  const slow = { 'fake:x': fakeTable({ '4.2.2 full': '5.2.2 hard' }, { later: true }) }
  const [outcome, log] = await filtered(WAITING, '', { tables: slow })
  assert.equal(outcome, WAITING)
  assert.match(log[0] ?? '', /can not be used here/)
})

test('lmtp_delivery_status_filter for agent lmtp, default_delivery_status_filter for both', async () => {
  const tables = { 'fake:x': { '5.1.1 no such user': '5.1.7 x' }, 'fake:y': { '5.1.1 no such user': '5.1.8 y' } }
  const status = async (parameters: Record<string, string>): Promise<string> =>
    (await mount(statusFilter, {}, { tables, parameters })).hooks['smtp.outcome'].call(BOUNCED, WHERE).status
  const lmtp = { process_name: 'lmtp', lmtp_delivery_status_filter: 'fake:x', smtp_delivery_status_filter: 'fake:y' }
  assert.equal(await status(lmtp), '5.1.7')
  assert.equal(await status({ default_delivery_status_filter: 'fake:y' }), '5.1.8')
  assert.equal(await status({ process_name: 'lmtp', default_delivery_status_filter: 'fake:y' }), '5.1.8')
  assert.equal(await status({ default_delivery_status_filter: 'fake:y', smtp_delivery_status_filter: 'fake:x' }), '5.1.7')
  assert.equal(await status({}), '5.1.1')
})
