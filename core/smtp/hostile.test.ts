/** Servers that say anything at any time: every recipient gets one outcome, and `sent` only for content that was taken whole. */
import assert from 'node:assert/strict'
import { type AddressInfo, createServer } from 'node:net'
import { test } from 'node:test'
import fc from 'fast-check'
import { aQueuedMessage, aTransport } from '../../test/kit/delivery.ts'

const REPLIES = [
  '220 hi ESMTP\r\n',
  '250-x\r\n250-PIPELINING\r\n250-SIZE 100000\r\n250 DSN\r\n',
  '250 2.0.0 ok\r\n',
  '250 2.0.0 ok\r\n250 2.1.0 ok\r\n250 2.1.5 ok\r\n354 go\r\n',
  '354 go\r\n',
  '450 4.2.0 later\r\n',
  '550 5.1.1 no\r\n',
  '421 4.3.2 bye\r\n',
  'garbage\r\n',
  '250-',
  '2',
  '\r\n',
  '\0\xff\n',
  '999 what\r\n',
]

interface Tale {
  readonly replies: readonly string[]
  readonly splits: boolean
}

/** Plays a tale: one piece of it for each piece of input, then hangs up. Tells what it read. */
async function play(tale: Tale, to: readonly string[]) {
  const heard: Buffer[] = []
  const server = createServer((socket) => {
    let at = 0
    const say = (): void => {
      const reply = tale.replies[at++]
      if (reply === undefined) socket.end()
      else if (tale.splits) for (const letter of reply) socket.write(letter, 'latin1')
      else socket.write(reply, 'latin1')
    }
    socket.on('error', () => socket.destroy())
    socket.on('data', (chunk) => {
      heard.push(Buffer.from(chunk))
      say()
    })
    say()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const parameters: Record<string, string> = {}
  for (const name of ['helo', 'mail', 'rcpt', 'data_init', 'data_xfer', 'data_done', 'rset'])
    parameters[`smtp_${name}_timeout`] = '1s'
  const transport = aTransport({ parameters })
  const port = (server.address() as AddressInfo).port
  const outcomes = await transport.deliver(aQueuedMessage({ to, text: 'Subject: x\n\nthe end of it\n' }), `[127.0.0.1]:${port}`)
  await transport.agent.close()
  await new Promise((resolve) => server.close(resolve))
  return { outcomes, heard: Buffer.concat(heard).toString('latin1') }
}

const tale = fc.record({
  replies: fc
    .tuple(
      fc.constantFrom('220 hi ESMTP\r\n', '220 hi\r\n', 'garbage\r\n220 x\r\n'),
      fc.constantFrom(REPLIES[1] ?? '', '250 x\r\n'),
      fc.array(fc.constantFrom(...REPLIES), { maxLength: 6 }),
    )
    .map(([greeting, hello, rest]) => [greeting, hello, ...rest]),
  splits: fc.boolean(),
})

test('any tale', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(tale, { minLength: 80, maxLength: 80 }), async (tales) => {
      // Side by side, because some tales end in silence.
      await Promise.all(
        tales.map(async (each) => {
          const { outcomes, heard } = await play(each, ['a@a.test', 'b@a.test'])
          assert.equal(outcomes.length, 2)
          for (const outcome of outcomes) {
            if (outcome.kind === 'sent') assert.ok(heard.includes('the end of it\r\n.\r\n'), JSON.stringify(each))
            const text = outcome.kind === 'sent' ? outcome.text : outcome.reason
            // biome-ignore lint/suspicious/noControlCharactersInRegex: they must not be there
            assert.doesNotMatch(text, /[\x00-\x1f\x7f]/)
            assert.match(outcome.status, outcome.kind === 'sent' ? /^2\./ : outcome.kind === 'bounced' ? /^5\./ : /^4\./)
          }
        }),
      )
    }),
    { numRuns: 2, endOnFailure: true },
  )
})
