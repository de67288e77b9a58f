/** A real Postfix asks a pipeline of Postern by check_policy_service, and does what it says. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { freePort, type PosternProcess } from '../kit/process.ts'
import { eventually, find, has, listening, type Running, run, scratch, start } from './components.ts'
import { startPostern } from './postern.ts'

/** Who sends, and what more swaks is told. */
interface How {
  readonly client?: string
  readonly ehlo?: string
  readonly body?: string
}

interface Pair {
  readonly directory: string
  readonly postern: PosternProcess
  readonly postfix: Running
  /** Sends a message through Postfix. */
  swaks(from: string, to: string, how?: How): Promise<string>
  /** What Postfix put into the mailbox, newest last. */
  delivered(): string[]
}

/** Postern with a policy listener, and Postfix before it. `where` is what Postfix is to ask. */
async function pair(
  t: TestContext,
  listener: (directory: string, port: number) => { listen: string; service: string; more?: string },
  pipeline: string,
  settings: (service: string) => readonly string[],
): Promise<Pair> {
  const directory = scratch(t)
  const { listen, service, more = '' } = listener(directory, await freePort())
  const postern = await startPostern(t, {
    directory,
    listeners: [`{ name: policy, listen: '${listen}', protocol: policy${more} }`],
    parameters: { relay_domains: 'example.test' },
    yaml: `pipeline:\n  relay: [reject_unauth_destination]\n${pipeline}`,
  })
  const port = await freePort()
  const home = join(directory, 'postfix')
  const main = [
    'smtpd_authorized_xclient_hosts=127.0.0.1',
    'smtpd_relay_restrictions=reject_unauth_destination',
    ...settings(service),
  ]
  const postfix = start(t, join(import.meta.dirname, 'postfix.sh'), [home, String(port), ...main])
  await listening(port)
  return {
    directory,
    postern,
    postfix,
    async swaks(from, to, { client = '192.0.2.44', ehlo = 'c.test', body = 'hello' } = {}) {
      const argv = ['--server', `127.0.0.1:${port}`, '--ehlo', ehlo, '--xclient', `ADDR=${client} NAME=c.test`, '--from', from]
      return (await run(find('swaks') ?? '', [...argv, '--to', to, '--body', body])).output
    },
    delivered() {
      const folder = join(home, 'Maildir/inbox/new')
      return readdirSync(folder).map((file) => readFileSync(join(folder, file), 'latin1'))
    },
  }
}

const inet = (_: string, port: number) => ({ listen: `127.0.0.1:${port}`, service: `inet:127.0.0.1:${port}` })

const SENDERS = `    - check_sender_access: 'inline:{{no@b.test=REJECT not you}, {later@b.test=450 4.2.9 come back}, {bye@b.test=421 4.3.2 bye},
        {grey@b.test=DEFER_IF_PERMIT 4.2.0 Greylisted}, {head@b.test=PREPEND X-Tag: seen}, {hold@b.test=HOLD wait},
        {drop@b.test=DISCARD gone}, {to@b.test=REDIRECT other@example.test}, {copy@b.test=BCC archive@example.test}}'
    - check_helo_access: 'inline:{{bad.test=REJECT your name}}'
`

test('Postfix refuses, defers, greylists and prepends as the pipeline says', async (t) => {
  if (!has(t, 'postfix', 'swaks', 'root')) return
  const { swaks, delivered, postfix, postern } = await pair(t, inet, `  rcpt:\n${SENDERS}`, (service) => [
    `smtpd_recipient_restrictions=check_policy_service ${service}`,
  ])
  const to = 'u@example.test'
  const WHO = '<u@example\\.test>: Recipient address rejected:'
  assert.match(await swaks('no@b.test', to), new RegExp(`554 5\\.7\\.1 ${WHO} .*not you`))
  assert.match(await swaks('later@b.test', to), new RegExp(`450 4\\.2\\.9 ${WHO} .*come back`))
  assert.match(await swaks('bye@b.test', to), new RegExp(`421 4\\.3\\.2 ${WHO} .*bye`))
  assert.match(await swaks('grey@b.test', to), new RegExp(`450 4\\.2\\.0 ${WHO} .*Greylisted`))
  assert.match(await swaks('a@b.test', to, { ehlo: 'bad.test' }), new RegExp(`554 5\\.7\\.1 ${WHO} .*your name`))
  for (const sender of ['head', 'hold', 'drop', 'to', 'plain'])
    assert.match(await swaks(`${sender}@b.test`, to), /250 2\.0\.0 Ok: queued as/)
  await eventually(() => assert.equal(delivered().length, 3))
  assert.ok(delivered().some((mail) => /^X-Tag: seen$/m.test(mail) && /^Return-Path: <head@b\.test>/m.test(mail)))
  await eventually(() => assert.match(postfix.output(), /to=<other@example\.test>.*status=sent/))
  assert.match(postfix.output(), /hold: RCPT from c\.test\[192\.0\.2\.44\].* wait;/)
  assert.match(postfix.output(), /discard: RCPT from .* gone;/)
  assert.doesNotMatch(postfix.output(), /warning: .*(policy|server)/)
  const refused = postern.log().filter((line) => line.includes(': reject: RCPT from c.test[192.0.2.44]: '))
  assert.equal(refused.length, 4)
})

test("Postfix greylists by the pipeline's greylist", async (t) => {
  if (!has(t, 'postfix', 'swaks', 'root')) return
  const { swaks, delivered } = await pair(t, inet, '  rcpt:\n    - greylist: { delay: 1s }\n', (service) => [
    `smtpd_recipient_restrictions=check_policy_service ${service}`,
  ])
  assert.match(await swaks('a@b.test', 'u@example.test'), /450 4\.2\.0 <u@example\.test>: Recipient address rejected: Greylisted/)
  await eventually(async () => assert.match(await swaks('a@b.test', 'u@example.test'), /250 2\.0\.0 Ok: queued as/))
  await eventually(() => assert.match(delivered()[0] ?? '', /^X-Greylist: delayed \d+ seconds? by postern/m))
})

test('Postfix asks at every state, over a unix socket', async (t) => {
  if (!has(t, 'postfix', 'swaks', 'root')) return
  const unix = (directory: string) => ({ listen: `unix:${directory}/policy`, service: `unix:${directory}/policy` })
  const lists = `  connect: ['check_client_access inline:{{192.0.2.66=REJECT 5.7.9 client}}']
  helo: ['check_helo_access inline:{{bad.test=REJECT helo}}']
  mail: ['check_sender_access inline:{{no@b.test=REJECT sender}}']
  data: [reject_multi_recipient_bounce]
  end_of_data: [./size.mjs]
`
  const every = ['client', 'helo', 'sender', 'data', 'end_of_data']
  const directory = scratch(t)
  const size = join(directory, 'size.mjs')
  writeFileSync(
    size,
    `import { definePlugin, reject } from 'postern'
export default definePlugin({ name: 'size', stages: ['end_of_data'], setup: () => ({
  access: ({ session: { transaction } }) => transaction.size > 5000 && transaction.queueId !== undefined
    ? reject(552, '5.3.4', 'too big for us: ' + transaction.recipients.length) : undefined }) })`,
  )
  const { swaks, postfix } = await pair(t, unix, lists.replace('./size.mjs', size), (service) => [
    'smtpd_delay_reject=no',
    ...every.map((list) => `smtpd_${list}_restrictions=check_policy_service ${service}`),
  ])
  const to = 'u@example.test'
  const from66 = { client: '192.0.2.66' }
  assert.match(await swaks('a@b.test', to, from66), /554 5\.7\.9 <c\.test\[192\.0\.2\.66\]>: Client host rejected: client/)
  assert.match(await swaks('a@b.test', to, { ehlo: 'bad.test' }), /554 5\.7\.1 <bad\.test>: Helo command rejected: helo/)
  assert.match(await swaks('no@b.test', to), /554 5\.7\.1 <no@b\.test>: Sender address rejected: sender/)
  assert.match(await swaks('<>', `${to},v@example.test`), /550 5\.5\.3 <DATA>: Data command rejected: Multi-recipient bounce/)
  assert.match(
    await swaks('a@b.test', to, { body: `${'x'.repeat(70)}\n`.repeat(100) }),
    /552 5\.3\.4 <END-OF-MESSAGE>: End-of-data rejected: too big for us: 1/,
  )
  assert.match(await swaks('a@b.test', to), /250 2\.0\.0 Ok: queued as/)
  assert.doesNotMatch(postfix.output(), /warning: (?!.*chroot).*(policy|server)/)
})

test('all lists at RCPT, a reload between, and a stop: Postfix takes its default action', async (t) => {
  if (!has(t, 'postfix', 'swaks', 'root')) return
  const more = (_: string, port: number) => ({ ...inet(_, port), more: ', stages: { RCPT: [connect, helo, mail, rcpt] }' })
  const lists = `  connect: ['check_client_access inline:{{192.0.2.66=REJECT client}}']\n  rcpt:\n${SENDERS}`
  const { swaks, postern } = await pair(t, more, lists, (service) => [
    `smtpd_recipient_restrictions=check_policy_service { ${service}, { default_action = 450 4.7.9 policy is away } }`,
    'smtpd_policy_service_retry_delay=1s',
  ])
  const to = 'u@example.test'
  const from66 = { client: '192.0.2.66' }
  assert.match(await swaks('a@b.test', to, from66), /554 5\.7\.1 <u@example\.test>: Recipient address rejected: .*client/)
  assert.match(await swaks('head@b.test', to), /250 2\.0\.0 Ok: queued as/)
  writeFileSync(postern.file, readFileSync(postern.file, 'utf8').replace('REJECT client', 'REJECT after reload'))
  process.kill(postern.pid ?? 0, 'SIGHUP')
  await eventually(async () => assert.match(await swaks('a@b.test', to, from66), /after reload/))
  await postern.stop()
  assert.match(await swaks('a@b.test', to), /450 4\.7\.9 <u@example\.test>: Recipient address rejected: policy is away/)
})
