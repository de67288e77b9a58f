import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { scanFacts } from '../message/facts.ts'
import type { StoredContent } from '../queue/types.ts'
import { loopingRecipients, withFlags } from './flags.ts'
import type { DeliveryJob } from './types.ts'

const HEAD = Buffer.from('delivered-to: <x>\r\nDelivered-To: A@x.test\r\nSubject: x\r\n\r\n')
const BODY = Buffer.from('.text\r\n')

function aJob(isStreamed = false): DeliveryJob {
  const chunks = [HEAD, BODY]
  const content = {
    facts: scanFacts(chunks),
    head: async () => HEAD,
    chunks: () =>
      isStreamed
        ? (async function* () {
            yield* chunks
          })()
        : chunks,
  } as unknown as StoredContent
  const recipients = [
    { address: 'a@x.test', original: 'alias@x.test' },
    { address: 'b c@x.test', original: '' },
  ]
  return { message: { envelope: { sender: 's@x.test', recipients }, content }, recipients: [0] } as unknown as DeliveryJob
}

async function written(job: DeliveryJob): Promise<string> {
  const out: Buffer[] = []
  for await (const chunk of job.message.content.chunks()) out.push(chunk)
  return Buffer.concat(out).toString()
}

describe('flags of a transport', () => {
  it('puts headers on top, in the order of Postfix', async () => {
    const stored = `${HEAD}${BODY}`
    const top = 'Return-Path: <s@x.test>\r\nX-Original-To: alias@x.test\r\nDelivered-To: a@x.test\r\n'
    for (const isStreamed of [false, true]) {
      const job = withFlags(aJob(isStreamed), 'DORX')
      assert.equal(await written(job), top + stored)
      assert.equal((await job.message.content.head()).toString(), `${top}${HEAD}`)
      const streamed: Buffer[] = []
      for await (const chunk of job.message.content.stream()) streamed.push(chunk as Buffer)
      assert.equal(Buffer.concat(streamed).toString(), top + stored)
      const { size, dots } = job.message.content.facts
      assert.deepEqual([size, dots], [top.length + stored.length, true])
    }
    assert.equal(await written(withFlags({ ...aJob(), recipients: [1] }, 'DO')), `Delivered-To: "b c"@x.test\r\n${stored}`)
  })

  it('leaves the job alone without a flag about headers', () => {
    const job = aJob()
    assert.equal(withFlags(job, 'X'), job)
  })

  it('knows a message that has been there, with D', async () => {
    assert.deepEqual(await loopingRecipients(aJob(), 'DR'), [0])
    assert.deepEqual(await loopingRecipients({ ...aJob(), recipients: [1] }, 'D'), [])
    assert.deepEqual(await loopingRecipients(aJob(), 'R'), [])
  })
})
