/** Client names: address to name to address, and what each failure means. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeDns } from '../../test/kit/dns.ts'
import type { HostsFile } from '../net/hosts.ts'
import { identifyClient, unknownClient } from './client.ts'

const ZONE = [
  '1.2.0.192.in-addr.arpa PTR good.example',
  'good.example A 192.0.2.1',
  '2.2.0.192.in-addr.arpa PTR forged.example',
  'forged.example A 192.0.2.99',
  '3.2.0.192.in-addr.arpa PTR lost.example',
  '4.2.0.192.in-addr.arpa PTR flaky.example',
  'flaky.example SERVFAIL',
  '5.2.0.192.in-addr.arpa SERVFAIL',
  '6.2.0.192.in-addr.arpa PTR 192.0.2.6',
]
const NO_HOSTS: HostsFile = { addresses: () => [], names: () => [] }
const HOSTS: HostsFile = {
  addresses: (name) => (name === 'local.example' ? ['127.0.0.1'] : []),
  names: (address) => (address === '127.0.0.1' ? ['local.example'] : []),
}

const ROWS: readonly (readonly [address: string, name: string, status: string, reverse: string, reverseStatus: string])[] = [
  ['192.0.2.1', 'good.example', 'ok', 'good.example', 'ok'],
  ['192.0.2.2', 'unknown', 'forged', 'forged.example', 'ok'],
  ['192.0.2.3', 'unknown', 'permanent', 'lost.example', 'ok'],
  ['192.0.2.4', 'unknown', 'temporary', 'flaky.example', 'ok'],
  ['192.0.2.5', 'unknown', 'temporary', 'unknown', 'temporary'],
  ['192.0.2.6', 'unknown', 'permanent', 'unknown', 'permanent'],
  ['192.0.2.7', 'unknown', 'permanent', 'unknown', 'permanent'],
]

test('names by DNS', async () => {
  const dns = fakeDns(ZONE)
  for (const [address, name, status, reverse, reverseStatus] of ROWS) {
    const client = await identifyClient(unknownClient(address, 1), dns.resolver, NO_HOSTS)
    assert.deepEqual(
      [client.name, client.nameStatus, client.reverseName, client.reverseStatus],
      [name, status, reverse, reverseStatus],
    )
  }
  await dns.close()
})

test('the hosts file comes first', async () => {
  const dns = fakeDns([])
  const client = await identifyClient(unknownClient('127.0.0.1', 1), dns.resolver, HOSTS)
  assert.deepEqual([client.name, client.nameStatus], ['local.example', 'ok'])
  assert.deepEqual(dns.asked, [])
  await dns.close()
})

test('v4-mapped addresses are shown as IPv4', () => {
  assert.deepEqual(
    [unknownClient('::ffff:192.0.2.1', 1), unknownClient('2001:DB8::1', 1)].map(({ address, family }) => [address, family]),
    [
      ['192.0.2.1', 4],
      ['2001:db8::1', 6],
    ],
  )
})
