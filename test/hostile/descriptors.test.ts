/** More clients than there are file descriptors: those beyond are told so, and a message of one that was let in is stored and delivered. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { freePort, PosternProcess } from '../kit/process.ts'
import { startSink } from '../kit/sink.ts'
import { Attacker } from './attacker.ts'

const DESCRIPTORS = 200
const CLIENTS = 400
const hasPrlimit = spawnSync('prlimit', ['--version']).status === 0

test('clients beyond the file descriptors hear 421', {
  timeout: 60_000,
  skip: hasPrlimit ? false : 'needs prlimit',
}, async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'postern-descriptors-'))
  const sink = await startSink()
  const gateway = new PosternProcess({
    directory,
    port: await freePort(),
    wrapper: ['prlimit', `--nofile=${DESCRIPTORS}:${DESCRIPTORS}`],
    yaml: `workers: 1
parameters:
  myhostname: mx.hostile.test
  mydestination: ''
  mynetworks: [127.0.0.0/8]
  relayhost: '[127.0.0.1]:${sink.port}'
  smtpd_peername_lookup: no
  smtpd_client_connection_count_limit: 0
pipeline:
  relay: [permit_mynetworks, reject_unauth_destination]`,
  })
  const clients: Attacker[] = []
  t.after(async () => {
    for (const client of clients) client.destroy()
    await gateway.stop()
    await sink.close()
    rmSync(directory, { recursive: true, force: true })
  })
  await gateway.start()
  for (let i = 0; i < CLIENTS; i++) clients.push(new Attacker({ port: gateway.port }))
  const greetings = await Promise.all(clients.map((client) => client.reply()))
  const room = greetings.filter((greeting) => greeting === '220 mx.hostile.test ESMTP Postfix').length
  const refused = greetings.filter((greeting) => greeting === '421 4.3.2 All server ports are busy').length
  assert.equal(room + refused, CLIENTS, [...new Set(greetings)].join('\n'))
  assert.ok(room > DESCRIPTORS / 2 && room <= DESCRIPTORS * 0.75, `${room} were let in`)
  const inside = clients[greetings.findIndex((greeting) => greeting.startsWith('220'))]
  for (const line of ['HELO c.test', 'MAIL FROM:<a@b.test>', 'RCPT TO:<c@d.test>', 'DATA'])
    assert.match((await inside?.say(line)) ?? '', /^[23]/)
  assert.match((await inside?.say('Subject: x\r\n\r\nhello\r\n.')) ?? '', /^250 2\.0\.0 Ok: queued as /)
  await sink.waitFor(1, 20_000)
})
