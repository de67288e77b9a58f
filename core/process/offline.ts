/** Looks into the queue of a gateway that is not running. Listing changes nothing; reading a message opens its spool as its owner would. */
import { existsSync, statSync } from 'node:fs'
import { NO_STOCK } from '../queue/journal-options.ts'
import { listSpool } from '../queue/offline.ts'
import { openSpool } from '../queue/spool.ts'
import type { QueueEntry, QueueId } from '../queue/types.ts'
import type { MessageReport } from './orders.ts'
import { existingOwners, spoolRoot } from './owners.ts'
import { reportOf } from './queue-window.ts'
import { systemClock } from './services.ts'

/** All messages, oldest first. @throws Error when there is no such directory */
export async function offlineEntries(queueDirectory: string): Promise<readonly QueueEntry[]> {
  if (!existsSync(queueDirectory)) throw new Error(`there is no queue directory ${queueDirectory}`)
  const entries = await Array.fromAsync(listSpool(spoolRoot(queueDirectory)))
  return entries.sort((a, b) => a.arrived - b.arrived)
}

/** One message. @throws Error when there is none; SpoolError when its spool is in use */
export async function offlineMessage(queueDirectory: string, id: QueueId): Promise<MessageReport> {
  const directory = spoolRoot(queueDirectory)
  for (const owner of existingOwners(queueDirectory)) {
    becomeOwner(directory)
    const { spool } = await openSpool({ directory, owner, clock: systemClock, report: () => {}, journal: NO_STOCK })
    try {
      const message = await spool.read(id)
      if (message !== undefined) return await reportOf(message)
    } finally {
      await spool.close()
    }
  }
  throw new Error(`no message ${id} in the queue`)
}

/** Root would leave files behind that the gateway's user can not use. */
function becomeOwner(directory: string): void {
  if (process.geteuid?.() !== 0) return
  const { uid, gid } = statSync(directory)
  process.setegid?.(gid)
  process.seteuid?.(uid)
}
