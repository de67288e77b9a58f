/** `postern start` without a file: everything that its welcome invites to try does what it says. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../../test/kit/process.ts'
import { prepareTrial } from './trial.ts'

const MAIN = join(import.meta.dirname, '../main.js')
const PATIENCE = 20_000

/** Runs a subcommand in the state directory's terms. */
function postern(state: string, ...words: readonly string[]): Promise<{ status: number; out: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [MAIN, ...words], { env: { ...process.env, POSTERN_STATE: state }, timeout: PATIENCE })
    let out = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (out += chunk.toString()))
    child.on('close', (code) => resolve({ status: code ?? -1, out }))
  })
}

async function until(what: string, isTrue: () => boolean): Promise<void> {
  const end = performance.now() + PATIENCE
  while (!isTrue()) {
    if (performance.now() > end) throw new Error(`never: ${what}`)
    await sleep(25)
  }
}

/** Puts the example in place on ports that are free. */
async function prepared(state: string): Promise<number> {
  process.env.POSTERN_STATE = state
  const { file } = prepareTrial()
  const [gateway, sink] = [await freePort(), await freePort()]
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll(':2525', `:${gateway}`).replaceAll(':2526', `:${sink}`))
  return gateway
}

function ended(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve) => child.once('exit', resolve))
}

test('what the welcome says is true', async () => {
  const state = mkdtempSync(join(tmpdir(), 'postern-trial-'))
  const port = await prepared(state)
  const gateway = spawn(process.execPath, [MAIN, 'start'], { env: { ...process.env, POSTERN_STATE: state } })
  let said = ''
  for (const stream of [gateway.stdout, gateway.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const gone = ended(gateway)
  const send = (...words: readonly string[]) => postern(state, 'send', '-q', '-s', `127.0.0.1:${port}`, ...words)
  const arrived = (): string[] => {
    const directory = join(state, 'Maildir/new')
    return readdirSync(directory).map((name) => readFileSync(join(directory, name), 'utf8'))
  }
  try {
    await until('it greets the reader', () => said.includes('daemon started'))
    assert.match(said, /Postern \S+ is running: process \d+, 2 workers/)

    assert.match((await send()).out, /^250 2\.0\.0 Ok: queued as/)
    assert.match(
      (await send('--from', 'sender@bad.example')).out,
      /^554 5\.7\.1 <sender@bad\.example>: Sender address rejected: go away/,
    )
    assert.match((await send('--subject', 'offer of the day')).out, /^250 /)
    assert.match((await send('--subject', 'you won the lottery')).out, /^550 5\.7\.1 no lotteries here/)
    await until('both are in the Maildir', () => arrived().length === 2)
    assert.ok(arrived().some((text) => text.includes('Subject: [advertisement] of the day')))

    appendFileSync(join(state, 'sender_access'), 'you@example.com REJECT not today\n')
    assert.deepEqual(await postern(state, 'reload'), { status: 0, out: 'reloaded: generation 2\n' })
    assert.match((await send()).out, /not today/)
    assert.deepEqual(await postern(state, 'queue', 'list'), { status: 0, out: 'Mail queue is empty\n' })
    assert.match((await postern(state, 'status')).out, /generation 2 .*\nlistening: smtp 127\.0\.0\.1:\d+\nlistening: sink /)

    assert.match((await postern(state, 'stop')).out, /^stopped/)
    await gone
    assert.equal(gateway.exitCode, 0)
  } catch (error) {
    throw new Error(`${(error as Error).stack}\n${said}`)
  } finally {
    gateway.kill('SIGKILL')
    await gone
    rmSync(state, { recursive: true, force: true })
  }
})
