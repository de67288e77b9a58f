/** Content for servers without 8BITMIME, before and after steps, small and large. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { aQueuedMessage, aTransport, type MessageSketch, type TransportSketch, wordsOf } from '../../test/kit/delivery.ts'
import { type FakeMx, fakeMx, type MxOptions, saidTo } from '../../test/kit/mx.ts'

const open: FakeMx[] = []
after(() => Promise.all(open.map((mx) => mx.close())))

const CTE = 'Content-Transfer-Encoding:'
const WIDE = `Subject: x\n${CTE} 8bit\n\nä = x\n`
const NARROW = `Subject: x\n${CTE} quoted-printable\n\n=C3=A4 =3D x`

interface Sent {
  readonly content: string
  readonly mail: string
  readonly outcome: string
  readonly said: readonly string[]
}

async function sent(message: MessageSketch, transport: TransportSketch = {}, mx: MxOptions = {}): Promise<Sent> {
  const server = await fakeMx({ keywords: ['PIPELINING', 'SIZE'], ...mx })
  open.push(server)
  const [outcome] = await aTransport(transport).deliver(
    aQueuedMessage({ body: '8BITMIME', ...message }),
    `[127.0.0.1]:${server.port}`,
  )
  const content = server.messages[0]?.content.toString().replaceAll('\r\n', '\n').trimEnd() ?? ''
  return { content, mail: saidTo(server)[1] ?? '', outcome: wordsOf(outcome), said: saidTo(server) }
}

test('8-bit parts become quoted-printable for a server without 8BITMIME, and for no other', async () => {
  const { content, mail } = await sent({ text: WIDE })
  assert.deepEqual([content, mail], [NARROW, 'MAIL FROM:<s@sender.test>'])
  const pieces = await sent({ text: WIDE, piece: 3 })
  assert.equal(pieces.content, NARROW)
  const wide = await sent({ text: WIDE }, {}, { keywords: ['8BITMIME'] })
  assert.deepEqual([wide.content, wide.mail], [WIDE.trimEnd(), 'MAIL FROM:<s@sender.test> BODY=8BITMIME'])
})

test('ASCII that says 8bit, itself or in a part, is converted; other ASCII is not looked at', async () => {
  const parts = `Content-Type: multipart/mixed; boundary=b\n\n--b\n${CTE} 8bit\n\na=b\n--b--`
  assert.equal((await sent({ text: parts })).content, parts.replace('8bit', 'quoted-printable').replace('a=b', 'a=3Db'))
  assert.equal((await sent({ text: `${CTE} binary\n\na=b\n` })).content, `${CTE} quoted-printable\n\na=3Db`)
  const plain = aQueuedMessage({ text: 'Subject: x\n\na=b\n' })
  assert.equal(plain.content.facts.eightBit, false)
  assert.equal((await sent({ text: 'Subject: x\n\na=b\n' })).content, 'Subject: x\n\na=b')
})

test('BODY=7BIT is believed', async () => {
  assert.equal((await sent({ text: WIDE, body: '7BIT' })).content, WIDE.trimEnd())
})

test('disable_mime_output_conversion: content goes out as it is, with its size', async () => {
  const { content, mail } = await sent({ text: WIDE }, { parameters: { disable_mime_output_conversion: 'yes' } })
  assert.equal(content, WIDE.trimEnd())
  assert.match(mail, / SIZE=\d+$/)
})

test('steps see what was converted', async () => {
  const seen: string[] = []
  const tap: TransportSketch['tap'] = (hooks) =>
    hooks['smtp.message'].tapPromise('spy', async (message) => {
      seen.push(message.headers.value('content-transfer-encoding') ?? '')
      for await (const chunk of message.body ?? []) seen.push(chunk.toString())
      return { ...message, body: [Buffer.from('new\r\n')] }
    })
  assert.equal((await sent({ text: WIDE }, { tap })).content, `Subject: x\n${CTE} quoted-printable\n\nnew`)
  assert.deepEqual([seen[0], seen.slice(1).join('')], ['quoted-printable', '=C3=A4 =3D x\r\n'])
})

test('steps that change headers leave the converted body, if there is any', async () => {
  const tap: TransportSketch['tap'] = (hooks) =>
    hooks['smtp.message'].tap('edit', (message) => {
      message.headers.append('X-Added: yes')
      return message
    })
  const edited = `Subject: x\n${CTE} quoted-printable\nX-Added: yes\n\n=C3=A4 =3D x`
  assert.equal((await sent({ text: WIDE, piece: 5 }, { tap })).content, edited)
  const headOnly = Buffer.from(`Subject: ä\r\n${CTE} 8bit\r\n`)
  assert.equal((await sent({ content: headOnly }, { tap })).content, `Subject: ä\n${CTE} quoted-printable\nX-Added: yes`)
})

test('a line that is broken before a dot has it stuffed', async () => {
  const { content } = await sent({ text: `${CTE} 8bit\n\n${'a'.repeat(73)}.b\n` })
  assert.equal(content, `${CTE} quoted-printable\n\n${'a'.repeat(73)}=\n..b`)
})

test('parts nested too deeply bounce, and the server gets no half of them', async () => {
  let text = ''
  for (let i = 0; i < 5; i++) text += `Content-Type: multipart/mixed; boundary=q${i}\n\n--q${i}\n`
  const { outcome, said } = await sent({ text }, { parameters: { mime_nesting_limit: '3' } })
  assert.equal(outcome, 'bounced 5.6.0 MIME nesting exceeds safety limit')
  assert.ok(!said.includes('.'))
  assert.match((await sent({ text }, { parameters: { mime_nesting_limit: '4' } })).outcome, /^sent/)
})
