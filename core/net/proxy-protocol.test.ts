import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { canonicalIp } from './ip.ts'
import { parseProxyHeader } from './proxy-protocol.ts'

const SIGNATURE = '0d0a0d0a000d0a515549540a'
const V4 = '0a010101c000020104570019'
const v2 = (hex: string): Buffer => Buffer.from(SIGNATURE + hex.replaceAll(' ', ''), 'hex')

/** Header, and the client that it tells of (`-`: none), or what is wrong; measured at the oracle. */
const cases: [string | Buffer, string][] = [
  ['PROXY TCP4 10.1.1.1 192.0.2.1 1111 25\r\n', '10.1.1.1:1111'],
  ['PROXY TCP4 10.1.1.1 192.0.2.1 1111 25\n', '10.1.1.1:1111'],
  ['PROXY  TCP4 10.1.1.1 192.0.2.1 1111 25 extra\r\n', '10.1.1.1:1111'],
  ['PROXY TCP4 10.1.1.1 192.0.2.1 0 25\r\n', '10.1.1.1:0'],
  ['PROXY TCP6 2001:db8::5 2001:db8::1 1111 25\r\nEHLO x\r\n', '2001:db8::5:1111'],
  ['PROXY TCP4 10.1.1.1 192.0.2.1 1111 25', 'missing protocol header terminator'],
  [`PROXY TCP4 ${'1'.repeat(600)}\r\n`, 'missing protocol header terminator'],
  ['proxy TCP4 10.1.1.1 192.0.2.1 1111 25\r\n', 'unrecognized protocol header'],
  [' PROXY TCP4 10.1.1.1 192.0.2.1 1111 25\r\n', 'unrecognized protocol header'],
  ['PROXY\tTCP4 10.1.1.1 192.0.2.1 1111 25\r\n', 'unrecognized protocol header'],
  ['PROXY tcp4 10.1.1.1 192.0.2.1 1111 25\r\n', '10.1.1.1:1111'],
  ['PROXY TCP6 fe80::1%lo 2001:db8::1 1 25\r\n', 'bad or missing client address'],
  ['\r\n', 'short protocol header'],
  ['EHLO c.example\r\n', 'unrecognized protocol header'],
  ['PROXY\r\n', 'short protocol header'],
  ['PROXY UNKNOWN\r\n', 'bad or missing protocol type'],
  ['PROXY TCP4\r\n', 'bad or missing client address'],
  ['PROXY TCP4 10.1.1.999 192.0.2.1 1111 25\r\n', 'bad or missing client address'],
  ['PROXY TCP4 2001:db8::5 192.0.2.1 1111 25\r\n', 'bad or missing client address'],
  ['PROXY TCP4 10.1.1.1 x 1111 25\r\n', 'bad or missing server address'],
  ['PROXY TCP4 10.1.1.1 192.0.2.1\r\n', 'bad or missing client port'],
  ['PROXY TCP4 10.1.1.1 192.0.2.1 99999 25\r\n', 'bad or missing client port'],
  ['PROXY TCP4 10.1.1.1 192.0.2.1 01111 25\r\n', 'bad or missing client port'],
  ['PROXY TCP4 10.1.1.1 192.0.2.1 1111 x\r\n', 'bad or missing server port'],
  [v2(`2111 000c ${V4}`), '10.1.1.1:1111'],
  [v2(`2111 0014 ${V4} 0100016104000000`), '10.1.1.1:1111'],
  [v2(`2121 0024 20010db8000c00000000000000000099 20010db8000000000000000000000001 04580019`), '2001:db8:c::99:1112'],
  [v2('2000 0000'), '-'],
  [v2(`2011 000c ${V4}`), '-'],
  [v2('21'), 'short version 2 protocol header'],
  [v2('2111 000c 0a010101'), 'short version 2 protocol header'],
  [v2(`3111 000c ${V4}`), 'unrecognized protocol version'],
  [v2(`2211 000c ${V4}`), 'bad command in proxy header'],
  [v2(`2112 000c ${V4}`), 'unsupported network protocol'],
  [v2('2100 0000'), 'unsupported network protocol'],
  [v2('2111 0004 0a010101'), 'short address field'],
]

for (const [header, expected] of cases) {
  test(`PROXY header ${JSON.stringify(header.toString('latin1').slice(0, 50))}: ${expected}`, () => {
    const bytes = typeof header === 'string' ? Buffer.from(header, 'latin1') : header
    const parsed = parseProxyHeader(bytes)
    if ('error' in parsed) assert.equal(parsed.error, expected)
    else assert.equal(parsed.ends === undefined ? '-' : shown(parsed.ends.client), expected)
  })
}

const shown = ({ address, port }: { readonly address: string; readonly port: number }): string =>
  `${canonicalIp(address)}:${port}`

test('what follows the header is left alone', () => {
  const text = Buffer.from('PROXY TCP4 10.1.1.1 192.0.2.1 1111 25\r\nEHLO x\r\n')
  const binary = Buffer.concat([v2(`2111 0014 ${V4} 0100016104000000`), Buffer.from('EHLO x\r\n')])
  for (const input of [text, binary]) {
    const parsed = parseProxyHeader(input)
    assert.ok(!('error' in parsed))
    assert.equal(input.subarray(parsed.length).toString(), 'EHLO x\r\n')
  }
})

test('any octets are parsed or refused', () => {
  const bytes = fc.uint8Array({ maxLength: 600 }).map((octets) => Buffer.from(octets))
  const signed = bytes.map((rest) => Buffer.concat([Buffer.from(SIGNATURE, 'hex'), rest]))
  const worded = fc
    .array(fc.constantFrom('PROXY', 'TCP4', 'TCP6', ' ', '10.1.1.1', '::1', '25', '\r\n', '\n', '\0'))
    .map((words) => Buffer.from(words.join('')))
  fc.assert(
    fc.property(fc.oneof(bytes, signed, worded), (input) => {
      const parsed = parseProxyHeader(input)
      assert.ok('error' in parsed || (parsed.length > 0 && parsed.length <= input.length))
    }),
  )
})
