import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { networkOf } from './network.ts'

const cases: [string, number, number, string][] = [
  ['192.0.2.77', 24, 64, '192.0.2.0/24'],
  ['192.0.2.77', 28, 64, '192.0.2.64/28'],
  ['192.0.2.77', 32, 64, '192.0.2.77/32'],
  ['10.9.8.7', 8, 64, '10.0.0.0/8'],
  ['2001:db8:1:2:3:4:5:6', 24, 64, '2001:db8:1:2/64'],
  ['2001:db8::6', 24, 64, '2001:db8:0:0/64'],
  ['2001:db8:abcd:12ff::1', 24, 56, '2001:db8:abcd:1200/56'],
  ['::1', 24, 128, '0:0:0:0:0:0:0:1/128'],
  ['unknown', 24, 64, 'unknown'],
  ['/run/socket', 24, 64, '/run/socket'],
]
for (const [address, ipv4, ipv6, network] of cases) {
  test(`${address} is in ${network}`, () => assert.equal(networkOf(address, { ipv4, ipv6 }), network))
}

test('neighbours are in one network', () => {
  fc.assert(
    fc.property(fc.ipV4(), fc.nat(255), (address, last) => {
      const neighbour = address.replace(/\d+$/, String(last))
      const prefix = { ipv4: 24, ipv6: 64 }
      assert.equal(networkOf(address, prefix), networkOf(neighbour, prefix))
    }),
  )
  fc.assert(
    fc.property(fc.ipV6(), (address) => {
      assert.match(networkOf(address, { ipv4: 24, ipv6: 64 }), /\/64$|\./)
    }),
  )
})
