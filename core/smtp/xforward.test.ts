import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { aQueuedMessage, aTransport, wordsOf } from '../../test/kit/delivery.ts'
import { type FakeMx, fakeMx, type MxOptions, saidTo, until } from '../../test/kit/mx.ts'
import type { Envelope } from '../queue/types.ts'
import { ehloLines, featuresOf } from './features.ts'
import { xforwardCommands } from './xforward.ts'

const open: FakeMx[] = []
after(() => Promise.all(open.map((mx) => mx.close())))

async function server(options: MxOptions): Promise<FakeMx & { readonly nexthop: string }> {
  const mx = await fakeMx(options)
  open.push(mx)
  return Object.assign(mx, { nexthop: `[127.0.0.1]:${mx.port}` })
}

const ALL = ['NAME', 'ADDR', 'PORT', 'PROTO', 'HELO', 'IDENT', 'SOURCE']
const CLIENT = {
  listener: 'smtp',
  clientName: 'unknown',
  clientAddress: '2001:db8::9',
  clientPort: 77,
  helo: 'a+b',
  protocol: 'ESMTP',
}
const envelopeOf = (origin: object) => ({ id: 'Q1', origin }) as unknown as Envelope

test('what is known of the client, and what a relay in front told instead', () => {
  assert.deepEqual(xforwardCommands(envelopeOf(CLIENT), ALL), [
    'XFORWARD ADDR=IPv6:2001:db8::9 PORT=77',
    'XFORWARD PROTO=ESMTP HELO=a+2Bb IDENT=Q1 SOURCE=REMOTE',
  ])
  assert.deepEqual(xforwardCommands(envelopeOf({ ...CLIENT, forwarded: { name: 'f.example', source: 'LOCAL' } }), ALL), [
    'XFORWARD NAME=f.example',
    'XFORWARD IDENT=Q1 SOURCE=LOCAL',
  ])
  assert.deepEqual(xforwardCommands(envelopeOf({ ...CLIENT, forwarded: { name: 'unknown', ident: 'unknown' } }), ALL), [
    'XFORWARD IDENT=Q1 SOURCE=REMOTE',
  ])
  assert.deepEqual(xforwardCommands(envelopeOf(CLIENT), ['PROTO']), ['XFORWARD PROTO=ESMTP'])
  assert.deepEqual(xforwardCommands(envelopeOf(CLIENT), []), [])
})

test('smtp_send_xforward_command: before MAIL, and a refusal does no harm', async () => {
  const rules = [{ on: /^XFORWARD/, reply: '550 5.7.0 Error: insufficient authorization' }]
  const mx = await server({ keywords: ['PIPELINING', 'XFORWARD NAME ADDR PROTO HELO SOURCE PORT'], rules })
  const message = aQueuedMessage()
  for (const value of ['no', 'yes']) {
    const transport = aTransport({ parameters: { smtp_send_xforward_command: value } })
    assert.match(wordsOf((await transport.deliver(message, mx.nexthop))[0]), /^sent /)
    await until(() => saidTo(mx, value === 'no' ? 0 : 1).includes('<eof>'))
  }
  assert.doesNotMatch(saidTo(mx, 0).join('\n'), /XFORWARD/)
  assert.match(saidTo(mx, 1).join('\n'), /EHLO .*\nXFORWARD .*ADDR=.*\nXFORWARD PROTO=.*\nMAIL FROM/)
})

test('XFORWARD offered in several lines adds up; the first line of EHLO that says something is the name', () => {
  assert.deepEqual(featuresOf(ehloLines(['250-mx', '250-XFORWARD name', '250 XFORWARD HELO']), new Set()).xforward, [
    'NAME',
    'HELO',
  ])
  assert.deepEqual(ehloLines(['250-', '250-mx DSN', '250- ', '250 size 10']), ['SIZE 10'])
})
