/**
 * Headers that a delivery puts on top of a message where its transport is the last stop before a mailbox, and the loop that the
 * recipient's own header tells of. Postfix: the flags of smtp(8), lmtp(8) and pipe(8) in master.cf.
 */

import { Readable } from 'node:stream'
import { joinFacts, scanFacts } from '../message/facts.ts'
import { parseHeaders } from '../message/headers.ts'
import { quoteAddress } from '../protocol/address.ts'
import type { StoredContent } from '../queue/types.ts'
import { oneLine } from '../reply.ts'
import type { DeliveryJob } from './types.ts'

/** The job with the headers that the flags ask for: `R` Return-Path, `O` X-Original-To, `D` Delivered-To, in this order. */
export function withFlags(job: DeliveryJob, flags: string): DeliveryJob {
  const lines = headerLines(job, flags)
  if (lines.length === 0) return job
  const { message } = job
  const prefix = Buffer.from(`${lines.join('\r\n')}\r\n`, 'utf8')
  return { ...job, message: { ...message, content: prefixed(message.content, prefix) } }
}

/** With `D`: the recipients of the job that the message says it was delivered to before. Rejects with SpoolError. */
export async function loopingRecipients({ message, recipients }: DeliveryJob, flags: string): Promise<readonly number[]> {
  if (!flags.includes('D')) return []
  const seen = new Set<string>()
  for (const header of parseHeaders(await message.content.head()))
    if (header.name.toLowerCase() === 'delivered-to')
      seen.add(
        header.raw
          .slice(header.raw.indexOf(':') + 1)
          .trim()
          .toLowerCase(),
      )
  return recipients.filter((index) => seen.has(deliveredTo(message.envelope.recipients[index]?.address).toLowerCase()))
}

function headerLines({ message: { envelope }, recipients }: DeliveryJob, flags: string): string[] {
  const [index = -1] = recipients
  const { address, original = '' } = envelope.recipients[index] ?? {}
  const lines: string[] = []
  if (flags.includes('R')) lines.push(`Return-Path: <${oneLine(quoteAddress(envelope.sender))}>`)
  if (flags.includes('O') && original !== '') lines.push(`X-Original-To: ${deliveredTo(original)}`)
  if (flags.includes('D')) lines.push(`Delivered-To: ${deliveredTo(address)}`)
  return lines
}

function deliveredTo(address = ''): string {
  return oneLine(quoteAddress(address))
}

function prefixed(content: StoredContent, prefix: Buffer): StoredContent {
  const chunks = (): Iterable<Buffer> | AsyncIterable<Buffer> => {
    const stored = content.chunks()
    return Symbol.iterator in stored ? [prefix, ...stored] : after(prefix, stored)
  }
  return {
    facts: joinFacts(scanFacts([prefix]), content.facts, prefix.length + content.facts.size),
    head: async () => Buffer.concat([prefix, await content.head()]),
    chunks,
    stream: () => Readable.from(chunks()),
  }
}

async function* after(prefix: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield prefix
  yield* rest
}
