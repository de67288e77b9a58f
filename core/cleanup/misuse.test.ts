import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { anIntake } from '../../test/kit/intake.ts'
import { reject } from '../verdict.ts'
import { byteSet, Characters } from './characters.ts'

type Parameters = Readonly<Record<string, string>>

/** `250`, or the refusal. */
async function outcome(content: string, parameters: Parameters, pieces = 7): Promise<string> {
  const gateway = anIntake(parameters)
  const result = await gateway.take(content.replaceAll('\n', '\r\n'), { pieces })
  if (result.kind !== 'refused') return '250'
  const { refusal } = result
  return refusal.kind === 'discard' ? 'discard' : `${refusal.code} ${refusal.status} ${refusal.text}`
}

const HEADER = '550 5.6.0 improper use of 8-bit data in message header'
const BODY = '550 5.6.0 improper use of 8-bit data in message body'
const ENCODING = '550 5.6.0 invalid message/* or multipart/* encoding domain'
const PARTS = 'Content-Type: multipart/mixed; boundary=a\n\n--a\n'

describe('content that is not what it says', () => {
  const rows: [string, Parameters, string, string][] = [
    ['8 bits in a header', { strict_7bit_headers: 'yes' }, 'Subject: ä\n\nx\n', HEADER],
    ['in one of a part', { strict_7bit_headers: 'yes' }, `${PARTS}X: ä\n\nx\n`, HEADER],
    [
      'past the size of a header',
      { strict_7bit_headers: 'yes', header_size_limit: '100' },
      `X: ${'a'.repeat(100)}\n ä\n\nx\n`,
      '250',
    ],
    [
      'on the line that reaches it',
      { strict_7bit_headers: 'yes', header_size_limit: '100' },
      `${PARTS}X: ${'a'.repeat(200)}ä\n\nx\n`,
      HEADER,
    ],
    ['8 bits of text', { strict_8bitmime_body: 'yes' }, 'X: a\n\nä\n', BODY],
    ['on the last line, without an end', { strict_8bitmime: 'yes' }, 'X: a\n\nä', BODY],
    ['declared', { strict_8bitmime: 'yes' }, 'Content-Transfer-Encoding: 8BIT\n\nä\n', '250'],
    ['declared in a part', { strict_8bitmime: 'yes' }, `${PARTS}Content-Transfer-Encoding: binary\n\nä\n`, '250'],
    ['undeclared in a part', { strict_8bitmime: 'yes' }, `${PARTS}\nä\n--a--\n`, BODY],
    [
      'a multipart as base64',
      { strict_mime_encoding_domain: 'yes' },
      `Content-Transfer-Encoding: base64\n${PARTS}\nx\n`,
      ENCODING,
    ],
    [
      'a message as base64, in a part',
      { strict_mime_encoding_domain: 'yes' },
      `${PARTS}Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nx\n`,
      ENCODING,
    ],
    ['no parts are looked for', { strict_8bitmime: 'yes', disable_mime_input_processing: 'yes' }, 'X: ä\n\nä\n', '250'],
    ['a character', { message_reject_characters: '\\0' }, 'X: a\n\na\0b\n', '550 5.7.1 disallowed character'],
    ['one in the head', { message_reject_characters: '\\a' }, 'X: \x07\n\nx\n', '550 5.7.1 disallowed character'],
    [
      'switched off',
      { message_reject_characters: '\\0', strict_8bitmime: 'yes', receive_override_options: 'no_header_body_checks' },
      'X: ä\n\n\0ä\n',
      '250',
    ],
  ]
  for (const [title, parameters, content, expected] of rows)
    it(title, async () => {
      for (const pieces of [1, 3, 1000]) assert.equal(await outcome(content, parameters, pieces), expected)
    })

  it('what stands in the body comes after the steps that look at headers', async () => {
    const gateway = anIntake({ message_reject_characters: '\\0' })
    gateway.hooks['cleanup.message'].tap('checks', () => reject(550, '5.7.1', 'header'))
    const result = await gateway.take('X: a\r\n\r\n\0\r\n')
    assert.equal(result.kind === 'refused' && result.refusal.text, 'header')
  })

  it('takes characters out, before anything is read', async () => {
    const gateway = anIntake({ message_strip_characters: '\\1\\r\\n' })
    await gateway.take('X-\x01Y: a\r\n\r\n\x01.b\x01\r\n', { pieces: 4 })
    const [kept] = gateway.stored
    assert.ok(kept)
    assert.ok(kept.text.endsWith('X-Y: a\r\n\r\n.b\r\n'), kept.text)
    assert.equal(kept.content.facts.dots, true)
    assert.equal(kept.content.facts.size, kept.text.length)
  })
})

describe('mail that says it has 8-bit text', () => {
  const rows: [string, Parameters, string, '8BITMIME' | undefined][] = [
    ['in its own headers', {}, 'Content-Transfer-Encoding: 8bit\n\nx\n', '8BITMIME'],
    ['in those of a part', {}, `${PARTS}Content-Transfer-Encoding: Binary\n\nx\n--a--\n`, '8BITMIME'],
    [
      'in a part after a line that is very long, which looks like one too once it is cut',
      {},
      `${PARTS}\n${'x'.repeat(70_000)}--a--${'x'.repeat(130_000)}\n--a\nContent-Transfer-Encoding: 8bit\n\nx\n`,
      '8BITMIME',
    ],
    ['nowhere', {}, `${PARTS}Content-Transfer-Encoding: base64\n\nx\n--a--\n`, undefined],
    ['but nobody listens', { detect_8bit_encoding_header: 'no' }, 'Content-Transfer-Encoding: 8bit\n\nx\n', undefined],
    [
      'in a part, where no parts are looked for',
      { disable_mime_input_processing: 'yes' },
      `${PARTS}Content-Transfer-Encoding: 8bit\n\nx\n`,
      undefined,
    ],
  ]
  for (const [title, parameters, content, expected] of rows)
    it(title, async () => {
      for (const threshold of [10, undefined]) {
        const gateway = anIntake(parameters, threshold)
        await gateway.take(`${content.replaceAll('\n', '\r\n')}ä\r\n`, { pieces: 5 })
        assert.equal(gateway.stored[0]?.envelope.body, expected)
      }
    })
})

it('reads escapes as C does', () => {
  assert.deepEqual([...byteSet('\\0\\1a\\n\\\\\\177')], [0, 1, 97, 10, 92, 127])
  assert.deepEqual([...byteSet('ä')], [0xc3, 0xa4])
  assert.equal(byteSet('').size, 0)
})

it('takes the same out of any splitting', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 9 })), (chunks) => {
      const whole = Buffer.concat(chunks)
      const make = () => new Characters(new Set([1, 2]), new Set([3, 4, 10]))
      const [one, other] = [make(), make()]
      const parts = chunks.map((chunk) => one.take(Buffer.from(chunk)))
      assert.deepEqual(Buffer.concat(parts), Buffer.from(other.take(whole)))
      assert.equal(one.firstRejected, other.firstRejected)
      assert.equal(one.hasStripped, other.hasStripped)
    }),
  )
})
