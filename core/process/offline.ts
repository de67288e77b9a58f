/** Looks into the queue of a gateway that is not running: opens each spool as its owner would, reads, and closes it. */
import { existsSync, statSync } from 'node:fs'
import type { RecoveredMessage } from '../queue/recovery.ts'
import { openSpool } from '../queue/spool.ts'
import type { QueuedMessage, QueueEntry, QueueId, Spool } from '../queue/types.ts'
import type { MessageReport } from './orders.ts'
import { existingOwners, spoolRoot } from './owners.ts'
import { reportOf } from './queue-window.ts'
import { systemClock } from './services.ts'

/** All messages, oldest first in each spool. @throws SpoolError when a spool is in use or unreadable */
export async function* offlineEntries(queueDirectory: string): AsyncGenerator<QueueEntry, void> {
  for await (const [spool, message] of everything(queueDirectory)) {
    const stored = await spool.read(message.id)
    if (stored !== undefined) yield entryOf(message, stored)
  }
}

/** One message. @throws Error when there is none */
export async function offlineMessage(queueDirectory: string, id: QueueId): Promise<MessageReport> {
  for await (const [spool, message] of everything(queueDirectory)) {
    if (message.id !== id) continue
    const stored = await spool.read(id)
    if (stored !== undefined) return reportOf(stored)
  }
  throw new Error(`no message ${id} in the queue`)
}

async function* everything(queueDirectory: string): AsyncGenerator<readonly [Spool, RecoveredMessage], void> {
  if (!existsSync(queueDirectory)) throw new Error(`there is no queue directory ${queueDirectory}`)
  const directory = spoolRoot(queueDirectory)
  for (const owner of existingOwners(queueDirectory)) {
    becomeOwner(directory)
    const { spool, recovered } = await openSpool({ directory, owner, clock: systemClock, report: () => {} })
    try {
      for await (const batch of recovered) for (const message of batch) yield [spool, message]
    } finally {
      await spool.close()
    }
  }
}

/** Root would leave files behind that the gateway's user can not use. */
function becomeOwner(directory: string): void {
  if (process.geteuid?.() !== 0) return
  const { uid, gid } = statSync(directory)
  process.setegid?.(gid)
  process.seteuid?.(uid)
}

function entryOf({ id }: RecoveredMessage, { envelope, content }: QueuedMessage): QueueEntry {
  return {
    id,
    state: envelope.hold === true ? 'hold' : (envelope.attempts ?? 0) > 0 ? 'deferred' : 'incoming',
    arrived: envelope.arrived,
    size: content.facts.size,
    sender: envelope.sender,
    recipients: envelope.recipients
      .filter((recipient) => recipient.done !== true)
      .map(({ address, last }) => ({ address, ...(last === undefined ? {} : { reason: last.reason }) })),
    attempts: envelope.attempts ?? 0,
    ...(envelope.next === undefined ? {} : { next: envelope.next }),
  }
}
