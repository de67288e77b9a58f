import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loneInterface } from './own-addresses.ts'

const ROWS: readonly (readonly [inet_interfaces: string, four: string | undefined, six: string | undefined])[] = [
  ['all', undefined, undefined],
  ['loopback-only', undefined, undefined],
  ['192.0.2.1', '192.0.2.1', undefined],
  ['192.0.2.1, 2001:db8::1', '192.0.2.1', '2001:db8::1'],
  ['192.0.2.1 [2001:DB8::1]', '192.0.2.1', '2001:db8::1'],
  ['192.0.2.1, 192.0.2.2', undefined, undefined],
  ['127.0.0.1 ::1', undefined, undefined],
  ['127.0.0.1, 192.0.2.1', undefined, undefined],
  ['192.0.2.1, mail.example', undefined, undefined],
]

test('mail comes from the only own address of its family', () => {
  for (const [inet_interfaces, four, six] of ROWS) {
    assert.equal(loneInterface({ inet_interfaces }, 4), four, inet_interfaces)
    assert.equal(loneInterface({ inet_interfaces }, 6), six, inet_interfaces)
  }
})
