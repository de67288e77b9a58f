/** Calls and notices between two processes: each call gets its answer or an error, also when the other side goes away. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { Channel, type Methods, RemoteError, type Wire } from './channel.ts'

/** Two ends of one line; messages are copied as JSON, as IPC does. */
function line(left: Methods, right: Methods): [Channel, Channel] {
  const listeners: ((message: unknown) => void)[] = []
  const wire = (other: number, mine: number): Wire => ({
    send: (message) => {
      const text = JSON.stringify(message)
      queueMicrotask(() => listeners[other]?.(JSON.parse(text)))
    },
    onMessage: (listener) => {
      listeners[mine] = listener
    },
  })
  return [new Channel(wire(1, 0), left), new Channel(wire(0, 1), right)]
}

test('answers, now or later, and notices', async () => {
  const told: string[] = []
  const [channel] = line(
    {},
    {
      double: (n: number) => n * 2,
      later: async (n: number) => n + 1,
      nothing: () => undefined,
      note: (text: string) => void told.push(text),
    },
  )
  assert.equal(await channel.call('double', 4), 8)
  assert.equal(await channel.call('later', 4), 5)
  assert.equal(await channel.call('nothing'), undefined)
  channel.tell('note', 'hello')
  channel.tell('unknown', 'hello')
  await channel.call('nothing')
  assert.deepEqual(told, ['hello'])
})

test('errors keep their message and code', async () => {
  const fail = (code?: string) => Object.assign(new Error('no'), code === undefined ? {} : { code })
  const [channel] = line(
    {},
    {
      now: () => {
        throw fail('EACCES')
      },
      later: () => Promise.reject(fail()),
    },
  )
  await assert.rejects(channel.call('now'), new RemoteError({ message: 'no', code: 'EACCES' }))
  await assert.rejects(channel.call('later'), new RemoteError({ message: 'no' }))
  await assert.rejects(channel.call('unheard'), /no method unheard/)
})

test('when the other side goes, open and later calls fail', async () => {
  const [channel] = line({}, { never: () => new Promise(() => {}) })
  const open = channel.call('never')
  channel.close(new Error('gone'))
  await assert.rejects(open, /gone/)
  await assert.rejects(channel.call('never'), /gone/)
  channel.tell('never')
})
