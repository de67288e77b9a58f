/** Dialogs as tables of what is said and answered, and the lines that most of them need. */
import assert from 'node:assert/strict'
import { TestClient, type TestServer, type TestServerOptions, testServer } from './smtp-server.ts'

export const GREETING = '220 mx.test ESMTP Postfix'
export const EHLO =
  '250-mx.test|250-PIPELINING|250-SIZE 10240000|250-VRFY|250-ETRN|250-ENHANCEDSTATUSCODES|250-8BITMIME|250-DSN|250-SMTPUTF8|250 CHUNKING'
export const QUEUED = /^250 2\.0\.0 Ok: queued as Q\d+$/

/** Runs a test against a server of its own. */
export async function withServer(options: TestServerOptions, use: (server: TestServer) => Promise<void>): Promise<void> {
  const server = await testServer(options)
  try {
    await use(server)
  } finally {
    await server.close()
  }
  assert.equal(server.held(), 0, 'every session gave its generation back')
}

export type Row = readonly [line: string, reply: string | RegExp]

/** Says each line and compares its reply. */
export async function dialog(server: TestServer, rows: readonly Row[], bytes = '\r\n'): Promise<void> {
  const client = new TestClient(server.port)
  assert.equal(await client.reply(), GREETING)
  for (const [line, expected] of rows) {
    client.send(line.endsWith('\n') ? line : `${line}${bytes}`)
    const reply = await client.reply()
    if (typeof expected === 'string') assert.equal(reply, expected, line)
    else assert.match(reply, expected, line)
  }
  client.close()
}

export const MAIL: Row = ['MAIL FROM:<a@x.test>', '250 2.1.0 Ok']
export const RCPT: Row = ['RCPT TO:<b@example.test>', '250 2.1.5 Ok']
export const DATA: Row = ['DATA', '354 End data with <CR><LF>.<CR><LF>']
export const RSET: Row = ['RSET', '250 2.0.0 Ok']
export const NOOP: Row = ['NOOP', '250 2.0.0 Ok']
