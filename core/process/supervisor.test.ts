/** The gateway as a whole, in processes of its own: mail through it, killed workers, reloads good and bad, drain. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { appendFileSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort, PosternProcess } from '../../test/kit/process.ts'
import { type Sink, startSink } from '../../test/kit/sink.ts'
import { send } from '../cli/send.ts'
import type { GatewayStatus } from './status.ts'

const MAIN = join(import.meta.dirname, '../main.js')
/** Milliseconds that anything may take here; a machine under load is slow, a hang is endless. */
const PATIENCE = 20_000

interface Setting {
  readonly directory: string
  readonly gateway: PosternProcess
  readonly sink: Sink
  readonly sinkPort: number
}

function yaml(sinkPort: number, more = ''): string {
  return `workers: 2
parameters:
  myhostname: gw.test
  mydestination: ''
  mynetworks: [127.0.0.0/8]
  relayhost: '[127.0.0.1]:${sinkPort}'
  smtpd_peername_lookup: no
  minimal_backoff_time: 1s
pipeline:
  relay: [permit_mynetworks, reject_unauth_destination]
${more}`
}

/** A gateway before a sink, both gone afterwards. */
async function withGateway(use: (setting: Setting) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'postern-run-'))
  const sink = await startSink()
  const gateway = new PosternProcess({ directory, port: await freePort(), yaml: yaml(sink.port) })
  try {
    await gateway.start()
    await use({ directory, gateway, sink, sinkPort: sink.port })
  } catch (error) {
    throw new Error(`${(error as Error).stack}\n${gateway.log().slice(-40).join('\n')}`)
  } finally {
    await gateway.stop()
    await sink.close()
    rmSync(directory, { recursive: true, force: true })
  }
}

const message = (port: number, to = 'u@dest.test', from = 'a@sender.test') =>
  send({ server: `127.0.0.1:${port}`, from, to: [to], subject: 's', body: 'b', header: [], helo: 'c.test' }, () => {})

/** Runs a subcommand. */
function postern(...words: readonly string[]): Promise<{ status: number; out: string; err: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...words], { timeout: PATIENCE }, (error, out, err) =>
      resolve({ status: error === null ? 0 : Number(error.code ?? -1), out, err }),
    )
  })
}

const status = async ({ gateway }: Setting): Promise<GatewayStatus> =>
  JSON.parse((await postern('status', '--json', '-c', gateway.file)).out) as GatewayStatus

/** Waits for something that will come. */
async function until(what: string, isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + PATIENCE
  while (!(await isTrue())) {
    if (performance.now() > end) throw new Error(`never: ${what}`)
    await sleep(25)
  }
}

test('mail goes through, is logged, and the queue is empty afterwards', () =>
  withGateway(async (setting) => {
    const { gateway, sink } = setting
    for (let i = 0; i < 10; i++) assert.equal(await message(gateway.port, `u${i}@dest.test`), 0)
    await sink.waitFor(10, PATIENCE)
    await until('all is removed', () => gateway.log().filter((line) => / removed$/.test(line)).length === 10)
    assert.equal((await postern('queue', 'list', '-c', gateway.file)).out, 'Mail queue is empty\n')
    const { workers, generation } = await status(setting)
    assert.equal(workers.length, 2)
    assert.equal(generation, 1)
    assert.equal(gateway.log().filter((line) => line.includes('status=sent')).length, 10)
  }))

test('a killed worker is replaced, and its queue delivered', () =>
  withGateway(async (setting) => {
    const { gateway, sink, sinkPort } = setting
    await sink.close()
    for (let i = 0; i < 6; i++) assert.equal(await message(gateway.port), 0)
    await until('all is deferred', () => gateway.log().filter((line) => line.includes('status=deferred')).length >= 6)
    await until('both workers are there', async () => (await status(setting)).workers.length === 2)
    const before = gateway.workers()
    for (const pid of before) process.kill(pid, 'SIGKILL')
    await until('both are replaced', () => {
      const now = gateway.workers()
      return now.length === 2 && now.every((pid) => !before.includes(pid))
    })
    const again = await startSink({ port: sinkPort })
    try {
      await until('they answer', async () => (await status(setting)).workers.every((worker) => 'pid' in worker))
      await postern('queue', 'flush', '--all', '-c', gateway.file)
      await again.waitFor(6, PATIENCE)
      assert.equal(await message(gateway.port), 0)
      await again.waitFor(7, PATIENCE)
    } finally {
      await again.close()
    }
  }))

test('a good reload is followed by every worker; a bad one changes nothing', () =>
  withGateway(async (setting) => {
    const { gateway, sinkPort } = setting
    const good = readFileSync(gateway.file, 'utf8')
    const added = await freePort()
    writeFileSync(
      gateway.file,
      good
        .replace(yaml(sinkPort), yaml(sinkPort, '  rcpt: [ check_sender_access: "inline:{bad@sender.test=REJECT}" ]\n'))
        .replace('listeners:\n', `listeners:\n  - { name: second, listen: '127.0.0.1:${added}' }\n`),
    )
    const reloaded = await postern('reload', '-c', gateway.file)
    assert.deepEqual([reloaded.status, reloaded.out, reloaded.err], [0, 'reloaded: generation 2\n', ''])
    for (let i = 0; i < 4; i++) assert.equal(await message(gateway.port, undefined, 'bad@sender.test'), 1)
    assert.equal(await message(added), 0)

    appendFileSync(gateway.file, 'nonsense: 1\n')
    const refused = await postern('reload', '-c', gateway.file)
    assert.equal(refused.status, 1)
    assert.match(refused.err, /postern\.yaml:\d+:\d+: nonsense/)
    assert.equal((await status(setting)).generation, 2)
    assert.equal(await message(added, undefined, 'bad@sender.test'), 1)
    assert.ok(gateway.log().some((line) => line.includes('reload: nothing was changed')))

    writeFileSync(gateway.file, good)
    assert.equal((await postern('reload', '-c', gateway.file)).status, 0)
    assert.equal(await message(gateway.port, undefined, 'bad@sender.test'), 0)
    await assert.rejects(message(added), /ECONNREFUSED/)
  }))

test('a reload that one listener can not serve changes nothing', () =>
  withGateway(async (setting) => {
    const { gateway, sinkPort } = setting
    const good = readFileSync(gateway.file, 'utf8')
    writeFileSync(
      gateway.file,
      good.replace('listeners:\n', `listeners:\n  - { name: taken, listen: '127.0.0.1:${sinkPort}' }\n`),
    )
    const refused = await postern('reload', '-c', gateway.file)
    assert.equal(refused.status, 1)
    assert.match(refused.err, /listener taken: cannot listen on 127\.0\.0\.1:\d+: another program listens there/)
    assert.equal((await status(setting)).generation, 1)
    assert.equal(await message(gateway.port), 0)
  }))

test('a second gateway on the same port does not start', () =>
  withGateway(async ({ directory, gateway }) => {
    const file = join(directory, 'second.yaml')
    const other = readFileSync(gateway.file, 'utf8').replaceAll(join(directory, 'spool'), join(directory, 'second'))
    assert.notEqual(other, readFileSync(gateway.file, 'utf8'))
    writeFileSync(file, other)
    const second = await postern('start', file)
    assert.equal(second.status, 75)
    assert.match(second.err, /cannot listen on 127\.0\.0\.1:\d+: another program listens there/)
    assert.equal(await message(gateway.port), 0)
  }))

test('SIGTERM: a session may finish its command, deliveries end, nothing is left behind', () =>
  withGateway(async ({ directory, gateway }) => {
    const socket = connect(gateway.port, '127.0.0.1')
    const ended = new Promise((resolve) => socket.on('close', resolve))
    socket.on('error', () => {})
    await new Promise((resolve) => socket.once('data', resolve))
    const stopped = await postern('stop', '-c', gateway.file)
    assert.match(stopped.out, /^stopped/)
    await ended
    assert.equal(existsSync(join(directory, 'spool/postern.pid')), false)
    assert.deepEqual(gateway.workers(), [])
    const again = await postern('status', '-c', gateway.file)
    assert.equal(again.status, 75)
    assert.match(again.err, /no Postern is running/)
  }))

test('SIGHUP follows a rotated log, also when the configuration is bad; a worker that is sent SIGTERM is replaced', () =>
  withGateway(async (setting) => {
    const { directory, gateway } = setting
    const log = join(directory, 'postern.log')
    const { pid } = await status(setting)
    appendFileSync(gateway.file, 'nonsense: 1\n')
    renameSync(log, `${log}.1`)
    process.kill(pid, 'SIGHUP')
    const refused = (): boolean => existsSync(log) && gateway.log().some((line) => line.includes('nothing was changed'))
    await until('it said that nothing was changed', refused)
    assert.equal(await message(gateway.port), 0)
    await until('the message is in the new log', () => gateway.log().some((line) => line.includes('status=sent')))

    const before = gateway.workers()
    process.kill(before[0] ?? 0, 'SIGTERM')
    await until('it is replaced', () => gateway.workers().length === 2 && !gateway.workers().includes(before[0] ?? 0))
    await until('all answer', async () => (await status(setting)).workers.every((worker) => 'pid' in worker))
    assert.equal(await message(gateway.port), 0)
  }))

/** A next hop that takes one message and answers its dot when told. */
async function startSlow(): Promise<{ port: number; arrived: Promise<void>; answer(): void }> {
  let answer = (): void => {}
  let told = (): void => {}
  const arrived = new Promise<void>((resolve) => {
    told = resolve
  })
  const server = createServer((socket) => {
    socket.write('220 slow\r\n')
    socket.on('error', () => {})
    socket.on('data', (chunk: Buffer) => {
      const text = chunk.toString('latin1')
      if (text.startsWith('DATA')) socket.write('354 go\r\n')
      else if (/^(EHLO|MAIL|RCPT|RSET)/.test(text)) socket.write('250 ok\r\n')
      else if (text.endsWith('\r\n.\r\n')) {
        answer = () => void socket.end('250 at last\r\n')
        server.close()
        told()
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { port: (server.address() as AddressInfo).port, arrived, answer: () => answer() }
}

test('a delivery under way is finished before the end', () =>
  withGateway(async ({ directory, gateway }) => {
    const slow = await startSlow()
    writeFileSync(
      gateway.file,
      readFileSync(gateway.file, 'utf8').replace(/relayhost: .*/, `relayhost: '[127.0.0.1]:${slow.port}'`),
    )
    assert.equal((await postern('reload', '-c', gateway.file)).status, 0)
    assert.equal(await message(gateway.port), 0)
    await slow.arrived
    const stopped = postern('stop', '-c', gateway.file)
    await until('it takes no more', async () => (await message(gateway.port).catch(() => 75)) === 75)
    slow.answer()
    assert.match((await stopped).out, /^stopped/)
    assert.ok(gateway.log().some((line) => line.includes('status=sent (250 at last)')))
    assert.equal(existsSync(join(directory, 'spool/postern.pid')), false)
  }))

test('a second gateway on the same queue directory is refused', () =>
  withGateway(async ({ gateway }) => {
    const second = await postern('start', gateway.file)
    assert.equal(second.status, 75)
    assert.match(second.err, /is in use by a running Postern, process \d+/)
    assert.equal(await message(gateway.port), 0)
  }))

test('a configuration that can not be used does not start', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'postern-run-'))
  try {
    const file = join(directory, 'postern.yaml')
    writeFileSync(file, 'version: 1\nlistners: []\n')
    const refused = await postern('start', file)
    assert.equal(refused.status, 1)
    assert.match(refused.err, /postern\.yaml:\d+:\d+: .*listners/)
  } finally {
    rmSync(directory, { recursive: true })
  }
})
