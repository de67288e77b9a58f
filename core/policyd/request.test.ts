/** Requests in any pieces; and what is none. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { policyRequest } from '../../test/kit/index.ts'
import { understand } from './facts.ts'
import { LIMITS, RequestError, RequestReader } from './request.ts'

function read(...chunks: readonly (string | Buffer)[]): Record<string, string>[] {
  const reader = new RequestReader()
  const all: Record<string, string>[] = []
  for (const chunk of chunks) {
    reader.push(Buffer.from(chunk as string))
    for (let request = reader.next(); request !== undefined; request = reader.next()) all.push(Object.fromEntries(request))
  }
  return all
}

test('two requests in one piece, and one in single octets', () => {
  const two = `${policyRequest({ sender: 'a@b' })}${policyRequest({ sender: 'c=d@e' })}`
  assert.deepEqual(
    read(two).map(({ sender }) => sender),
    ['a@b', 'c=d@e'],
  )
  assert.deepEqual(
    read(
      ...Buffer.from(two)
        .map((octet) => octet)
        .values()
        .map((octet) => Buffer.from([octet])),
    ),
    read(two),
  )
})

test('the first of two attributes counts, CRLF ends lines too, and names mean only themselves', () => {
  const [request] = read('request=smtpd_access_policy\r\nsender=a\r\nsender=b\n__proto__=x\n\n')
  assert.equal(request?.sender, 'a')
  assert.deepEqual(read('request=smtpd_access_policy\nsender=a\0b\x1b[2Jc\n\n')[0]?.sender, 'a?b?[2Jc')
})

for (const [what, input, message] of [
  ['no policy request', 'request=other\n\n', /not smtpd_access_policy/],
  ['an empty request', '\n', /not smtpd_access_policy/],
  ['a line without a name', '=x\n\n', /has no name/],
  ['a line without a value', 'EHLO there\r\n', /has no name/],
  ['a long line', `a=${'x'.repeat(LIMITS.line)}`, /line is too long/],
  ['a long request', `a=${'x'.repeat(8000)}\n`.repeat(9), /request is too long/],
  [
    'many attributes',
    'a=1\n'.repeat(LIMITS.attributes) + [...Array(200)].map((_, i) => `a${i}=\n`).join(''),
    /too many attributes/,
  ],
] as const)
  test(`${what} is refused`, () => assert.throws(() => read(input), { message }))

test('whatever comes is read the same in any pieces, or refused', () => {
  const part = fc.oneof(
    fc.constantFrom(
      '\n',
      '\n\n',
      '=',
      'request=smtpd_access_policy\n',
      'size=9\n',
      'sender=a@b\n',
      '\r\n',
      '\0',
      'protocol_state=DATA\n',
    ),
    fc.constantFrom(
      'recipient_count=99999999999999999\n',
      'client_address=::ffff:1.2.3.4\n',
      'ccert_subject=+0A\n',
      policyRequest(),
    ),
    fc.uint8Array({ maxLength: 20 }).map((octets) => Buffer.from(octets).toString('latin1')),
  )
  const outcome = (chunks: readonly Buffer[]): unknown => {
    try {
      return read(...chunks)
    } catch (error) {
      assert.ok(error instanceof RequestError)
      return error.message
    }
  }
  fc.assert(
    fc.property(fc.array(part, { maxLength: 20 }), fc.array(fc.nat(200), { maxLength: 8 }), (parts, cuts) => {
      const whole = Buffer.from(parts.join(''))
      const at = [0, ...cuts.map((cut) => Math.min(cut, whole.length)).sort((a, b) => a - b), whole.length]
      const pieces = at.slice(1).map((end, i) => whole.subarray(at[i], end))
      const said = outcome([whole])
      assert.deepEqual(outcome(pieces), said)
      if (!Array.isArray(said)) return
      for (const request of said as Record<string, string>[]) {
        const asked = understand(new Map(Object.entries(request)), 'p', 'id')
        assert.doesNotMatch(
          JSON.stringify({ ...asked.session, transaction: undefined, candidate: undefined }),
          /\\[nr]|\\u00[01]/,
        )
        assert.ok((asked.transaction?.recipients.length ?? 0) <= 10_000)
      }
    }),
  )
})
