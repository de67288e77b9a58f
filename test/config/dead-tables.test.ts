/** Whatever kind of table can not answer: the client hears 451 at once or a little later, never that all is well, and never nothing. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { startGateway } from '../kit/gateway.ts'
import { readLines } from '../kit/lines.ts'
import { freePort } from '../kit/process.ts'

const directory = mkdtempSync(join(tmpdir(), 'postern-dead-'))
after(() => rmSync(directory, { recursive: true }))

/** Tables on a port at which nobody listens, and others that fail. */
function deadTables(port: number): Readonly<Record<string, string>> {
  const sql = `hosts=127.0.0.1:${port}, user=u, password=p, dbname=d, {query = SELECT 1 FROM x WHERE k='%s'}`
  writeFileSync(join(directory, 'no-database'), 'this is text')
  return {
    fail: 'fail:x',
    tcp: `tcp:127.0.0.1:${port}`,
    socketmap: `socketmap:inet:127.0.0.1:${port}:x`,
    'socketmap-unix': 'socketmap:unix:/nowhere/socket:x',
    memcache: `memcache:{ memcache=inet:127.0.0.1:${port} }`,
    mysql: `mysql:{ ${sql} }`,
    pgsql: `pgsql:{ ${sql} }`,
    ldap: `ldap:{ server_host=ldap://127.0.0.1:${port}, {search_base = dc=x}, {query_filter = (mail=%s)}, result_attribute=mail, timeout=2 }`,
    redis: `redis:{ hosts=127.0.0.1:${port} }`,
    http: `http:{ url=http://127.0.0.1:${port}/%s }`,
    sqlite: `sqlite:{ dbpath=no-database, {query = SELECT 1 FROM x WHERE k='%s'} }`,
    proxy: `proxy:mysql:{ ${sql} }`,
    unionmap: `unionmap:{inline:{a=b}, tcp:127.0.0.1:${port}}`,
    pipemap: `pipemap:{static:x, tcp:127.0.0.1:${port}}`,
  }
}

/** Says lines to a gateway; resolves with the reply to the last one that is not content. */
async function dialog(port: number, ...said: readonly string[]): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  try {
    const lines = readLines(socket)
    let reply = await lines.next(20_000)
    for (const line of said) {
      socket.write(`${line}\r\n`)
      reply = await lines.next(20_000)
    }
    return reply ?? 'closed'
  } finally {
    socket.destroy()
  }
}

test('each kind of table that can not answer gives 451', { timeout: 60_000 }, async (t) => {
  const tables = Object.entries(deadTables(await freePort()))
  const steps = tables.map(
    ([name, spec]) => `    - check_recipient_access: ${JSON.stringify(spec)}\n      when: { recipient: ${name}@own.test }`,
  )
  const gateway = await startGateway({
    directory,
    yaml: `version: 1
parameters: { myhostname: mx.test, mydestination: '', relay_domains: [own.test], smtpd_peername_lookup: no, smtpd_hard_error_limit: 100, smtpd_error_sleep_time: 0 }
listeners: [{ name: smtp, listen: 127.0.0.1:0 }]
pipeline:
  rcpt:
${steps.join('\n')}
`,
  })
  t.after(() => gateway.stop())
  const socket = connect({ port: gateway.port, host: '127.0.0.1', noDelay: true })
  t.after(() => socket.destroy())
  const lines = readLines(socket)
  const say = async (text: string): Promise<string> => {
    socket.write(`${text}\r\n`)
    return (await lines.next(20_000)) ?? 'closed'
  }
  assert.match((await lines.next()) ?? '', /^220 /)
  assert.match(await say('HELO c.test'), /^250 /)
  assert.match(await say('MAIL FROM:<a@b.test>'), /^250 /)
  for (const [name] of tables)
    assert.equal(
      await say(`RCPT TO:<${name}@own.test>`),
      `451 4.3.5 <${name}@own.test>: Recipient address rejected: Server configuration error`,
    )
  assert.equal(await say('RCPT TO:<else@own.test>'), '250 2.1.5 Ok')
  assert.equal(
    await say('RCPT TO:<mysql@own.test>'),
    '451 4.3.5 <mysql@own.test>: Recipient address rejected: Server configuration error',
  )
})

const TO_END = ['HELO c.test', 'MAIL FROM:<a@b.test>', 'RCPT TO:<x@own.test>', 'DATA', 'Subject: x\r\n\r\nhello\r\n.']

/** Parameters that name tables, and what else they need to be asked. */
const ASKED: readonly (readonly [parameter: string, more?: string])[] = [
  ['mynetworks'],
  ['relay_domains'],
  ['relay_recipient_maps', 'relay_domains: own.test'],
  ['virtual_alias_domains'],
  ['virtual_alias_maps', 'relay_domains: own.test'],
  ['virtual_mailbox_domains'],
  ['virtual_mailbox_maps', 'virtual_mailbox_domains: own.test'],
  ['local_recipient_maps', 'mydestination: own.test'],
  ['canonical_maps', 'relay_domains: own.test'],
  ['recipient_bcc_maps', 'relay_domains: own.test'],
]

for (const [parameter, more] of ASKED) {
  test(`${parameter} that can not be asked gives 451`, async (t) => {
    const own = mkdtempSync(join(directory, 'own-'))
    const gateway = await startGateway({
      directory: own,
      yaml: `version: 1
parameters:
  { myhostname: mx.test, ${more === undefined || !more.startsWith('mydestination') ? "mydestination: ''," : ''} smtpd_peername_lookup: no, ${parameter}: 'tcp:127.0.0.1:${await freePort()}'${more === undefined ? '' : `, ${more}`} }
listeners: [{ name: smtp, listen: 127.0.0.1:0 }]
pipeline: { relay: [permit_mynetworks, reject_unauth_destination] }
`,
    })
    t.after(() => gateway.stop())
    // It is said at RCPT or at the end of the message; DATA without a recipient is refused for that.
    const atRecipient = await dialog(gateway.port, ...TO_END.slice(0, 3))
    if (atRecipient.startsWith('250')) assert.match(await dialog(gateway.port, ...TO_END), /^451 4\.3\.0 /)
    else assert.match(atRecipient, /^451 4\.3\.[05] /)
    assert.deepEqual(await gateway.queue(), [])
  })
}
