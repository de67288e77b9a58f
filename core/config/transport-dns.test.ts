import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mount } from '../../test/kit/mount.ts'
import type { Answer } from '../net/types.ts'
import { definePlugin, type Resolver } from '../plugin.ts'

const ZONE = ['a.test A 192.0.2.1', 'a.test A 192.0.2.2', 'b.test MX 5 mx.test', 'c.test A 192.0.2.3']
const TABLE = 'regexp:{{/ A 192\\.0\\.2\\.1$$/ IGNORE}, {/^b\\.test\\. .* MX 5 mx\\.test\\.$$/ ignore}, {/^c/ DROP}}'

/** DNS as a step of a transport sees it. */
async function dnsWith(parameters: Record<string, string>): Promise<readonly [Resolver, readonly string[]]> {
  const seen: Resolver[] = []
  const spy = definePlugin({
    name: 'spy',
    stages: ['deliver'],
    setup(_options, { dns }) {
      seen.push(dns)
      return {}
    },
  })
  const { log } = await mount(spy, {}, { dns: ZONE, parameters })
  return [seen[0] as Resolver, log]
}

const data = ({ records }: Answer): readonly unknown[] => records.map((record) => record.data)

test('smtp_dns_reply_filter: transports of the agent smtp do not see what it ignores', async () => {
  const [dns, log] = await dnsWith({ process_name: 'smtp', smtp_dns_reply_filter: TABLE })
  assert.deepEqual(data(await dns.resolve('a.test', 'A')), ['192.0.2.2'])
  const none = await dns.resolve('b.test', 'MX')
  assert.deepEqual([none.status, none.isFiltered], ['failed', true])
  assert.equal(none.reason, 'Error looking up name=b.test type=MX: DNS reply filter drops all results')
  assert.deepEqual(data(await dns.resolve('c.test', 'A')), ['192.0.2.3'])
  assert.match(log[0] ?? '', /^info: ignoring DNS RR: a\.test\. \d+ IN A 192\.0\.2\.1$/)
  assert.equal(log[2], 'warn: unknown DNS filter action: "DROP"')
})

test('lmtp_dns_reply_filter for the agent lmtp; a table that fails is a failure', async () => {
  const [dns] = await dnsWith({ process_name: 'lmtp', smtp_dns_reply_filter: 'fail:x', lmtp_dns_reply_filter: TABLE })
  assert.deepEqual(data(await dns.resolve('a.test', 'A')), ['192.0.2.2'])
  const [failing] = await dnsWith({ process_name: 'smtp', smtp_dns_reply_filter: 'fail:x' })
  const { status, reason } = await failing.resolve('a.test', 'A')
  assert.deepEqual([status, reason], ['failed', 'Error looking up name=a.test type=A: Invalid DNS reply filter syntax'])
})
