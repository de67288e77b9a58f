/** The spool by its interface, on a disk in memory: content, state, damage, space, locks, listings. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeClock } from '../../test/kit/clock.ts'
import { ModelFs, type Plan, randomFrom } from '../../test/queue/model-fs.ts'
import type { Event } from '../events.ts'
import { NO_STOCK } from './journal-options.ts'
import { listSpool } from './offline.ts'
import { isQueueId } from './queue-id.ts'
import type { RecoveredMessage } from './recovery.ts'
import { openSpool, type SpoolOptions } from './spool.ts'
import { type Envelope, type NewContent, type Spool, SpoolError } from './types.ts'

const HEAD = Buffer.from('Subject: x\r\n\r\n')
const FACTS = { size: 0, dots: true, eightBit: false, longestLine: 998, bareCr: true }
const ORIGIN = { listener: 'l', clientName: 'c', clientAddress: '192.0.2.1', clientPort: 1, helo: 'h', protocol: 'ESMTP' }

async function aSpool(fs = new ModelFs({}, randomFrom(1)), more: Partial<SpoolOptions> = {}) {
  const clock = fakeClock()
  const events: Event[] = []
  const open = await openSpool({
    directory: '/q',
    owner: 'w1',
    clock,
    report: (event) => events.push(event),
    fs,
    journal: NO_STOCK,
    ...more,
  })
  const recovered: RecoveredMessage[] = []
  const recover = async () => {
    for await (const batch of open.recovered) recovered.push(...batch)
    return recovered
  }
  return { ...open, fs, clock, events, recover }
}

function anEnvelope(spool: Spool, to = ['a@one.test', 'b@two.test']): Envelope {
  const recipients = to.map((address) => ({ address, original: address }))
  return { id: spool.newId(), arrived: 1, sender: 's@x.test', recipients, origin: ORIGIN }
}

function contentOf(bytes: number): NewContent & { readonly body: Buffer[] } {
  const body = [Buffer.alloc(bytes, 'a'), Buffer.from('end\r\n')]
  return { head: HEAD, body, facts: { ...FACTS, size: HEAD.length + bytes + 5 } }
}

const whole = async (chunks: Iterable<Buffer> | AsyncIterable<Buffer>): Promise<string> =>
  Buffer.concat(await Array.fromAsync(chunks)).toString('latin1')

test('content is the same from memory, journal and file', async () => {
  const content = contentOf(3000)
  const text = await whole([content.head, ...content.body])
  for (const memoryBudget of [1 << 20, 0]) {
    const { spool, fs } = await aSpool(undefined, { memoryBudget })
    const envelope = anEnvelope(spool)
    const message = await spool.commit(envelope, content)
    assert.equal(Symbol.iterator in message.content.chunks(), memoryBudget > 0, 'in memory it comes at once')
    assert.equal(await whole(message.content.chunks()), text)
    assert.equal(await whole(message.content.stream()), text)
    const read = await spool.read(envelope.id)
    assert.deepEqual(read?.envelope, envelope)
    assert.deepEqual(read?.content.facts, content.facts)
    await spool.keep(envelope)
    const kept = await spool.read(envelope.id)
    assert.deepEqual(kept?.content.facts, content.facts)
    assert.equal((await kept?.content.head())?.toString(), HEAD.toString())
    assert.equal(await whole(kept?.content.chunks() ?? []), text)
    assert.equal(await whole(message.content.chunks()), text, 'what an agent holds follows the message')
    spool.remove(envelope.id)
    assert.equal(await spool.read(envelope.id), undefined)
    await spool.close()
    assert.equal(fs.openFiles, 0)
  }
})

test('a large body streams to its file, can be read back, and be forgotten', async () => {
  const { spool, fs } = await aSpool()
  const envelope = anEnvelope(spool)
  const body = await spool.stream(envelope.id)
  const chunk = Buffer.alloc(300_000, 'x')
  let waits = 0
  for (let i = 0; i < 10; i++) {
    const wait = body.write(chunk)
    if (wait !== undefined) waits++
    await wait
  }
  assert.ok(waits > 0, 'the writer is held back')
  assert.equal(body.bytes, 3_000_000)
  assert.equal((await whole(body.read())).length, 3_000_000)
  const message = await spool.commit(envelope, { head: HEAD, body, facts: FACTS })
  assert.equal((await whole(message.content.chunks())).length, 3_000_000 + HEAD.length)
  const other = await spool.stream(spool.newId())
  other.write(chunk)
  await other.abandon()
  assert.throws(() => other.write(chunk), SpoolError)
  assert.equal(fs.paths().filter((path) => path.includes('incoming')).length, 0)
  await spool.close()
})

test('what was kept and finished comes back; ids go on', async () => {
  const first = await aSpool()
  const { spool, fs } = first
  const [young, kept, held] = [anEnvelope(spool), anEnvelope(spool), anEnvelope(spool)]
  for (const envelope of [young, kept, held]) await spool.commit(envelope, contentOf(10))
  spool.finished(young.id, [0])
  await spool.keep(Object.assign(kept, { attempts: 2, next: 5000 }))
  spool.finished(kept.id, [1])
  await spool.keep(Object.assign(held, { hold: true }))
  await spool.close()

  const listed = await Array.fromAsync(listSpool('/q', fs))
  assert.deepEqual(listed.map(({ state, recipients, next }) => [state, recipients.map(({ address }) => address), next]).sort(), [
    ['deferred', ['a@one.test'], 5000],
    ['hold', ['a@one.test', 'b@two.test'], undefined],
    ['incoming', ['b@two.test'], undefined],
  ])

  const second = await aSpool(fs)
  assert.deepEqual(
    (await second.recover()).map(({ next, hold, tried, site }) => [next, hold, tried, site]),
    [
      [0, false, false, 'two.test'],
      [5000, false, true, 'one.test'],
      [0, true, false, 'one.test'],
    ],
  )
  const id = second.spool.newId()
  assert.ok(isQueueId(id) && id > held.id)
  await second.spool.close()
})

test('states that pile up are written anew', async () => {
  const { spool, fs } = await aSpool()
  const envelope = anEnvelope(spool)
  await spool.commit(envelope, contentOf(100))
  const reason = 'x'.repeat(10_000)
  for (let attempts = 1; attempts < 40; attempts++) {
    const [first] = envelope.recipients
    if (first !== undefined) first.last = { status: '4.0.0', reason }
    await spool.keep(Object.assign(envelope, { attempts }))
  }
  const path = fs.paths().find((name) => name.includes('/messages/')) ?? ''
  assert.ok(fs.contents(path).length < 300_000)
  const read = await spool.read(envelope.id)
  assert.equal(read?.envelope.attempts, 39)
  assert.equal((await whole(read?.content.chunks() ?? [])).length, HEAD.length + 105)
  await spool.close()
})

test('damage is set aside with a warning, and takes nothing else with it', async () => {
  const { spool, fs } = await aSpool()
  const envelopes = Array.from({ length: 5 }, () => anEnvelope(spool))
  for (const envelope of envelopes) await spool.commit(envelope, contentOf(500))
  const [a, b] = envelopes
  if (a !== undefined) await spool.keep(a)
  if (b !== undefined) await spool.keep(b)
  await spool.close()
  fs.damage('/q/w1/journal/000001.log', 3000, Buffer.from('damaged'))
  fs.damage(fs.paths().find((path) => path.endsWith(a?.id ?? '?')) ?? '', 10, Buffer.from('damaged'))
  const again = await aSpool(fs)
  const found = (await again.recover()).map(({ id }) => id)
  assert.deepEqual(found.sort(), [envelopes[1], envelopes[2], envelopes[4]].map((envelope) => envelope?.id).sort())
  assert.equal(again.events.filter(({ type }) => type === 'fault').length, 2)
  assert.equal(await again.corrupt(), 2)
  assert.equal(await again.spool.read('../../../etc/passwd'), undefined)
  await again.spool.close()
})

test('segments are filled ahead of need, where the disk has room, and used again', async () => {
  const journal = { segmentBytes: 4000, spares: 1, roomToFill: 0 }
  const { spool, fs } = await aSpool(undefined, { journal })
  const ids: string[] = []
  for (let i = 0; i < 10; i++) {
    const envelope = anEnvelope(spool)
    await spool.commit(envelope, contentOf(1000))
    ids.push(envelope.id)
  }
  for (const id of ids.slice(0, 8)) spool.remove(id)
  await spool.close()
  const logs = fs.paths().filter((path) => path.endsWith('.log'))
  assert.ok(logs.every((path) => path.endsWith('000001.log') || fs.contents(path).length >= 4000))
  assert.ok(logs.length <= 4, logs.join())
  const again = await aSpool(fs, { journal })
  assert.deepEqual((await again.recover()).map(({ id }) => id).sort(), ids.slice(8).sort())
  await again.spool.close()
})

test('bytes of a message that look like records are not taken for them', async () => {
  const { spool, fs } = await aSpool()
  await spool.commit(anEnvelope(spool), contentOf(500))
  const log = Buffer.from(fs.contents('/q/w1/journal/000001.log'))
  await spool.commit(anEnvelope(spool), { ...contentOf(0), body: [log] })
  await spool.commit(anEnvelope(spool), contentOf(500))
  await spool.close()
  const again = await aSpool(fs)
  assert.equal((await again.recover()).length, 3)
  await again.spool.close()
})

test('a full disk refuses with `full` and keeps nothing; mail is taken again when there is space', async () => {
  const plan: Plan = { faults: [{ from: 1, to: 1 << 30, code: 'ENOSPC' }] }
  const { spool, fs } = await aSpool()
  const full = fs.after('kill', plan)
  await spool.close()
  full.heal()
  const again = await aSpool(full, { isAlive: () => false })
  full.plan(plan)
  const refused = anEnvelope(again.spool)
  await assert.rejects(again.spool.commit(refused, contentOf(100)), { name: 'SpoolError', kind: 'full' })
  full.heal()
  const taken = anEnvelope(again.spool)
  await again.spool.commit(taken, contentOf(100))
  await again.spool.close()
  const third = await aSpool(full)
  assert.deepEqual(
    (await third.recover()).map(({ id }) => id),
    [taken.id],
  )
  await third.spool.close()
})

test('after an I/O error the spool says that it can not be written until it can', async () => {
  const { spool, fs, clock } = await aSpool()
  assert.equal(spool.space().writable, true)
  fs.plan({ faults: [{ from: 1, to: 1 << 30, code: 'EIO' }] })
  await assert.rejects(spool.commit(anEnvelope(spool), contentOf(10)), { kind: 'io' })
  assert.equal(spool.space().writable, false)
  fs.heal()
  await clock.advance(1000)
  assert.equal(spool.space().writable, true)
  await spool.close()
})

test('a spool has one owner at a time; a dead one is succeeded', async () => {
  const { spool, fs } = await aSpool()
  await assert.rejects(aSpool(fs), /is in use by process/)
  const next = await aSpool(fs, { isAlive: () => false, identity: { pid: 7, started: 'x' } })
  await next.spool.close()
  await spool.close().catch(() => undefined)
})

test('a stored notice finishes the recipients it tells of, though the process died before their marks', async () => {
  const { spool, fs } = await aSpool()
  const [one, both, kept] = [anEnvelope(spool), anEnvelope(spool), anEnvelope(spool)]
  for (const envelope of [one, both, kept]) await spool.commit(envelope, contentOf(10))
  await spool.keep(kept)
  const notice = (settles: Envelope['settles']) => ({ ...anEnvelope(spool, ['s@x.test']), ...(settles ? { settles } : {}) })
  await spool.commit(notice({ id: one.id, recipients: [0] }), contentOf(5))
  await spool.commit(notice({ id: both.id, recipients: [0, 1] }), contentOf(5))
  await spool.commit(notice({ id: kept.id, recipients: [1] }), contentOf(5))

  const again = await aSpool(fs.after('kill'), { isAlive: () => false })
  const ids = (await again.recover()).map(({ id }) => id)
  assert.equal(ids.includes(both.id), false, 'nobody is left')
  for (const [id, done] of [
    [one.id, [true, undefined]],
    [kept.id, [undefined, true]],
  ] as const) {
    assert.ok(ids.includes(id))
    assert.deepEqual(
      (await again.spool.read(id))?.envelope.recipients.map((recipient) => recipient.done),
      done,
    )
  }
  await again.spool.close()
})
