import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort, PosternProcess } from '../../test/kit/process.ts'

/** Connects; resolves with the first line, and the socket stays open. */
function visit(port: number): Promise<{ line: string; socket: Socket }> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('data', (chunk) => resolve({ line: chunk.toString('latin1').slice(0, 3), socket }))
    socket.once('error', reject)
    socket.setTimeout(20_000, () => socket.destroy(new Error('no greeting')))
  })
}

/** Makes connections until so many were greeted; those that were refused are closed. */
async function greeted(port: number, wanted: number): Promise<Socket[]> {
  const until = Date.now() + 15_000
  const sockets: Socket[] = []
  while (sockets.length < wanted) {
    const { line, socket } = await visit(port)
    if (line === '220') sockets.push(socket)
    else socket.destroy()
    assert.ok(Date.now() < until, `only ${sockets.length} were greeted`)
  }
  return sockets
}

test('a client has its connections over all workers, and those of a killed worker are free', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'postern-presence-'))
  const limit = 4
  const gateway = new PosternProcess({
    directory,
    port: await freePort(),
    yaml: `workers: 2
parameters:
  myhostname: gw.test
  smtpd_peername_lookup: no
  smtpd_client_connection_count_limit: ${limit}
  smtpd_client_event_limit_exceptions: ''`,
  })
  t.after(async () => {
    await gateway.stop()
    rmSync(directory, { recursive: true, force: true })
  })
  await gateway.start()
  const sockets = await greeted(gateway.port, limit)
  for (const socket of sockets) socket.on('error', () => undefined)
  const more = await Promise.all(Array.from({ length: 6 }, () => visit(gateway.port)))
  assert.deepEqual(new Set(more.map(({ line }) => line)), new Set(['421']))
  for (const { socket } of more) socket.destroy()

  let lost = 0
  for (const socket of sockets) socket.once('close', () => lost++)
  gateway.killWorker(([first = 0]) => first)
  const until = Date.now() + 15_000
  while (!gateway.log().some((line) => /worker \d is replaced/.test(line))) {
    assert.ok(Date.now() < until, 'the worker is not replaced')
    await sleep(20)
  }
  // As many as died with the worker, and not one more.
  const again = await greeted(gateway.port, lost)
  const over = await visit(gateway.port)
  assert.equal(over.line, '421')
  for (const socket of [...sockets, ...again, over.socket]) socket.destroy()
})
