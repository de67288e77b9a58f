/** Started as root: ports below 1024 are bound, everything else is done as the user; also after crashes and reloads. */
import assert from 'node:assert/strict'
import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, globSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'

const MAIN = join(import.meta.dirname, '../main.js')
const PATIENCE = 20_000

/** A network of its own, where port 25 is free; and the user must be able to read the program. */
const canIsolate = process.getuid?.() === 0 && spawnSync('unshare', ['-n', 'ip', 'link', 'set', 'lo', 'up']).status === 0
const isReadable =
  spawnSync(process.execPath, ['-e', `require('fs').readFileSync(${JSON.stringify(MAIN)})`], { uid: 65534 }).status === 0
const skip = canIsolate && isReadable ? false : 'needs root, network namespaces, and a program that nobody can read'

const yaml = (directory: string, listeners: readonly number[]): string => `version: 1
queue_directory: ${directory}/queue
user: nobody
workers: 2
log: { file: ${directory}/log }
parameters: { myhostname: gw.test, mydestination: '', mynetworks: [127.0.0.0/8], relayhost: '[127.0.0.1]:9', smtpd_peername_lookup: no }
pipeline: { relay: [permit_mynetworks, reject_unauth_destination] }
listeners:
${listeners.map((port) => `  - { name: p${port}, listen: '127.0.0.1:${port}' }`).join('\n')}
`

/** Runs a subcommand in the network of the gateway. */
function postern(gateway: ChildProcess, ...words: readonly string[]): Promise<{ status: number; out: string }> {
  const entered = ['-t', String(gateway.pid), '-n', process.execPath, MAIN, ...words]
  return new Promise((resolve) => {
    execFile('nsenter', entered, { timeout: PATIENCE }, (error, out, err) =>
      resolve({ status: error === null ? 0 : Number(error.code ?? -1), out: out + err }),
    )
  })
}

function workersOf(gateway: ChildProcess): readonly number[] {
  try {
    return readFileSync(`/proc/${gateway.pid}/task/${gateway.pid}/children`, 'latin1').split(' ').filter(Boolean).map(Number)
  } catch {
    return []
  }
}

/** Real, effective, saved and file system ids of users and groups. */
function idsOf(pid: number): readonly string[] {
  return [...readFileSync(`/proc/${pid}/status`, 'latin1').matchAll(/^(?:Uid|Gid|Groups):\s*(.*?)\s*$/gm)].map(
    (match) => match[1] ?? '',
  )
}

async function until(what: string, isTrue: () => boolean): Promise<void> {
  const end = performance.now() + PATIENCE
  while (!isTrue()) {
    if (performance.now() > end) throw new Error(`never: ${what}`)
    await sleep(25)
  }
}

test('privileged ports, dropped rights, a killed worker, reloads that add ports', { skip }, async () => {
  const directory = mkdtempSync(join(tmpdir(), 'postern-root-'))
  chmodSync(directory, 0o755)
  const file = join(directory, 'postern.yaml')
  const log = join(directory, 'log')
  writeFileSync(file, yaml(directory, [25, 2500]))
  const gateway = spawn('unshare', ['-n', 'sh', '-c', `ip link set lo up; exec "${process.execPath}" "${MAIN}" start "${file}"`])
  const gone = new Promise((resolve) => gateway.once('exit', resolve))
  const accepted = async (port: number): Promise<void> => {
    const { out } = await postern(gateway, 'send', '-q', '-s', `127.0.0.1:${port}`)
    assert.match(out, /^250 /, `port ${port}`)
  }
  const reloaded = async (ports: readonly number[]): Promise<void> => {
    writeFileSync(file, yaml(directory, ports))
    const { status, out } = await postern(gateway, 'reload', '-c', file)
    assert.equal(status, 0, out)
  }
  const countOf = (text: string): number => (existsSync(log) ? readFileSync(log, 'utf8').split(text).length - 1 : 0)
  try {
    await until('it has started', () => countOf('daemon started') === 1)
    const nobody = ['65534\t65534\t65534\t65534', '65534\t65534\t65534\t65534', '65534']
    for (const pid of workersOf(gateway)) assert.deepEqual(idsOf(pid), nobody)
    await accepted(25)
    await accepted(2500)

    process.kill(workersOf(gateway)[0] ?? 0, 'SIGKILL')
    await until('it is replaced', () => countOf('is replaced') === 1)

    // A port that needs root: workers are replaced in turn. One that does not: they bind it as they are, and so does a successor.
    await reloaded([25, 2500, 26])
    await reloaded([25, 2500, 26, 2600])
    process.kill(workersOf(gateway)[0] ?? 0, 'SIGKILL')
    await until('it is replaced again', () => countOf('is replaced') === 2)
    for (const port of [25, 26, 2500, 2600]) for (let i = 0; i < 4; i++) await accepted(port)
    assert.equal(countOf('cannot start'), 0)

    const spool = join(directory, 'queue/spool')
    const foreign = globSync('**/*', { cwd: spool }).filter(
      (name) => statSync(join(spool, name), { throwIfNoEntry: false })?.uid === 0,
    )
    assert.deepEqual(foreign, [])
    assert.match((await postern(gateway, 'stop', '-c', file)).out, /^stopped/)
    await gone
    assert.deepEqual(readdirSync(join(directory, 'queue')), ['spool'])
  } catch (error) {
    throw new Error(`${(error as Error).stack}\n${existsSync(log) ? readFileSync(log, 'utf8') : ''}`)
  } finally {
    gateway.kill('SIGTERM')
    await gone
    rmSync(directory, { recursive: true, force: true })
  }
})
