/** A real HAProxy in front: Postern sees the client behind it, in both versions of the PROXY protocol, and lives with its checks. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { startGateway } from '../kit/gateway.ts'
import { readLines } from '../kit/lines.ts'
import { freePort } from '../kit/process.ts'
import { eventually, find, has, listening, start } from './components.ts'

/** Postern behind HAProxy, which adds `option` to its server line. */
async function behind(t: TestContext, option: string) {
  const directory = mkdtempSync(join(tmpdir(), 'postern-haproxy-'))
  const gateway = await startGateway({
    directory,
    yaml: `version: 1
listeners: [{ name: smtp, listen: 127.0.0.1:0 }]
parameters:
  myhostname: gw.test
  mynetworks: 127.0.0.0/8
  smtpd_peername_lookup: 'no'
  smtpd_upstream_proxy_protocol: haproxy
  smtpd_client_restrictions: 'check_client_access inline:{127.0.0.9=REJECT}'
pipeline: { relay: [permit_mynetworks] }
`,
  })
  t.after(async () => {
    await gateway.stop()
    rmSync(directory, { recursive: true, force: true })
  })
  const port = await freePort()
  const file = join(directory, 'haproxy.cfg')
  writeFileSync(
    file,
    `global
  maxconn 100
defaults
  mode tcp
  timeout connect 5s
  timeout client 30s
  timeout server 30s
listen smtp
  bind 127.0.0.1:${port}
  server one 127.0.0.1:${gateway.port} ${option}
`,
  )
  start(t, find('haproxy') ?? '', ['-db', '-f', file])
  await listening(port)
  return { gateway, port }
}

/** What a client at this address hears: the reply to RCPT. */
async function rcpt(port: number, localAddress: string): Promise<string | undefined> {
  const socket = connect({ host: '127.0.0.1', port, localAddress, noDelay: true })
  const lines = readLines(socket)
  let line = await lines.next(5000)
  for (const command of ['HELO c.test', 'MAIL FROM:<a@b.test>', 'RCPT TO:<x@elsewhere.test>']) {
    socket.write(`${command}\r\n`)
    line = await lines.next(5000)
  }
  socket.destroy()
  return line
}

for (const option of ['send-proxy', 'send-proxy-v2', 'send-proxy-v2 proxy-v2-options unique-id,crc32c'])
  test(`haproxy with ${option}`, async (t) => {
    if (!has(t, 'haproxy')) return
    const { gateway, port } = await behind(t, option)
    assert.equal(await rcpt(port, '127.0.0.9'), '554 5.7.1 <unknown[127.0.0.9]>: Client host rejected: Access denied')
    assert.equal(await rcpt(port, '127.0.0.10'), '250 2.1.5 Ok')
    await eventually(() => assert.match(gateway.log().join('\n'), /connect from unknown\[127\.0\.0\.10\]/))
  })

test('checks that HAProxy makes for itself (LOCAL) find a server that greets', async (t) => {
  if (!has(t, 'haproxy')) return
  const { gateway, port } = await behind(t, 'send-proxy-v2 check inter 200ms check-send-proxy')
  await eventually(() => assert.match(gateway.log().join('\n'), /connect from unknown\[127\.0\.0\.1\]/))
  assert.equal(await rcpt(port, '127.0.0.10'), '250 2.1.5 Ok')
  assert.doesNotMatch(gateway.log().join('\n'), /haproxy read/)
})
