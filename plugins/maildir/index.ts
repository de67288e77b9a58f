/**
 * maildir: keeps what arrives in a Maildir instead of the queue: a sink for the default configuration, for trials and for tests.
 */

import { resolve } from 'node:path'
import { definePlugin, type MessageRequest, oneLine, type Reply, reply } from '#postern'
import type { MaildirOptions } from '../../schemas/plugins/maildir.d.ts'
import schema from '../../schemas/plugins/maildir.json' with { type: 'json' }
import { Maildir } from './maildir.ts'

export default definePlugin<MaildirOptions>({
  name: 'maildir',
  stages: ['store'],
  schema,
  async setup({ directory, sync }, { baseDirectory, clock, log, parameters }) {
    const hostname = parameters.text('myhostname') ?? 'localhost'
    const maildir = await Maildir.open(resolve(baseDirectory, directory), { hostname, sync, now: () => clock.now() })
    return {
      async 'queue.store'(request) {
        try {
          const name = await maildir.add(content(request))
          log.info(`${request.queueId}: from=<${request.transaction.sender.text}>, saved as ${name}`)
        } catch (error) {
          if (isFull(error)) return FULL
          throw error
        }
        return reply(250, '2.0.0', `Ok: saved as ${request.queueId}`)
      },
    }
  },
})

const FULL: Reply = reply(452, '4.3.1', 'Insufficient system storage')

function isFull(error: unknown): boolean {
  const { code } = error as { code?: unknown }
  return code === 'ENOSPC' || code === 'EDQUOT'
}

/** The message under the headers that a final delivery adds: Return-Path (RFC 5321 4.4), and Delivered-To for each recipient. */
async function* content({ headers, transaction, body }: MessageRequest): AsyncGenerator<Buffer> {
  const lines = [`Return-Path: <${oneLine(transaction.sender.text)}>`]
  for (const { address } of transaction.recipients) lines.push(`Delivered-To: ${oneLine(address.text)}`)
  yield Buffer.from(`${lines.join('\r\n')}\r\n`, 'utf8')
  yield headers.toBuffer()
  yield* body()
}
