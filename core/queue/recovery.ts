/** What an earlier run left: each message that was promised comes back exactly once, damaged ones are set aside. */
import type { Event } from '../events.ts'
import { NO_SEAT } from '../roster.ts'
import type { Journal } from './journal.ts'
import { type FoundRecord, type FoundSegment, scanSegment, segmentSlots } from './journal-scan.ts'
import { doneRecordNeeded, type FileState, isFinished, markDone } from './message-file.ts'
import type { MessageStore } from './message-store.ts'
import { isQueueId } from './queue-id.ts'
import { MOVED, REMOVED } from './record.ts'
import { type Entry, Segment } from './segment.ts'
import { spoolError } from './spool-errors.ts'
import { readExactly, type SpoolFs } from './spool-fs.ts'
import type { Envelope, QueueId, Settlement, Spool } from './types.ts'

/** What the scheduler must know of a message to do nothing with it until it is due. */
export interface RecoveredMessage {
  readonly id: QueueId
  /** Milliseconds since 1970; 0 is at once. */
  readonly next: number
  readonly hold: boolean
  /** It was tried before. */
  readonly tried: boolean
  /** Domain of the first recipient that is not finished. */
  readonly site: string
}

type Report = (event: Event) => void

/** What the journal held. */
export interface RecoveredJournal {
  readonly messages: readonly RecoveredMessage[]
  /** Notices that are stored: the recipients they tell of are finished, whatever became of their marks. */
  readonly settlements: readonly Settlement[]
}

/** The index entry of a message. */
export function recoveredMessage(envelope: Envelope): RecoveredMessage {
  return {
    id: envelope.id,
    next: envelope.next ?? 0,
    hold: envelope.hold === true,
    tried: (envelope.attempts ?? 0) > 0,
    site: siteOf(envelope),
  }
}

/** Domain of the first unfinished recipient, lower case; '' when it has none. */
export function siteOf(envelope: Envelope): string {
  const address = (envelope.recipients.find((recipient) => recipient.done !== true) ?? envelope.recipients[0])?.address ?? ''
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase()
}

/** Scans the journal and gives it what it found. */
export async function recoverJournal(
  fs: SpoolFs,
  directory: string,
  journal: Journal,
  store: MessageStore,
  report: Report,
): Promise<RecoveredJournal> {
  const young: RecoveredMessage[] = []
  const settlements: Settlement[] = []
  const slots = await segmentSlots(fs, directory)
  const segments: Segment[] = []
  for (const slot of slots) {
    const found = await scanSegment(fs, directory, slot)
    if (found === undefined) continue
    await setDamageAside(fs, found, store, report)
    for (const { envelope } of found.records) if (envelope.settles !== undefined) settlements.push(envelope.settles)
    segments.push(await recoveredSegment(fs, found, store, young))
  }
  journal.adopt(
    segments.sort((a, b) => a.header.sequence - b.header.sequence),
    slots.at(-1) ?? 0,
  )
  return { messages: young, settlements }
}

/** Applies settlements; the ids of messages that are finished whole, and gone. */
export async function settle(spool: Spool, settlements: readonly Settlement[]): Promise<ReadonlySet<QueueId>> {
  const gone = new Set<QueueId>()
  for (const { id, recipients } of settlements) {
    const message = gone.has(id) ? undefined : await spool.read(id)
    if (message === undefined) continue
    markDone(message.envelope, recipients)
    if (isFinished(message.envelope)) {
      spool.remove(id)
      gone.add(id)
    } else spool.finished(id, recipients)
  }
  return gone
}

async function recoveredSegment(
  fs: SpoolFs,
  found: FoundSegment,
  store: MessageStore,
  young: RecoveredMessage[],
): Promise<Segment> {
  const segment = new Segment(fs, found.slot, found.files, found.header, found.end)
  segment.continueMarksAt(found.marksEnd)
  for (const record of found.records) {
    if (record.state === 'withdrawn') {
      if (store.reader.has(record.envelope.id)) store.remove(record.envelope.id)
      continue
    }
    if (await isSettled(record, segment, store)) continue
    const { id } = record.envelope
    const done = record.done.length === 0 ? undefined : [...record.done]
    const entry: Entry = {
      id,
      segment,
      offset: record.offset,
      length: record.length,
      content: undefined,
      charged: 0,
      done,
      gone: false,
      seat: NO_SEAT,
    }
    segment.add(entry)
    young.push(recoveredMessage(record.envelope))
  }
  segment.writeMarks()
  return segment
}

/** Is a record that is not marked gone nevertheless no message: finished whole, or kept elsewhere? */
async function isSettled(record: FoundRecord, segment: Segment, store: MessageStore): Promise<boolean> {
  const { envelope, done } = record
  const { id } = envelope
  const kept = isQueueId(id) ? await store.reader.state(id) : undefined
  if (kept !== undefined) {
    store.reader.mend(id, kept)
    const late = doneRecordNeeded(kept.envelope, done)
    if (late.length > 0) store.finished(id, late)
    segment.mark(record.offset, MOVED)
    return true
  }
  markDone(envelope, done)
  if (isQueueId(id) && !isFinished(envelope)) return false
  segment.mark(record.offset, REMOVED)
  return true
}

async function setDamageAside(fs: SpoolFs, found: FoundSegment, store: MessageStore, report: Report): Promise<void> {
  for (const { offset, length } of found.damaged) {
    const name = `journal-${found.header.sequence}-${offset}`
    report({ type: 'fault', where: 'queue', message: `journal is damaged: ${length} bytes copied to corrupt/${name}` })
    try {
      await store.reader.keepCorrupt(name, await readExactly(fs, found.files.fd, offset, length))
    } catch (error) {
      report({ type: 'warning', where: 'queue', message: spoolError(error, 'copy to corrupt').message })
    }
  }
}

/** The messages of the journal, then those of the long-life store as they are read. */
export async function* recoverFiles(
  store: MessageStore,
  young: readonly RecoveredMessage[],
  seen: (id: QueueId) => void,
  report: Report,
): AsyncGenerator<readonly RecoveredMessage[]> {
  if (young.length > 0) yield young
  const known = new Set(young.map((message) => message.id))
  const scratch = Buffer.allocUnsafeSlow(SCRATCH)
  for await (const ids of store.reader.ids()) {
    for (let i = 0; i < ids.length; i += AT_ONCE) {
      const batch: RecoveredMessage[] = []
      for (const id of ids.slice(i, i + AT_ONCE)) {
        if (known.has(id)) continue
        const found = recoveredFile(store, id, scratch, report)
        const message = found instanceof Promise ? await found : found
        if (message === undefined) continue
        seen(id)
        batch.push(message)
      }
      if (batch.length > 0) yield batch
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
}

/** Files read before others get their turn. */
const AT_ONCE = 16
/** Larger message files are read in two steps. */
const SCRATCH = 64 * 1024

function recoveredFile(
  store: MessageStore,
  id: QueueId,
  scratch: Buffer,
  report: Report,
): RecoveredMessage | undefined | Promise<RecoveredMessage | undefined> {
  const recovered = (state: FileState | undefined): RecoveredMessage | undefined => {
    if (state === undefined) return undefined
    store.reader.mend(id, state)
    if (!isFinished(state.envelope)) return recoveredMessage(state.envelope)
    store.remove(id)
    return undefined
  }
  const failed = (error: unknown): undefined => {
    report({ type: 'warning', where: 'queue', message: `${id}: ${spoolError(error, 'recover message').message}` })
  }
  try {
    const state = store.reader.stateNow(id, scratch)
    return state instanceof Promise ? state.then(recovered).catch(failed) : recovered(state)
  } catch (error) {
    return failed(error)
  }
}
