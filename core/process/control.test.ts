/** The control socket stays well whatever is written into it, and its answers arrive whole. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import fc from 'fast-check'
import { ControlError, type ControlHandler, controlPath, openControl } from './control.ts'
import { askGateway, ControlFailure, NotRunning } from './control-client.ts'
import { JsonLines } from './json-lines.ts'

const COMMANDS: ReadonlyMap<string, ControlHandler> = new Map<string, ControlHandler>([
  ['echo', async (request) => request],
  [
    'count',
    async ({ to }, item) => {
      for (let i = 0; i < Number(to); i++) await item({ i, pad: 'x'.repeat(100) })
      return 'counted'
    },
  ],
  ['refuse', () => Promise.reject(new ControlError('not now', true))],
  ['break', () => Promise.reject(new TypeError('broken'))],
])

async function withControl(use: (directory: string) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'postern-ctl-'))
  const control = await openControl(directory, COMMANDS)
  try {
    await use(directory)
  } finally {
    await control.close()
    rmSync(directory, { recursive: true })
  }
}

/** Writes bytes in pieces and gathers what comes back until the server closes or the pieces are sent. */
function speak(directory: string, pieces: readonly Uint8Array[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(controlPath(directory))
    let heard = ''
    socket.setEncoding('utf8')
    socket.on('data', (text: string) => {
      heard += text
    })
    socket.on('close', () => resolve(heard))
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && error.code !== 'ECONNRESET') reject(error)
    })
    for (const piece of pieces) socket.write(piece)
    socket.end()
  })
}

test('only the owner may open the socket', () =>
  withControl(async (directory) => {
    assert.equal(statSync(controlPath(directory)).mode & 0o777, 0o600)
  }))

test('answers, long answers, and errors', () =>
  withControl(async (directory) => {
    assert.deepEqual(await askGateway(directory, { command: 'echo', a: 1 }), { command: 'echo', a: 1 })
    const seen: number[] = []
    const last = await askGateway(directory, { command: 'count', to: 5000 }, ({ i }: { i: number }) => void seen.push(i))
    assert.equal(last, 'counted')
    assert.deepEqual(
      seen,
      Array.from({ length: 5000 }, (_, i) => i),
    )
    const failure = (command: string) => askGateway(directory, { command }).catch((error: unknown) => error as ControlFailure)
    assert.deepEqual(await failure('refuse'), new ControlFailure('not now', true))
    assert.deepEqual(await failure('break'), new ControlFailure('broken', false))
    assert.deepEqual(await failure('nonsense'), new ControlFailure('unknown command', false))
    assert.deepEqual(await failure('__proto__'), new ControlFailure('unknown command', false))
  }))

test('nobody there is said as such', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'postern-ctl-'))
  try {
    await assert.rejects(askGateway(directory, { command: 'echo' }), NotRunning)
  } finally {
    rmSync(directory, { recursive: true })
  }
})

test('a request that is too long is refused, and the connection ended', () =>
  withControl(async (directory) => {
    const heard = await speak(directory, [Buffer.alloc(300_000, 0x61)])
    assert.match(heard, /at most 262144 bytes/)
  }))

test('whatever is sent, every line of the answer is JSON and the next caller is served', () =>
  withControl(async (directory) => {
    const line = fc.oneof(
      fc.json().map((text) => Buffer.from(`${text}\n`)),
      fc
        .constantFrom('{"command":"echo"}\n', '{"command":["echo"]}\n', '{"command":"break"}\n', '\n', '{}\n', '{"command":')
        .map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 8 }), async (pieces) => {
        const heard = await speak(directory, pieces)
        for (const answer of heard.split('\n').filter((text) => text !== '')) {
          const object = JSON.parse(answer) as object
          assert.ok('done' in object || 'error' in object)
        }
        assert.deepEqual(await askGateway(directory, { command: 'echo' }), { command: 'echo' })
      }),
      { numRuns: 60 },
    )
  }))

test('lines come out the same however the bytes are cut', () => {
  const bytes = fc.array(fc.oneof(fc.json(), fc.string()), { maxLength: 6 }).map((lines) => Buffer.from(`${lines.join('\n')}\n`))
  fc.assert(
    fc.property(bytes, fc.array(fc.nat(40), { maxLength: 20 }), (all, cuts) => {
      const whole = new JsonLines(1000).take(all)
      const lines = new JsonLines(1000)
      const pieces = []
      let start = 0
      for (const cut of cuts) {
        pieces.push(...lines.take(all.subarray(start, start + cut)))
        start += cut
      }
      pieces.push(...lines.take(all.subarray(start)))
      assert.deepEqual(pieces, whole)
    }),
  )
})
