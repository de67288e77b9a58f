/** smtputf8_autodetect_classes: what makes mail need SMTPUTF8 that did not ask for it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scanFacts } from '../message/facts.ts'
import { detectsUtf8, needsUtf8 } from './utf8.ts'
import type { Finished, WholeMessage } from './whole.ts'

interface Sketch {
  readonly text?: string
  readonly sender?: string
  readonly to?: string
  readonly asked?: boolean
  readonly classes?: string
  readonly streamed?: boolean
}

async function needs({ text = 'Subject: x\n\nx\n', sender = '', to = 'u@a.test', ...more }: Sketch): Promise<boolean> {
  const bytes = Buffer.from(text.replaceAll('\n', '\r\n'))
  const end = bytes.indexOf('\r\n\r\n') + 4
  const chunks = [...bytes.subarray(end)].map((byte) => Buffer.of(byte))
  const body =
    more.streamed === true
      ? {
          read: async function* () {
            yield* chunks
          },
        }
      : chunks
  const message = {
    transaction: { smtputf8: more.asked === true },
    rules: { detectsUtf8: detectsUtf8((more.classes ?? 'smtpd').split(' ')) },
    addresses: { sender, recipients: [{ address: to }] },
  }
  const finished = { head: bytes.subarray(0, end), body, facts: scanFacts([bytes]) }
  return needsUtf8(message as unknown as WholeMessage, finished as unknown as Finished)
}

test('addresses and headers that are not ASCII need SMTPUTF8, text does not', async () => {
  const parts = (header: string, body: string): string =>
    `Content-Type: multipart/mixed; boundary=b\n\nä\n--b\n${header}\n\n${body}\n--b--\nX: ä\n`
  const rows: readonly (readonly [Sketch, boolean])[] = [
    [{}, false],
    [{ asked: true, classes: 'verify' }, true],
    [{ sender: 'ä@a.test' }, true],
    [{ to: 'u@ä.test' }, true],
    [{ text: 'Subject: ä\n\nx\n' }, true],
    [{ text: 'Subject: x\n\nä\n' }, false],
    [{ text: parts('X: ä', 'x') }, true],
    [{ text: parts('X: ä', 'x'), streamed: true }, true],
    [{ text: parts('X: a\n ä', 'x') }, true],
    [{ text: parts('X: a', 'X: ä') }, false],
    [{ text: parts('X: a', 'X: ä'), streamed: true }, false],
    [{ text: parts('Content-Type: message/rfc822', 'X: ä') }, true],
    [{ text: 'Content-Type: message/rfc822\n\nX: ä' }, true],
    [{ text: 'Subject: ä\n\nx\n', classes: 'sendmail verify' }, false],
    [{ text: 'Subject: ä\n\nx\n', classes: 'ALL' }, true],
  ]
  for (const [sketch, expected] of rows) assert.equal(await needs(sketch), expected, JSON.stringify(sketch))
})
