/** Real daemons that Postern asks: postgrey by policy-service, rbldnsd by rbl; and pflogsumm, which reads its log. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../kit/process.ts'
import { startSink } from '../kit/sink.ts'
import { eventually, find, has, listening, run, scratch, start } from './components.ts'
import { startPostern } from './postern.ts'

const swaks = async (port: number, ...more: readonly string[]): Promise<string> => {
  const argv = ['--server', `127.0.0.1:${port}`, '--ehlo', 'c.test', '--from', 'a@b.test', '--to', 'u@example.test', ...more]
  return (await run(find('swaks') ?? '', argv)).output
}

test('postgrey defers a first try and lets the second pass, by policy-service', async (t) => {
  if (!has(t, 'postgrey', 'swaks', 'root')) return
  const directory = scratch(t)
  const port = await freePort()
  const database = join(directory, 'postgrey')
  mkdirSync(database)
  spawnSync('chown', ['postgrey:postgrey', database])
  start(t, find('postgrey') ?? '', [
    `--inet=127.0.0.1:${port}`,
    `--dbdir=${database}`,
    '--delay=1',
    `--pidfile=${join(database, 'pid')}`,
    '--user=postgrey',
    '--group=postgrey',
    '--auto-whitelist-clients=0',
  ])
  await listening(port)
  const sink = await startSink()
  t.after(() => sink.close())
  const postern = await startPostern(t, {
    directory,
    parameters: { relayhost: `[127.0.0.1]:${sink.port}` },
    yaml: `pipeline:
  relay: [permit_mynetworks, reject_unauth_destination]
  rcpt:
    - check_policy_service: inet:127.0.0.1:${port}`,
  })
  assert.match(await swaks(postern.port), /450 4\.2\.0 .*Greylisted/)
  await sleep(2100)
  assert.match(await swaks(postern.port), /250 2\.0\.0 Ok: queued as/)
  const [message] = await sink.waitFor(1)
  assert.match(message?.content.toString('latin1') ?? '', /^X-Greylist: delayed/m)
})

test('rbldnsd lists a client, and rbl refuses it with its text', async (t) => {
  if (!has(t, 'rbldnsd', 'swaks', 'root')) return
  const directory = scratch(t)
  const zones = join(directory, 'zones')
  mkdirSync(zones)
  writeFileSync(join(zones, 'bl.zone'), ':127.0.0.2:Blocked, see $\n127.0.0.1\n')
  chmodSync(zones, 0o755)
  const dns = '127.0.0.4'
  const daemon = start(t, find('rbldnsd') ?? '', ['-n', '-u', 'nobody', '-b', `${dns}/53`, '-w', zones, 'bl.test:ip4set:bl.zone'])
  await eventually(() => assert.match(daemon.output(), /zones (re)?loaded/))
  const postern = await startPostern(t, {
    directory,
    wrapper: [join(import.meta.dirname, 'with-resolver.sh'), dns],
    yaml: `pipeline:
  relay: [permit_mynetworks, reject_unauth_destination]
  rcpt:
    - reject_rbl_client: bl.test=127.0.0.2`,
  })
  const said = await swaks(postern.port)
  assert.match(
    said,
    /554 5\.7\.1 Service unavailable; Client host \[127\.0\.0\.1\] blocked using bl\.test; Blocked, see 127\.0\.0\.1/,
  )
})

test('pflogsumm reads the log, and its totals agree with what was sent', async (t) => {
  if (!has(t, 'pflogsumm', 'smtp-source', 'swaks')) return
  const directory = scratch(t)
  const sink = await startSink({ reply: (command) => (command.includes('<no@') ? '550 5.1.1 no such user' : undefined) })
  t.after(() => sink.close())
  const postern = await startPostern(t, {
    directory,
    parameters: { relayhost: `[127.0.0.1]:${sink.port}` },
    yaml: `pipeline:
  relay: [permit_mynetworks, reject_unauth_destination]
  rcpt:
    - check_recipient_access: 'inline:{{bad@example.test=REJECT not here}}'`,
  })
  const argv = ['-s', '5', '-m', '50', '-l', '2000', '-f', 'a@b.test', '-t', 'u@example.test', `127.0.0.1:${postern.port}`]
  assert.equal((await run(find('smtp-source') ?? '', argv)).status, 0)
  await swaks(postern.port, '--to', 'no@example.test')
  await swaks(postern.port, '--to', 'bad@example.test')
  // 50, and the notice about the one that was refused; a notice counts as delivered, not as received.
  await sink.waitFor(51, 20_000)
  const summary = await eventually(async () => {
    const said = await run(find('pflogsumm') ?? '', [join(postern.directory, 'postern.log')])
    assert.match(said.output, / 51 +delivered/)
    return said.output
  })
  assert.match(summary, / 51 +received/)
  assert.match(summary, / 1 +bounced/)
  assert.match(summary, / 1 +rejected/)
  assert.match(summary, /not here/)
})
