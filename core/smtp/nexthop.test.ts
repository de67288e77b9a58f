/** All forms of next hops. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { portsByName } from '../net/ports.ts'
import { FLAVOURS } from './flavour.ts'
import { parseNextHop, parseNextHops } from './nexthop.ts'

function forms(text: string, agent: 'smtp' | 'lmtp' = 'smtp'): string[] {
  return parseNextHops(text, {
    flavour: FLAVOURS[agent],
    defaultPort: agent === 'smtp' ? 'smtp' : '24',
    ports: portsByName('smtps=submissions=465, altmail=2526 bad=x, =7'),
  }).map((hop) => {
    if (hop.kind === 'unix') return `unix ${hop.path}`
    return hop.kind === 'bad' ? `bad ${hop.why}` : `${hop.mx ? 'mx ' : ''}${hop.name} ${hop.port}`
  })
}

test('smtp', () => {
  const cases: readonly (readonly [string, ...string[]])[] = [
    ['example.org', 'mx example.org 25'],
    ['example.org:2525', 'mx example.org 2525'],
    ['example.org:submission', 'mx example.org 587'],
    ['example.org:altmail', 'mx example.org 2526'],
    ['[mx.example.org]', 'mx.example.org 25'],
    ['[mx.example.org]:2525', 'mx.example.org 2525'],
    ['192.0.2.1', '192.0.2.1 25'],
    ['192.0.2.1:26', '192.0.2.1 26'],
    ['[192.0.2.1]:26', '192.0.2.1 26'],
    ['[2001:db8::1]', '2001:db8::1 25'],
    ['[ipv6:2001:DB8::1]:26', '2001:db8::1 26'],
    ['[::ffff:192.0.2.1]', '192.0.2.1 25'],
    ['[192.0.2.1], example.org:26 [b]', '192.0.2.1 25', 'mx example.org 26', 'b 25'],
    ['bücher.example', 'mx xn--bcher-kva.example 25'],
    ['unix:/x', 'bad unknown service: /x/tcp'],
    ['', 'bad it is empty'],
    ['a:b:c', 'bad it is neither a domain, host:port, nor [host]:port'],
    ['[a', 'bad it is neither a domain, host:port, nor [host]:port'],
    ['a:0', 'bad unknown service: 0/tcp'],
    ['a:65536', 'bad unknown service: 65536/tcp'],
  ]
  for (const [text, ...expected] of cases) assert.deepEqual(forms(text), expected, text)
})

test('lmtp: no MX, sockets, schemes', () => {
  assert.deepEqual(forms('unix:/run/lmtp.sock', 'lmtp'), ['unix /run/lmtp.sock'])
  assert.deepEqual(forms('unix:private/lmtp', 'lmtp'), ['unix private/lmtp'])
  assert.deepEqual(forms('inet:box.test', 'lmtp'), ['box.test 24'])
  assert.deepEqual(forms('inet:[2001:db8::1]:2003', 'lmtp'), ['2001:db8::1 2003'])
  assert.deepEqual(forms('box.test:lmtp', 'lmtp'), ['box.test 24'])
})

test('enable_idna2003_compatibility: older labels for a few characters', () => {
  const rules = { flavour: FLAVOURS.smtp, defaultPort: 'smtp', ports: portsByName('') }
  const nameOf = (idna2003: boolean): string => {
    const hop = parseNextHop('faß.test', { ...rules, idna2003 })
    return hop.kind === 'inet' ? hop.name : hop.kind
  }
  assert.deepEqual([nameOf(false), nameOf(true)], ['xn--fa-hia.test', 'fass.test'])
})
