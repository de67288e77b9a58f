import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Proxied } from './proxied.ts'

/** Content in pieces; what has gone through after each. */
function passed(pieces: readonly string[]): string[] {
  let text = ''
  const write = (chunk: Buffer): void => {
    text += chunk.toString('latin1')
  }
  const proxied = new Proxied({} as never, {} as never, { write } as never)
  return pieces.map((piece) => {
    proxied.write(Buffer.from(piece, 'latin1'))
    return text
  })
}

test('mailbox lines at the start become headers, each as soon as it is there', () => {
  assert.deepEqual(passed(['From a\r\n', '>From b\r\nFr', 'om c\r\n', 'Subject: x\r\n']), [
    'X-Mailbox-Line: From a\r\n',
    'X-Mailbox-Line: From a\r\nX-Mailbox-Line: >From b\r\n',
    'X-Mailbox-Line: From a\r\nX-Mailbox-Line: >From b\r\nX-Mailbox-Line: From c\r\n',
    'X-Mailbox-Line: From a\r\nX-Mailbox-Line: >From b\r\nX-Mailbox-Line: From c\r\nSubject: x\r\n',
  ])
})

test('the same in any pieces: what begins like a mailbox line, and a body that begins with a blank', () => {
  for (const [content, expected] of [
    ['From a\r\n x\r\nFrom b\r\n', 'X-Mailbox-Line: From a\r\n\r\n x\r\nFrom b\r\n'],
    ['\tx\r\n', '\r\n\tx\r\n'],
    ['From: a\r\n', 'From: a\r\n'],
    [`From ${'x'.repeat(3000)}`, `From ${'x'.repeat(3000)}`],
  ] as const) {
    assert.equal(passed([content]).at(-1), expected)
    assert.equal(passed([...content]).at(-1), expected)
  }
})
