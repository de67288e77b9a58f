/** Before-queue filters with real servers: a Postfix, and another Postern, take what Postern sends them while the client waits. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { freePort } from '../kit/process.ts'
import { startSink } from '../kit/sink.ts'
import { eventually, find, has, listening, run, scratch, start } from './components.ts'
import { startPostern } from './postern.ts'

const script = (name: string): string => join(import.meta.dirname, name)

const RULES = 'smtpd_recipient_restrictions=check_recipient_access inline:{no@example.test=REJECT}, permit_mynetworks, reject'

async function aPostfix(t: TestContext, directory: string, ...settings: string[]): Promise<number> {
  const port = await freePort()
  start(t, script('postfix.sh'), [join(directory, 'postfix'), String(port), RULES, ...settings])
  await listening(port)
  return port
}

async function send(port: number, to: string): Promise<string> {
  const argv = ['--server', `127.0.0.1:${port}`, '--ehlo', 'c.test', '--from', 'a@b.test', '--to', to, '--body', '.dot\\nx']
  return (await run(find('swaks') ?? '', argv)).output
}

test('a Postfix answers for the message, and knows whose it is', async (t) => {
  if (!has(t, 'postfix', 'swaks', 'root')) return
  const directory = scratch(t)
  const port = await aPostfix(t, directory, 'smtpd_authorized_xforward_hosts=127.0.0.0/8')
  const postern = await startPostern(t, { directory, parameters: { smtpd_proxy_filter: `127.0.0.1:${port}` } })
  assert.match(await send(postern.port, 'u@example.test'), /^<- {2}250 2\.0\.0 Ok: queued as \w+$/m)
  assert.match(await send(postern.port, 'no@example.test'), /^<\*\* 554 5\.7\.1 <no@example\.test>: Recipient address rejected/m)
  const mail = await eventually(() => {
    const folder = join(directory, 'postfix/Maildir/inbox/new')
    const [file] = readdirSync(folder)
    assert.ok(file !== undefined)
    return readFileSync(join(folder, file), 'latin1')
  })
  const received = mail.match(/^Received: .*(?:\n[\t ].*)*/gm) ?? []
  assert.equal(received.length, 2, mail)
  assert.match(received[0] ?? '', /from gw\.test \(.*\[127\.0\.0\.1\]\)/)
  assert.match(received[1] ?? '', /from c\.test \(.*\)\n\tby gw\.test \(Postfix\) with ESMTP\n\tfor <u@example\.test>/)
  assert.match(mail, /^\.dot$/m)
  assert.ok(postern.log().some((line) => /proxy-accept: END-OF-MESSAGE: 250 2\.0\.0 Ok: queued as/.test(line)))
})

test('many clients at once, through Postfix and back through Postern', async (t) => {
  if (!has(t, 'postfix', 'smtp-source', 'root')) return
  const directory = scratch(t)
  const sink = await startSink()
  t.after(() => sink.close())
  const behind = await startPostern(t, {
    directory: join(directory, 'behind'),
    parameters: { relayhost: `[127.0.0.1]:${sink.port}`, smtpd_authorized_xforward_hosts: '127.0.0.0/8' },
  })
  const relay = [`relayhost=[127.0.0.1]:${behind.port}`, 'virtual_mailbox_domains=', 'smtp_send_xforward_command=yes']
  const port = await aPostfix(t, directory, ...relay)
  for (const smtpd_proxy_options of ['', 'speed_adjust']) {
    const name = `front${smtpd_proxy_options}`
    const parameters = { smtpd_proxy_filter: `127.0.0.1:${port}`, smtpd_proxy_options }
    const front = await startPostern(t, { directory: join(directory, name), parameters })
    const argv = ['-s', '10', '-m', '100', '-l', '300000', '-f', 'a@b.test', '-t', 'u@example.test', `127.0.0.1:${front.port}`]
    const said = await run(find('smtp-source') ?? '', argv)
    assert.equal(said.status, 0, said.output)
  }
  const messages = await sink.waitFor(200, 60_000)
  assert.equal(messages.length, 200)
  assert.ok(messages.every(({ content }) => content.length > 300_000))
})

test('another Postern is the filter', async (t) => {
  if (!has(t, 'swaks')) return
  const directory = scratch(t)
  const sink = await startSink()
  t.after(() => sink.close())
  const behind = await startPostern(t, {
    directory: join(directory, 'behind'),
    parameters: {
      relayhost: `[127.0.0.1]:${sink.port}`,
      smtpd_authorized_xforward_hosts: '127.0.0.0/8',
    },
    yaml: 'pipeline:\n  relay: [permit_mynetworks]\n  rcpt: ["check_recipient_access inline:{no@example.test=REJECT}"]\n',
  })
  const front = await startPostern(t, {
    directory: join(directory, 'front'),
    parameters: { smtpd_proxy_filter: `127.0.0.1:${behind.port}`, smtpd_authorized_xforward_hosts: '127.0.0.0/8' },
  })
  assert.match(await send(front.port, 'u@example.test'), /^<- {2}250 2\.0\.0 Ok: queued as \w+$/m)
  assert.match(await send(front.port, 'no@example.test'), /^<\*\* 554 5\.7\.1 <no@example\.test>: Recipient address rejected/m)
  const [message] = await sink.waitFor(1, 15_000)
  assert.match(message?.content.toString('latin1') ?? '', /^\.dot\r$/m)
})
