/** Examples with the real thing beside them: the directory of examples/exchange. */
import assert from 'node:assert/strict'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse, stringify } from 'yaml'
import { startGateway } from '../kit/gateway.ts'
import { readLines } from '../kit/lines.ts'
import { freePort } from '../kit/process.ts'
import { startSink } from '../kit/sink.ts'
import { atEnd, has, listening, scratch, start } from './components.ts'

const EXAMPLE = join(import.meta.dirname, '../../examples/exchange')
const script = (name: string): string => join(import.meta.dirname, name)

/** The example's own settings, with the test's directory in place of that of example.org. */
function pointed(settings: string, port: number): string {
  return settings
    .replace(/^server_host = .*$/m, `server_host = ldap://127.0.0.1:${port}`)
    .replace(/^bind_pw = .*$/m, 'bind_pw = pw')
    .replaceAll('cn=postern,dc=example,dc=org', 'cn=reader,dc=test')
    .replaceAll('dc=example,dc=org', 'dc=test')
}

test('the Exchange example asks a real directory who exists, by any address of a mailbox', async (t) => {
  if (!has(t, 'slapd')) return
  const [directory, port, sink] = [scratch(t), await freePort(), await startSink()]
  atEnd(t, () => sink.close())
  const files = [script('testdata/exchange.ldif'), script('testdata/exchange.schema')]
  const ldap = start(t, script('slapd.sh'), [join(directory, 'ldap'), String(port), ...files])
  await listening(port)
  const folder = join(directory, 'example')
  cpSync(EXAMPLE, folder, { recursive: true })
  const settings = join(folder, 'recipients.cf')
  writeFileSync(settings, pointed(readFileSync(settings, 'utf8'), port))
  const file = parse(readFileSync(join(folder, 'postern.yaml'), 'utf8')) as { parameters: object }
  const transport = { transport_maps: `inline:{example.org=smtp:[127.0.0.1]:${sink.port}}` }
  const yaml = stringify({ ...file, parameters: { ...file.parameters, ...transport, smtpd_hard_error_limit: 100 } })
  const gateway = await startGateway({ directory: folder, yaml })
  atEnd(t, () => gateway.stop())
  const socket = await gateway.connect('198.51.100.9')
  const lines = readLines(socket)
  const say = async (line: string): Promise<string> => {
    socket.write(`${line}\r\n`)
    let reply = await lines.next()
    while (reply?.[3] === '-') reply = await lines.next()
    return reply ?? ''
  }
  await lines.next()
  await say('EHLO mail.client.example')
  await say('MAIL FROM:<a@client.example>')
  const unknown = (user: string): string =>
    `550 5.1.1 <${user}@example.org>: Recipient address rejected: User unknown in relay recipient table`
  for (const user of ['alice', 'Sales', 'bob']) assert.equal(await say(`RCPT TO:<${user}@example.org>`), '250 2.1.5 Ok')
  for (const user of ['nobody', '*', 'a*', 'x)(mail=*']) {
    assert.equal(await say(`RCPT TO:<"${user}"@example.org>`), unknown(user))
  }
  // What two mailboxes have is a mistake in the directory: nobody gets it, and nobody is told that it does not exist.
  const failed = (user: string): string => `451 4.3.0 <${user}@example.org>: Temporary lookup failure`
  assert.equal(await say('RCPT TO:<both@example.org>'), failed('both'))
  assert.match(await say('DATA'), /^354 /)
  assert.match(await say('Subject: x\r\n\r\nbody\r\n.'), /^250 2\.0\.0 Ok: queued as/)
  const [message] = await sink.waitFor(1)
  assert.deepEqual(message?.recipients, ['Sales@example.org', 'alice@example.org', 'bob@example.org'])
  await ldap.stop()
  await say('MAIL FROM:<a@client.example>')
  assert.equal(await say('RCPT TO:<alice@example.org>'), failed('alice'))
  socket.destroy()
})
