/** `postern params` has postconf's habits. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { Command } from 'commander'
import { whyPending } from '../config/pending/reasons.ts'
import { addParams, type ParamsOptions, params } from './params.ts'

const directory = mkdtempSync(join(tmpdir(), 'postern-params-'))
after(() => rmSync(directory, { recursive: true, force: true }))
const config = join(directory, 'postern.yaml')
writeFileSync(
  config,
  `version: 1
parameters: { myhostname: gw.example, relay_domains: [a.example, b.example], smtpd_banner: $myhostname ESMTP }
listeners:
  - { name: smtp, listen: 127.0.0.1:0, parameters: { smtpd_timeout: 60s } }
`,
)

async function run(
  names: readonly string[],
  options: ParamsOptions = { config },
): Promise<{ status: number; out: string; err: string }> {
  let out = ''
  let err = ''
  const status = await params(names, options, {
    out: { write: (part) => (out += part) },
    err: { write: (part) => (err += part) },
  })
  return { status, out, err }
}

test('reasons why parameters have no effect are given for those alone', async () => {
  const rows = JSON.parse((await run([], { config, json: true })).out) as { name: string; live: boolean }[]
  assert.ok(rows.length > 380)
  for (const { name, live } of rows) if (live) assert.equal(whyPending(name, ''), undefined, name)
})

test('a name gives its value as written', async () => {
  assert.deepEqual(await run(['smtpd_banner', 'relay_domains', 'mydestination']), {
    status: 0,
    out: 'smtpd_banner = $myhostname ESMTP\nrelay_domains = a.example, b.example\nmydestination = $myhostname, localhost.$mydomain, localhost\n',
    err: '',
  })
})

test('-x expands, -h leaves out names, -d shows defaults', async () => {
  assert.equal((await run(['smtpd_banner'], { config, expand: true })).out, 'smtpd_banner = gw.example ESMTP\n')
  assert.equal((await run(['smtpd_banner'], { config, hideNames: true })).out, '$myhostname ESMTP\n')
  assert.equal((await run(['smtpd_banner'], { config, defaults: true })).out, 'smtpd_banner = $myhostname ESMTP $mail_name\n')
})

test('-n shows what the file sets', async () => {
  const { out } = await run([], { config, set: true })
  const names = out.split('\n').map((line) => line.split(' ')[0])
  assert.deepEqual(
    names.filter((name) => name !== '' && name !== 'config_directory'),
    ['myhostname', 'relay_domains', 'smtpd_banner'],
  )
})

test('-s shows what a listener sees', async () => {
  assert.equal((await run(['smtpd_timeout'], { config, service: 'smtp' })).out, 'smtpd_timeout = 60s\n')
  assert.equal((await run(['smtpd_timeout'], { config, service: 'smpt' })).status, 1)
})

test('without names all are shown, sorted', async () => {
  const { out } = await run([])
  const names = out
    .trimEnd()
    .split('\n')
    .map((line) => line.split(' ')[0] ?? '')
  assert.ok(names.length > 400)
  assert.deepEqual(names, [...names].sort())
})

test('an unknown name is told with a suggestion', async () => {
  const { status, err } = await run(['smtpd_timout'])
  assert.equal(status, 1)
  assert.equal(err, 'postern params: warning: smtpd_timout: unknown parameter; did you mean "smtpd_timeout"?\n')
})

test('JSON says who honours a parameter, and whether it does yet', async () => {
  const [row] = JSON.parse((await run(['smtpd_tls_security_level'], { config, json: true })).out) as [Record<string, unknown>]
  assert.deepEqual([row.owner, row.live, row.isSet, row.kind], ['tls', false, false, 'choice'])
})

test('-p tells of each that has no effect why', async () => {
  const { out, status } = await run([], { config, pending: true })
  assert.equal(status, 0)
  assert.match(out, /^tcp_windowsize: Node can not set the size of socket buffers of TCP$/m)
  assert.doesNotMatch(out, /^myhostname/m)
  const unexplained = out.split('\n').filter((line) => line.endsWith(': nobody honours it'))
  assert.deepEqual(unexplained, [])
})

test('-h is for values without names, as in postconf', async () => {
  const program = new Command()
  addParams(program)
  const [command] = program.commands
  assert.equal(command?.options.find(({ short }) => short === '-h')?.long, '--hide-names')
  assert.doesNotMatch(command?.helpInformation() ?? '', /-h, --help/)
})
