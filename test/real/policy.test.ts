/** Real policy servers that Postern asks by policy-service: SPF in Python and in Perl, rate limits, postfwd's rules. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fakeDns } from '../kit/dns.ts'
import { freePort } from '../kit/process.ts'
import { startSink } from '../kit/sink.ts'
import { atEnd, find, has, listening, type Program, run, scratch, start } from './components.ts'
import { startPostern } from './postern.ts'

const script = (name: string): string => join(import.meta.dirname, name)

/** Sends one message, as if from this client. */
async function swaks(port: number, client: string, sender: string, to = 'u@example.test'): Promise<string> {
  const argv = ['--server', `127.0.0.1:${port}`, '--ehlo', 'c.test', '--xclient', `ADDR=${client}`, '--from', sender, '--to', to]
  return (await run(find('swaks') ?? '', argv)).output
}

/** Postern that asks a server at each recipient, before a next hop that takes everything. */
async function asking(t: TestContext, directory: string, port: number) {
  const sink = await startSink()
  t.after(() => sink.close())
  const postern = await startPostern(t, {
    directory,
    parameters: {
      relayhost: `[127.0.0.1]:${sink.port}`,
      smtpd_authorized_xclient_hosts: '127.0.0.1',
      relay_domains: 'example.test',
    },
    yaml: `pipeline:
  relay: [reject_unauth_destination]
  rcpt:
    - check_policy_service: inet:127.0.0.1:${port}`,
  })
  return { postern, sink }
}

/** Programs for spawn(8) speak on their standard input and output; socat starts one for each connection. */
async function spawned(t: TestContext, program: Program, zone: readonly string[], dns: string): Promise<number> {
  const server = fakeDns(zone)
  await server.listen({ host: dns, port: 53 })
  t.after(() => server.close())
  const port = await freePort()
  const listen = `TCP-LISTEN:${port},bind=127.0.0.1,reuseaddr,fork`
  start(t, script('with-resolver.sh'), [dns, find('socat') ?? '', listen, `EXEC:${find(program)}`])
  await listening(port)
  return port
}

const SPF_ZONE = ['fail.test TXT v=spf1 ip4:192.0.2.1 -all', 'soft.test TXT v=spf1 ip4:192.0.2.1 ~all']

test('policyd-spf (Python) refuses what SPF forbids, and notes what it doubts', async (t) => {
  if (!has(t, 'policyd-spf', 'socat', 'swaks', 'root')) return
  const port = await spawned(t, 'policyd-spf', SPF_ZONE, '127.0.0.5')
  const { postern, sink } = await asking(t, scratch(t), port)
  assert.match(
    await swaks(postern.port, '192.0.2.44', 'a@fail.test'),
    /550 5\.7\.23 <u@example\.test>: Recipient address rejected: Message rejected due to: SPF fail/,
  )
  assert.match(await swaks(postern.port, '192.0.2.44', 'a@soft.test'), /250 2\.0\.0 Ok: queued as/)
  const [message] = await sink.waitFor(1)
  assert.match(message?.content.toString('latin1') ?? '', /^Received-SPF: Softfail/im)
})

test('policyd-spf (Perl) does the same', async (t) => {
  if (!has(t, 'policyd-spf-perl', 'socat', 'swaks', 'root')) return
  const port = await spawned(t, 'policyd-spf-perl', SPF_ZONE, '127.0.0.6')
  const { postern, sink } = await asking(t, scratch(t), port)
  assert.match(
    await swaks(postern.port, '192.0.2.44', 'a@fail.test'),
    /550 5\.7\.1 <u@example\.test>: Recipient address rejected: Please see /,
  )
  assert.match(await swaks(postern.port, '192.0.2.44', 'a@soft.test'), /250 2\.0\.0 Ok: queued as/)
  const [message] = await sink.waitFor(1)
  assert.match(message?.content.toString('latin1') ?? '', /^Received-SPF: softfail/im)
})

test('policyd-rate-limit defers a sender that sends too much', async (t) => {
  if (!has(t, 'policyd-rate-limit', 'swaks', 'root')) return
  const directory = scratch(t)
  const port = await freePort()
  const home = join(directory, 'rate')
  mkdirSync(home)
  spawnSync('chown', ['nobody:nogroup', home])
  writeFileSync(
    join(home, 'c.yaml'),
    `debug: True
user: nobody
group: nogroup
pidfile: ${home}/pid
backend: 0
sqlite_config: { database: ${home}/db.sqlite3 }
SOCKET: ["127.0.0.1", ${port}]
socket_permission: 0666
limits: [[2, 60]]
limits_by_id: {}
limit_by_sasl: True
limit_by_sender: True
limit_by_ip: False
limited_networks: ["0.0.0.0/0"]
success_action: "dunno"
fail_action: "defer_if_permit Rate limit reach, retry later"
db_error_action: "dunno"
report: False
report_only_if_needed: True
delay_to_close: 300
`,
  )
  start(t, find('policyd-rate-limit') ?? '', ['--file', join(home, 'c.yaml')])
  await listening(port)
  const { postern } = await asking(t, directory, port)
  const say = () => swaks(postern.port, '192.0.2.44', 'often@b.test')
  assert.match(await say(), /250 2\.0\.0 Ok: queued as/)
  assert.match(await say(), /250 2\.0\.0 Ok: queued as/)
  assert.match(await say(), /450 4\.7\.1 <u@example\.test>: Recipient address rejected: Rate limit reach, retry later/)
  assert.match(await swaks(postern.port, '192.0.2.44', 'other@b.test'), /250 2\.0\.0 Ok: queued as/)
})

const RULES = `id=R1; sender==bad@b.test; action=REJECT not you
id=R2; client_address==192.0.2.45; action=rate(client_address/1/60/450 4.7.1 slow down)
id=R3; recipient_count>1; protocol_state==END-OF-MESSAGE; action=REJECT one at a time
`

test("postfwd's rules refuse by sender, rate and number of recipients", async (t) => {
  if (!has(t, 'postfwd', 'swaks', 'root')) return
  const directory = scratch(t)
  const port = await freePort()
  const home = join(directory, 'postfwd')
  mkdirSync(home)
  spawnSync('chown', ['nobody:nogroup', home])
  writeFileSync(join(home, 'rules'), RULES)
  const argv = ['-f', join(home, 'rules'), '-i', '127.0.0.1', '-p', String(port), '--user', 'nobody', '--group', 'nogroup']
  start(t, find('postfwd') ?? '', [...argv, '--daemon', '--pidfile', join(home, 'pid')])
  await listening(port)
  const pid = Number(readFileSync(join(home, 'pid'), 'utf8'))
  atEnd(t, () => process.kill(pid))
  const { postern } = await asking(t, directory, port)
  const at = (client: string, sender: string) => swaks(postern.port, client, sender)
  assert.match(await at('192.0.2.44', 'bad@b.test'), /554 5\.7\.1 <u@example\.test>: Recipient address rejected: not you/)
  assert.match(await at('192.0.2.45', 'a@b.test'), /250 2\.0\.0 Ok: queued as/)
  assert.match(await at('192.0.2.45', 'a@b.test'), /450 4\.7\.1 <u@example\.test>: Recipient address rejected: slow down/)
})
