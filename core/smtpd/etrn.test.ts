import assert from 'node:assert/strict'
import { test } from 'node:test'
import { greeted, testServer } from '../../test/kit/smtp-server.ts'

async function serving(fast_flush_domains: string, flushSite: (site: string) => Promise<void>) {
  const parameters = { fast_flush_domains, smtpd_hard_error_limit: '100', parent_domain_matches_subdomains: 'fast_flush_domains' }
  const server = await testServer({ parameters, flushSite })
  const client = await greeted(server)
  return { server, client, say: (line: string) => client.say(line) }
}

/** Commands and replies; measured at the oracle. */
const dialog: [string, string][] = [
  ['ETRN relay.test', '250 Queuing started'],
  ['ETRN sub.relay.test', '250 Queuing started'],
  ['ETRN @relay.test', '250 Queuing started'],
  ['ETRN other.test', '459 <other.test>: service unavailable'],
  ['ETRN [192.0.2.1]', '459 <[192.0.2.1]>: service unavailable'],
  ['ETRN', '500 Syntax: ETRN domain'],
  ['ETRN a b', '500 Syntax: ETRN domain'],
  ['ETRN bad..name', '501 Error: invalid parameter syntax'],
  ['ETRN relay.test.', '501 Error: invalid parameter syntax'],
  ['MAIL FROM:<a@b.example>', '250 2.1.0 Ok'],
  ['ETRN relay.test', '503 Error: MAIL transaction in progress'],
]

test('fast_flush_domains: whose mail ETRN sets going', async () => {
  const flushed: string[] = []
  const { server, client, say } = await serving('relay.test', async (site) => void flushed.push(site))
  for (const [line, reply] of dialog) assert.equal(await say(line), reply, line)
  assert.deepEqual(flushed, ['relay.test', 'sub.relay.test', 'relay.test'])
  client.close()
  await server.close()
})

test('without domains nothing is set going; a failure is told', async () => {
  const none = await serving('', async () => undefined)
  assert.equal(await none.say('ETRN relay.test'), '459 <relay.test>: service unavailable')
  none.client.close()
  await none.server.close()
  const failing = await serving('relay.test', () => Promise.reject(new Error('no queue')))
  assert.equal(await failing.say('ETRN relay.test'), '458 Unable to queue messages')
  failing.client.close()
  await failing.server.close()
})
