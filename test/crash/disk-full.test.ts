/**
 * A full disk: clients are told 452 and come back, nothing that got its 250 is lost, and mail flows again when there is room. The
 * spool is a small tmpfs in a mount namespace of its own, which needs root.
 */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { readLines } from '../kit/lines.ts'
import { freePort, PosternProcess } from '../kit/process.ts'
import { startSink } from '../kit/sink.ts'

const SIZE = '24m'
const BODY = Buffer.alloc(1_000_000, `${'x'.repeat(76)}\r\n`)

/** Why it can not run here; undefined when it can. */
function obstacle(): string | undefined {
  if (process.getuid?.() !== 0) return 'needs the rights of root'
  const { status } = spawnSync('unshare', ['-m', '--propagation', 'private', 'true'])
  return status === 0 ? undefined : 'needs unshare -m'
}

/** Sends one message; resolves with the reply that decided, and the bytes of its queue id. */
async function send(port: number, number: number): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  const lines = readLines(socket)
  const say = async (text: string | Buffer | undefined): Promise<string> => {
    if (text !== undefined) socket.write(text)
    let line = await lines.next(20_000)
    while (line?.[3] === '-') line = await lines.next(20_000)
    return line ?? 'closed without a word'
  }
  try {
    let reply = await say(undefined)
    for (const command of ['EHLO full.test', 'MAIL FROM:<a@full.test>', `RCPT TO:<r${number}@full.test>`, 'DATA']) {
      if (!/^[23]/.test(reply)) return reply
      reply = await say(`${command}\r\n`)
    }
    if (!reply.startsWith('354')) return reply
    return await say(Buffer.concat([Buffer.from(`Subject: ${number}\r\n\r\n`), BODY, Buffer.from('\r\n.\r\n')]))
  } finally {
    socket.destroy()
  }
}

/** An order for the queue, from inside the mount namespace in which the control socket is. */
function order(gateway: PosternProcess, ...words: readonly string[]): void {
  const main = join(import.meta.dirname, '../../core/main.js')
  const argv = ['-m', '-t', String(gateway.pid), process.execPath, main, 'queue', ...words, '-c', gateway.file]
  const { status, stderr } = spawnSync('nsenter', argv, { encoding: 'utf8', timeout: 20_000 })
  assert.equal(status, 0, stderr)
}

test('a full disk: 452, nothing lost, and mail flows again', { timeout: 120_000, skip: obstacle() ?? false }, async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'postern-full-'))
  const spool = join(directory, 'spool')
  mkdirSync(spool)
  const sinkPort = await freePort()
  const gateway = new PosternProcess({
    directory,
    port: await freePort(),
    wrapper: [
      'unshare',
      '-m',
      '--propagation',
      'private',
      'sh',
      '-c',
      `mount -t tmpfs -o size=${SIZE} full "$0" && exec "$@"`,
      spool,
    ],
    yaml: `workers: 1
parameters:
  myhostname: full.test
  mydestination: ''
  mynetworks: [127.0.0.0/8]
  relayhost: '[127.0.0.1]:${sinkPort}'
  smtpd_peername_lookup: no
  queue_minfree: 0
  queue_run_delay: 1s
  minimal_backoff_time: 1s
  maximal_backoff_time: 2s
pipeline:
  relay: [permit_mynetworks, reject_unauth_destination]`,
  })
  t.after(async () => {
    await gateway.stop()
    rmSync(directory, { recursive: true, force: true })
  })
  await gateway.start()

  // Nobody listens at the next hop: everything stays in the queue, until nothing more fits.
  const accepted: number[] = []
  const refused: string[] = []
  for (let number = 1; number <= 60 && refused.length < 5; number++) {
    const reply = await send(gateway.port, number)
    if (reply.startsWith('250')) accepted.push(number)
    else refused.push(reply)
  }
  assert.ok(accepted.length >= 3, `only ${accepted.length} messages fitted`)
  assert.equal(refused.length, 5, 'the disk never became full')
  for (const reply of refused) assert.match(reply, /^452 4\.3\.1 /)

  // The next hop comes up: what was accepted arrives, which makes room, and new mail is taken again.
  const sink = await startSink({ port: sinkPort })
  t.after(() => sink.close())
  order(gateway, 'flush', '--all')
  // The postmaster is told of the full disk (notify_classes), by mail that comes here too.
  const arrived = (): string[] =>
    sink.messages.flatMap(({ recipients }) => recipients.filter((each) => each !== 'postmaster@full.test'))
  const missing = (): number[] => accepted.filter((number) => !arrived().includes(`r${number}@full.test`))
  for (let tries = 0; missing().length > 0 && tries < 400; tries++) await sleep(100)
  assert.deepEqual(missing(), [], 'accepted, and lost')
  assert.equal(
    arrived().length,
    accepted.length,
    `delivered more than once: ${arrived().sort().join(' ')}\n${gateway.log().join('\n')}`,
  )
  accepted.push(1000)
  assert.match(await send(gateway.port, 1000), /^250 /)
  for (let tries = 0; missing().length > 0 && tries < 200; tries++) await sleep(100)
  assert.deepEqual(missing(), [])
})
