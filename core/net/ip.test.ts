import assert from 'node:assert/strict'
import { isIP } from 'node:net'
import { test } from 'node:test'
import fc from 'fast-check'
import { CidrSet, canonicalIp, cidrMatch, formatIp, parseCidr, parseIp, ptrName, reversedIp, strayBits } from './ip.ts'

const good: [string, string][] = [
  ['0.0.0.0', '0.0.0.0'],
  ['192.0.2.255', '192.0.2.255'],
  ['::', '::'],
  ['::1', '::1'],
  ['2001:DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
  ['1:0:2:3:4:5:6:7', '1:0:2:3:4:5:6:7'],
  ['fe80::', 'fe80::'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['::ffff:c000:201', '192.0.2.1'],
  ['64:ff9b::192.0.2.1', '64:ff9b::c000:201'],
]
const bad = [
  '',
  '1',
  '1.2.3',
  '1.2.3.4.5',
  '01.2.3.4',
  '1.2.3.256',
  '1..2.3',
  ' 1.2.3.4',
  '1.2.3.4 ',
  '[::1]',
  ':',
  ':::',
  '1:2',
  '1::2::3',
  '1:2:3:4:5:6:7:8:9',
  '1:2:3:4:5:6:7::8:9',
  '12345::',
  'g::',
  '::1%lo',
  '1.2.3.4::',
  '::1.2.3.4:1',
  '0x1.2.3.4',
  '1'.repeat(100),
]

test('addresses are read strictly and written in one way', () => {
  for (const [text, out] of good) {
    const ip = parseIp(text)
    assert.ok(ip, text)
    assert.equal(formatIp(ip), out)
  }
  for (const text of bad) assert.equal(parseIp(text), undefined, text)
})

test('what is printed reads back', () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
      const ip = parseIp(text)
      assert.ok(ip, text)
      assert.notEqual(isIP(formatIp(ip)), 0)
      assert.deepEqual(parseIp(formatIp(ip)), ip)
    }),
  )
})

test('nothing is an address that Node would not take for one', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'0123456789abf:.%/') }), (text) => {
      if (parseIp(text) !== undefined) assert.notEqual(isIP(text), 0, text)
    }),
    { numRuns: 500 },
  )
})

test('mapped addresses and zones give one spelling', () => {
  assert.equal(canonicalIp('::ffff:127.0.0.1'), '127.0.0.1')
  assert.equal(canonicalIp('fe80::1%eth0'), 'fe80::1')
  assert.equal(canonicalIp('unknown'), 'unknown')
})

test('networks', () => {
  const net = parseCidr('10.0.0.0/8')
  assert.ok(net)
  assert.equal(cidrMatch(net, parseIp('10.255.0.1') as never), true)
  assert.equal(cidrMatch(net, parseIp('11.0.0.1') as never), false)
  assert.equal(cidrMatch(net, parseIp('a00::') as never), false)
  assert.equal(parseCidr('10.0.0.1/8'), undefined)
  assert.equal(strayBits('10.0.0.1/8'), '10.0.0.0/8')
  for (const text of ['10.0.0.0/33', '10.0.0.0/-1', '10.0.0.0/', '10.0.0.0/8x', '10/8', 'x/8'])
    assert.equal(parseCidr(text), undefined)
  assert.deepEqual(parseCidr('[2001:db8::]/32'), parseCidr('2001:db8::/32'))
  const set = new CidrSet(['127.0.0.0/8', '[::1]/128', '0.0.0.0/32'])
  assert.equal(set.has('127.1.2.3'), true)
  assert.equal(set.has('::ffff:127.1.2.3'), true)
  assert.equal(set.has('::1'), true)
  assert.equal(set.has('::2'), false)
  assert.throws(() => set.add('10.1.0.0/8'), /perhaps 10\.0\.0\.0\/8/)
  assert.equal(new CidrSet(['0.0.0.0/0']).has('198.51.100.7'), true)
})

test('reversed names', () => {
  const v4 = parseIp('192.0.2.9')
  const v6 = parseIp('2001:db8::1')
  assert.ok(v4 && v6)
  assert.equal(reversedIp(v4), '9.2.0.192')
  assert.equal(ptrName(v4), '9.2.0.192.in-addr.arpa')
  assert.equal(ptrName(v6), '1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa')
})
