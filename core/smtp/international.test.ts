import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { StoredContent } from '../queue/types.ts'
import { hasInternationalHeader } from './international.ts'

/** Content in chunks of so many bytes. */
function contentOf(text: string, chunk: number): StoredContent {
  const bytes = Buffer.from(text.replaceAll('\n', '\r\n'))
  const chunks: Buffer[] = []
  for (let at = 0; at < bytes.length; at += chunk) chunks.push(bytes.subarray(at, at + chunk))
  const head = bytes.subarray(0, bytes.indexOf('\r\n\r\n') + 4)
  return { head: async () => head, chunks: () => chunks } as unknown as StoredContent
}

const PARTS = (header: string, text: string) =>
  `Content-Type: multipart/mixed; boundary=b\n\npreamble ü\n--b\n${header}\n\n${text}\n--b--\nepilogue ü\n`

const ROWS: readonly (readonly [string, boolean])[] = [
  ['Subject: x\n\nü: ü\n', false],
  ['Subject: ü\n\nx\n', true],
  [PARTS('Content-Description: x', 'ü'), false],
  [PARTS('Content-Description: ü', 'x'), true],
  [PARTS('Content-Description: x\n ü', 'x'), true],
  [PARTS('Content-Type: message/rfc822', 'Subject: x\n\nü'), false],
  [PARTS('Content-Type: message/rfc822', 'To: a\nSubject: ü\n\nx'), true],
  [PARTS('Content-Type: message/global', 'Subject: ü\n\nx'), true],
  ['Content-Type: message/rfc822\n\nSubject: ü', true],
  [PARTS('Content-Description: x', `${'ü'.repeat(20_000)}\n--b\nX: ü`), true],
]

test('headers that are not ASCII, of the message, its parts and what is attached', async () => {
  for (const [text, expected] of ROWS)
    for (const chunk of [1, 7, 1000, 1 << 20]) {
      if (chunk === 1 && text.length > 1000) continue
      assert.equal(await hasInternationalHeader(contentOf(text, chunk)), expected, `${chunk}: ${text.slice(0, 120)}`)
    }
})
