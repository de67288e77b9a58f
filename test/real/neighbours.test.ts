/** Real servers around Postern: Postfix before and behind it, smtp-sink, Dovecot's LMTP. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { freePort } from '../kit/process.ts'
import { startSink } from '../kit/sink.ts'
import { eventually, find, has, listening, run, scratch, start } from './components.ts'
import { startPostern } from './postern.ts'

const script = (name: string): string => join(import.meta.dirname, name)

/** Sends one message with smtp-source's cousin for single messages. */
async function send(port: number, to: string, subject = 'hello'): Promise<string> {
  const argv = ['--server', `127.0.0.1:${port}`, '--ehlo', 'c.test', '--from', 'a@b.test', '--to', to, '--h-Subject', subject]
  return (await run(find('swaks') ?? '', argv)).output
}

test('a Postfix behind Postern takes the mail and keeps it', async (t) => {
  if (!has(t, 'postfix', 'swaks', 'root')) return
  const directory = scratch(t)
  const port = await freePort()
  start(t, script('postfix.sh'), [join(directory, 'postfix'), String(port)])
  await listening(port)
  const postern = await startPostern(t, { directory, parameters: { relayhost: `[127.0.0.1]:${port}` } })
  const said = await send(postern.port, 'u@example.test', 'through Postern')
  assert.match(said, /250 2\.0\.0 Ok: queued as/)
  const mail = await eventually(() => {
    const folder = join(directory, 'postfix/Maildir/inbox/new')
    const [file] = readdirSync(folder)
    assert.ok(file !== undefined)
    return readFileSync(join(folder, file), 'latin1')
  })
  assert.match(mail, /^Subject: through Postern$/m)
  assert.match(mail, /^Received: from gw\.test .*\n(.*\n)*?Received: from c\.test/m)
  await eventually(() => assert.ok(postern.log().some((line) => /status=sent \(250 2\.0\.0 Ok: queued as \w+\)/.test(line))))
})

test('a Postfix behind Postern refuses a recipient, and the sender is told', async (t) => {
  if (!has(t, 'postfix', 'swaks', 'root')) return
  const directory = scratch(t)
  const port = await freePort()
  const refuse = 'smtpd_recipient_restrictions=check_recipient_access inline:{no@example.test=REJECT}, permit_mynetworks, reject'
  start(t, script('postfix.sh'), [join(directory, 'postfix'), String(port), refuse])
  await listening(port)
  const sink = await startSink()
  t.after(() => sink.close())
  const postern = await startPostern(t, {
    directory,
    parameters: { relayhost: `[127.0.0.1]:${port}`, transport_maps: `inline:{b.test=smtp:[127.0.0.1]:${sink.port}}` },
  })
  assert.match(await send(postern.port, 'no@example.test'), /250 2\.0\.0 Ok: queued as/)
  const [bounce] = await sink.waitFor(1, 15_000)
  assert.equal(bounce?.sender, '')
  assert.deepEqual(bounce?.recipients, ['a@b.test'])
  const text = bounce?.content.toString('latin1') ?? ''
  assert.match(text, /Final-Recipient: rfc822; no@example\.test/)
  assert.match(text, /Status: 5\.7\.1/)
})

test('a Postfix before Postern relays through it, on kept and pipelined connections', async (t) => {
  if (!has(t, 'postfix', 'smtp-source', 'root')) return
  const directory = scratch(t)
  const sink = await startSink()
  t.after(() => sink.close())
  const postern = await startPostern(t, { directory, parameters: { relayhost: `[127.0.0.1]:${sink.port}` } })
  const port = await freePort()
  const next = `[127.0.0.1]:${postern.port}`
  start(t, script('postfix.sh'), [join(directory, 'postfix'), String(port), `relayhost=${next}`, 'virtual_mailbox_domains='])
  await listening(port)
  const argv = ['-s', '10', '-m', '200', '-l', '8000', '-f', 'a@b.test', '-t', 'u@example.test', `127.0.0.1:${port}`]
  const said = await run(find('smtp-source') ?? '', argv)
  assert.equal(said.status, 0, said.output)
  const messages = await sink.waitFor(200, 30_000)
  assert.equal(messages.length, 200)
})

test('smtp-sink behind Postern counts what smtp-source sent', async (t) => {
  if (!has(t, 'smtp-source', 'smtp-sink')) return
  const directory = scratch(t)
  const port = await freePort()
  const user = process.getuid?.() === 0 ? ['-u', 'nobody'] : []
  const sink = start(t, find('smtp-sink') ?? '', [...user, '-c', `127.0.0.1:${port}`, '100'])
  await listening(port)
  const postern = await startPostern(t, { directory, parameters: { relayhost: `[127.0.0.1]:${port}` } })
  const argv = ['-s', '5', '-m', '100', '-l', '20000', '-f', 'a@b.test', '-t', 'u@example.test', `127.0.0.1:${postern.port}`]
  assert.equal((await run(find('smtp-source') ?? '', argv)).status, 0)
  await eventually(() => assert.match(sink.output(), /mesg=100\b/))
})

test("Dovecot's LMTP gives each recipient its own result", async (t) => {
  if (!has(t, 'dovecot', 'swaks', 'root')) return
  const directory = scratch(t)
  const [auth, lmtp] = [await freePort(), await freePort()]
  start(t, script('dovecot.sh'), [join(directory, 'dovecot'), String(auth), String(lmtp)])
  await listening(lmtp)
  const postern = await startPostern(t, {
    directory,
    parameters: { default_transport: `lmtp:inet:127.0.0.1:${lmtp}` },
  })
  assert.match(await send(postern.port, 'u1@example.test,u2@example.test,nobody@example.test'), /250 2\.0\.0 Ok: queued as/)
  await eventually(() => {
    for (const user of ['u1', 'u2']) {
      assert.equal(readdirSync(join(directory, `dovecot/mail/${user}@example.test/Maildir/new`)).length, 1)
    }
    assert.ok(postern.log().some((line) => /to=<nobody@example\.test>.*status=bounced .*550 5\.1\.1/.test(line)))
  })
})
