/**
 * The maildir transport: the next hop is a directory, and each recipient gets a copy in its `new`, durable before it counts as
 * delivered. Postfix: what local(8) and virtual(8) do with mailboxes whose name ends in a slash.
 */
import { randomBytes } from 'node:crypto'
import { type FileHandle, mkdir, open, rename, unlink } from 'node:fs/promises'
import { hostname } from 'node:os'
import { isAbsolute, join } from 'node:path'
import type { Services } from '../generation.ts'
import { quoteAddress } from '../protocol/address.ts'
import type { QueuedMessage } from '../queue/types.ts'
import { oneLine } from '../reply.ts'
import { senderFor } from './envelope.ts'
import type { DeliveryAgent, Outcome } from './types.ts'

const CR = 13
const LF = 10

/** Makes the agent of a transport whose agent is `maildir`. */
export function createMaildirAgent(services: Services): DeliveryAgent {
  return {
    async deliver({ message, recipients, route }, settle) {
      const started = services.clock.now()
      for (const recipient of recipients) {
        const outcome = await deliverOne(message, recipient, route.nexthop)
        settle(recipient, outcome, { started, connected: started, finished: services.clock.now() })
      }
    },
    async close() {},
  }
}

async function deliverOne(message: QueuedMessage, recipient: number, directory: string): Promise<Outcome> {
  if (!isAbsolute(directory)) {
    const reason = oneLine(`bad next hop "${directory}": it is no absolute path of a maildir`)
    return { kind: 'deferred', status: '4.3.5', reason, relay: 'maildir', destinationDown: true }
  }
  if (message.envelope.probe === true) return { kind: 'sent', status: '2.0.0', text: 'delivers to maildir', relay: 'maildir' }
  try {
    await store(message, recipient, directory)
    return { kind: 'sent', status: '2.0.0', text: 'delivered to maildir', relay: 'maildir' }
  } catch (error) {
    const { code, message: text } = error as NodeJS.ErrnoException
    const isFull = code === 'ENOSPC' || code === 'EDQUOT'
    const reason = oneLine(`create maildir file: ${text}`)
    return { kind: 'deferred', status: isFull ? '4.2.2' : '4.3.0', reason, relay: 'maildir', destinationDown: true }
  }
}

/** Into `tmp`, synced, then `new`, synced: the two steps by which readers never see half a message. */
async function store(message: QueuedMessage, recipient: number, directory: string): Promise<void> {
  for (const part of ['tmp', 'new', 'cur']) await mkdir(join(directory, part), { recursive: true, mode: 0o700 })
  const name = uniqueName()
  const temporary = join(directory, 'tmp', name)
  const file = await open(temporary, 'wx', 0o600)
  try {
    await write(file, message, recipient)
    await file.sync()
    await rename(temporary, join(directory, 'new', name))
  } catch (error) {
    await unlink(temporary).catch(() => undefined)
    throw error
  } finally {
    await file.close()
  }
  await syncDirectory(join(directory, 'new'))
}

/** `seconds.random.host`: unique over processes and machines. */
function uniqueName(): string {
  const host = hostname().replace(/[/:]/g, '_')
  return `${Math.floor(Date.now() / 1000)}.P${process.pid}R${randomBytes(8).toString('hex')}.${host}`
}

async function write(file: FileHandle, message: QueuedMessage, recipient: number): Promise<void> {
  const { recipients } = message.envelope
  const sender = senderFor(message.envelope, [recipient])
  const to = recipients[recipient]?.address ?? ''
  await file.write(`Return-Path: <${oneLine(quoteAddress(sender))}>\nDelivered-To: ${oneLine(to)}\n`)
  let isAfterCr = false
  for await (const chunk of message.content.chunks()) {
    const text = withoutCr(chunk, isAfterCr)
    isAfterCr = chunk[chunk.length - 1] === CR
    await file.write(text)
  }
  if (isAfterCr) await file.write('\r')
}

/** CRLF becomes LF, as files have it. @param isAfterCr the chunk before ended in a CR that was held back */
function withoutCr(chunk: Buffer, isAfterCr: boolean): Buffer {
  const out = Buffer.allocUnsafe(chunk.length + 1)
  let length = 0
  if (isAfterCr && chunk[0] !== LF) out[length++] = CR
  for (let i = 0; i < chunk.length; i++) {
    const byte = chunk[i] ?? 0
    if (byte === CR && (i + 1 === chunk.length || chunk[i + 1] === LF)) continue
    out[length++] = byte
  }
  return out.subarray(0, length)
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}
