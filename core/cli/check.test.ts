/** `postern check` and `postern pipeline show` for programs: JSON, and exit statuses. The texts are tested in test/config. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { check } from './check.ts'
import { showPipeline } from './pipeline.ts'

const CASES = join(import.meta.dirname, '../../test/config')

async function run(
  command: (streams: Parameters<typeof check>[2]) => Promise<number>,
): Promise<{ status: number; out: string; err: string }> {
  let out = ''
  let err = ''
  const status = await command({ out: { write: (part) => (out += part) }, err: { write: (part) => (err += part) } })
  return { status, out, err }
}

test('check --json lists problems with their places', async () => {
  const { status, out } = await run((streams) => check(join(CASES, 'bad/several/postern.yaml'), { json: true }, streams))
  const { ok, problems } = JSON.parse(out) as { ok: boolean; problems: { path: string; place: { line: number } }[] }
  assert.equal(status, 1)
  assert.equal(ok, false)
  assert.deepEqual(problems.map(({ path, place }) => `${place.line} ${path}`).slice(0, 2), [
    '3 parameters.relay_domain',
    '4 parameters.smtpd_helo_required',
  ])
})

test('check --json of a right file has its warnings', async () => {
  const { status, out } = await run((streams) => check(join(CASES, 'good/warnings/postern.yaml'), { json: true }, streams))
  const { ok, warnings } = JSON.parse(out) as { ok: boolean; warnings: string[] }
  assert.deepEqual([status, ok, warnings.length], [0, true, 4])
})

test('a file that is not there is one problem', async () => {
  const { status, err } = await run((streams) => check('/nonexistent/postern.yaml', {}, streams))
  assert.deepEqual([status, err], [1, '/nonexistent/postern.yaml:1:1: (file): there is no such file\n'])
})

test('pipeline show --json has steps by hook, of one listener when asked', async () => {
  const file = join(CASES, 'good/forms/postern.yaml')
  const { out } = await run((streams) => showPipeline(file, { json: true, listener: 'submission' }, streams))
  const parts = JSON.parse(out) as { part: string; hooks: { hook: string; steps: { id: string }[] }[] }[]
  assert.deepEqual(
    parts.map(({ part }) => part),
    ['listener submission 127.0.0.1:0'],
  )
  assert.deepEqual(
    parts[0]?.hooks.map(({ hook, steps }) => [hook, steps.map(({ id }) => id)]),
    [
      ['connect', ['client-limits']],
      ['access.relay', ['permit_mynetworks', 'reject_unauth_destination']],
      ['access.rcpt', ['permit_mynetworks', 'reject']],
      ['listed.recipient', ['recipient-classes']],
      ['disconnect', ['client-limits']],
    ],
  )
  const missing = await run((streams) => showPipeline(file, { listener: 'submit' }, streams))
  assert.deepEqual([missing.status, missing.err], [1, `${file}: no listener submit; there are smtp, submission\n`])
})

test('check reads the names of servers that plugins speak with, and connects to none', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'postern-check-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const checked = (filter: string) => {
    const file = join(folder, 'postern.yaml')
    const listeners = '  - { name: smtp, listen: 127.0.0.1:0 }'
    writeFileSync(file, `version: 1\nparameters: { smtpd_proxy_filter: '${filter}' }\nlisteners:\n${listeners}\n`)
    return run((streams) => check(file, {}, streams))
  }
  assert.equal((await checked('127.0.0.1:1')).status, 0)
  assert.match((await checked('127.0.0.1:no port')).err, /smtpd_proxy_filter: .*expected host:port/)
})
