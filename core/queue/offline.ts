/** The spools of a queue directory as they lie on disk, for `postern queue list` when no server runs. Changes nothing. */
import { join } from 'node:path'
import { entryOf, stateOf } from './admin.ts'
import { memoryContent } from './content.ts'
import { scanReadOnly, segmentSlots } from './journal-scan.ts'
import { isFinished, markDone, readFileState } from './message-file.ts'
import { isQueueId } from './queue-id.ts'
import { nodeFs, type SpoolFs } from './spool-fs.ts'
import type { ContentFacts, Envelope, QueueEntry, QueueId } from './types.ts'

const NOTHING = Buffer.alloc(0)

/** All messages of all owners in a queue directory, as far as they can be read. */
export async function* listSpool(queueDirectory: string, fs: SpoolFs = nodeFs): AsyncGenerator<QueueEntry> {
  for (const owner of (await names(fs, queueDirectory)).sort()) yield* listOwner(fs, join(queueDirectory, owner))
}

async function* listOwner(fs: SpoolFs, directory: string): AsyncGenerator<QueueEntry> {
  const kept = new Set<QueueId>()
  for (const shelf of (await names(fs, join(directory, 'messages'))).sort())
    for (const id of (await names(fs, join(directory, 'messages', shelf))).filter(isQueueId).sort()) {
      kept.add(id)
      const entry = await fileEntry(fs, join(directory, 'messages', shelf, id))
      if (entry !== undefined) yield entry
    }
  const journal = join(directory, 'journal')
  if (!fs.exists(journal)) return
  for (const slot of await segmentSlots(fs, journal)) {
    const found = await scanReadOnly(fs, journal, slot)
    if (found === undefined) continue
    fs.close(found.files.fd)
    fs.close(found.files.doneFd)
    for (const { envelope, facts, done, state } of found.records) {
      if (state !== 'live' || kept.has(envelope.id)) continue
      markDone(envelope, done)
      if (!isFinished(envelope)) yield lineOf(envelope, facts)
    }
  }
}

async function fileEntry(fs: SpoolFs, path: string): Promise<QueueEntry | undefined> {
  let fd: number
  try {
    fd = fs.open(path, 'read')
  } catch {
    return undefined
  }
  try {
    const { envelope, layout } = await readFileState(fs, fd)
    return isFinished(envelope) ? undefined : lineOf(envelope, layout.facts)
  } catch {
    return undefined
  } finally {
    fs.close(fd)
  }
}

function lineOf(envelope: Envelope, facts: ContentFacts): QueueEntry {
  return entryOf({ envelope, content: memoryContent(facts, NOTHING, []) }, stateOf(envelope))
}

async function names(fs: SpoolFs, path: string): Promise<string[]> {
  try {
    return await fs.list(path)
  } catch {
    return []
  }
}
