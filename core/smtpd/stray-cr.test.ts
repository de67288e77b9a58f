import assert from 'node:assert/strict'
import { test } from 'node:test'
import { play } from '../../test/kit/smtp-server.ts'

const DIALOG = 'EHLO c\r\nMAIL FROM:<a@x.test>\r\nRCPT TO:<b@example.test>\r\nDATA\r\na\rb\r\n.\r\nQUIT\r\n'

for (const [setting, content] of [
  ['yes', 'a b\r\n'],
  ['no', 'a\rb\r\n'],
] as const) {
  test(`cleanup_replace_stray_cr_lf = ${setting}`, async () => {
    const parameters = { smtpd_forbid_unauth_pipelining: 'no', cleanup_replace_stray_cr_lf: setting }
    const { taken } = await play([Buffer.from(DIALOG)], { parameters })
    assert.deepEqual(
      taken.map((message) => message.content),
      [content],
    )
  })
}
