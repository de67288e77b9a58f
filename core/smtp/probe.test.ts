/** Address verification probes: as far as RCPT or DATA, and nothing is delivered. */
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { aQueuedMessage, aTransport, wordsOf } from '../../test/kit/delivery.ts'
import { type FakeMx, fakeMx, type MxOptions, saidTo, until } from '../../test/kit/mx.ts'
import type { Services } from '../generation.ts'
import { createMaildirAgent } from './maildir.ts'
import type { Outcome } from './types.ts'

const open: FakeMx[] = []
after(() => Promise.all(open.map((mx) => mx.close())))

/** What a server with these rules is told, and what comes of it. */
async function probed(options: MxOptions, target: 'rcpt' | 'data' = 'rcpt'): Promise<{ words: string; said: string[] }> {
  const mx = await fakeMx(options)
  open.push(mx)
  const transport = aTransport({ parameters: { smtp_address_verify_target: target } })
  const [outcome] = await transport.deliver(aQueuedMessage({ sender: 'p@gw.test', probe: true }), `[127.0.0.1]:${mx.port}`)
  await until(() => saidTo(mx).includes('<eof>'))
  assert.deepEqual(mx.messages, [])
  return { words: wordsOf(outcome), said: saidTo(mx).slice(1) }
}

const MAIL = /^MAIL FROM:<p@gw\.test>/
const shapes = (said: readonly string[]): string[] => said.map((line) => (MAIL.test(line) ? 'MAIL' : (line.split(' ')[0] ?? '')))

test('a probe says no more than RCPT, with PIPELINING and without', async () => {
  for (const keywords of [undefined, [] as string[]]) {
    const options = keywords === undefined ? {} : { keywords }
    const { words, said } = await probed(options)
    assert.match(words, /^sent 2\./)
    assert.deepEqual(shapes(said), ['MAIL', 'RCPT', 'RSET', 'QUIT', '<eof>'])
    const refused = await probed({ ...options, rules: [{ on: /^RCPT/, reply: '550 5.1.1 none' }] })
    assert.match(refused.words, /^bounced 5\.1\.1 host .* said: 550 5\.1\.1 none \(in reply to RCPT TO command\)/)
    assert.deepEqual(shapes(refused.said), ['MAIL', 'RCPT', 'RSET', 'QUIT', '<eof>'])
    const sender = await probed({ ...options, rules: [{ on: /^MAIL/, reply: '450 4.1.8 not you' }] })
    assert.match(sender.words, /^deferred 4\.1\.8 .*MAIL FROM command/)
  }
})

test('smtp_address_verify_target = data: as far as the reply to DATA', async () => {
  for (const keywords of [undefined, [] as string[]]) {
    const options = keywords === undefined ? {} : { keywords }
    const taken = await probed(options, 'data')
    assert.match(taken.words, /^sent 2\.0\.0 354 /)
    assert.deepEqual(shapes(taken.said), ['MAIL', 'RCPT', 'DATA', '<eof>'])
    const refused = await probed({ ...options, rules: [{ on: /^DATA/, reply: '554 5.6.0 no data' }] }, 'data')
    assert.match(refused.words, /^bounced 5\.6\.0 .*in reply to DATA command/)
    assert.deepEqual(shapes(refused.said), ['MAIL', 'RCPT', 'DATA', 'RSET', 'QUIT', '<eof>'])
  }
})

test('lmtp_address_verify_target is that of LMTP', async () => {
  const mx = await fakeMx({ lmtp: true })
  open.push(mx)
  const transport = aTransport({ agent: 'lmtp', parameters: { lmtp_address_verify_target: 'data' } })
  const [outcome] = await transport.deliver(aQueuedMessage({ sender: 'p@gw.test', probe: true }), `inet:127.0.0.1:${mx.port}`)
  await until(() => saidTo(mx).includes('<eof>'))
  assert.match(wordsOf(outcome), /^sent 2\.0\.0 354 /)
  assert.deepEqual(shapes(saidTo(mx).slice(1)), ['MAIL', 'RCPT', 'DATA', '<eof>'])
})

test('a maildir would take it, and gets nothing', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'postern-probe-'))
  after(() => rmSync(directory, { recursive: true }))
  const agent = createMaildirAgent({ clock: { now: () => 0 } } as unknown as Services)
  const box = join(directory, 'box')
  const outcomes: Outcome[] = []
  const message = aQueuedMessage({ probe: true })
  const route = { transport: 'maildir', nexthop: box }
  const job = { message, route, recipients: [0], due: 0, more: () => false, signal: new AbortController().signal }
  await agent.deliver(job, (_index, outcome) => void outcomes.push(outcome))
  assert.deepEqual(outcomes, [{ kind: 'sent', status: '2.0.0', text: 'delivers to maildir', relay: 'maildir' }])
  assert.ok(!existsSync(box))
})
