/** An operator's orders on messages that wait or are being delivered. Postfix: postqueue(1), postsuper(1). */
import type { Services } from '../generation.ts'
import { unfinishedOf } from './active.ts'
import type { Selection } from './manager-types.ts'
import type { Manager } from './queue-manager.ts'
import { siteOf } from './recovery.ts'
import type { Envelope, QueuedMessage, QueueEntry, QueueId, QueueState } from './types.ts'

/** Messages read at once for a listing or an order. */
const AT_ONCE = 32

type ManagerView = Pick<Manager, 'active' | 'dispatcher' | 'room' | 'spoolOf' | 'loaded' | 'ended' | 'over'>

export class AdminDesk {
  readonly #manager: ManagerView
  readonly #services: Services

  constructor(manager: ManagerView, services: Services) {
    this.#manager = manager
    this.#services = services
  }

  /** All messages, oldest first: ids sort by time. */
  async *list(): AsyncGenerator<QueueEntry> {
    const { active, room } = this.#manager
    const ids = [...active.keys(), ...room.backlog.ids()].sort()
    for (let i = 0; i < ids.length; i += AT_ONCE) {
      const entries = await Promise.all(ids.slice(i, i + AT_ONCE).map((id) => this.#entry(id)))
      for (const entry of entries) if (entry !== undefined) yield entry
    }
  }

  async show(id: QueueId): Promise<QueuedMessage | undefined> {
    const { active, room } = this.#manager
    const message = active.get(id)?.message
    if (message !== undefined) return message
    const waiting = room.backlog.get(id)
    if (waiting !== undefined) return this.#manager.spoolOf(waiting.spool).read(id)
    for (const { spool } of room.spools) {
      const found = await spool.read(id)
      if (found !== undefined) return found
    }
    return undefined
  }

  /** Tries deferred mail now, also that of dead destinations. */
  async flush(selection: Selection): Promise<number> {
    this.#manager.dispatcher.reviveAll()
    const { backlog } = this.#manager.room
    let touched = 0
    for (const id of await this.#select(selection)) {
      if (backlog.get(id)?.state === 'hold') continue
      const waiting = backlog.remove(id)
      if (waiting === undefined) continue
      backlog.add({ ...waiting, due: 0 })
      touched++
    }
    this.#manager.room.fill()
    return touched
  }

  hold(selection: Selection): Promise<number> {
    return this.#each(selection, async (id) => {
      const running = this.#manager.active.get(id)
      if (running !== undefined) {
        running.order = 'hold'
        this.#withdraw(id)
      } else if (!(await this.#change(id, (envelope) => envelope.hold !== true && Object.assign(envelope, { hold: true }))))
        return false
      this.#services.emit({ type: 'held', queueId: id, why: '' })
      return true
    })
  }

  release(selection: Selection): Promise<number> {
    return this.#each(selection, (id) =>
      this.#change(id, (envelope) => envelope.hold === true && Object.assign(envelope, { hold: false, next: 0 })),
    )
  }

  /** From the start: routed anew, at once, no longer held. */
  requeue(selection: Selection): Promise<number> {
    return this.#each(selection, async (id) => {
      const running = this.#manager.active.get(id)
      if (running === undefined) return this.#change(id, (envelope) => Object.assign(envelope, { hold: false, next: 0 }))
      running.order = 'requeue'
      this.#withdraw(id)
      return true
    })
  }

  delete(selection: Selection): Promise<number> {
    return this.#each(selection, async (id) => {
      const running = this.#manager.active.get(id)
      if (running !== undefined) {
        running.order = 'delete'
        this.#withdraw(id)
        return true
      }
      const waiting = this.#manager.room.backlog.remove(id)
      if (waiting === undefined) return false
      this.#manager.spoolOf(waiting.spool).remove(id)
      this.#services.emit({ type: 'removed', queueId: id })
      return true
    })
  }

  /** Deliveries that have not begun are not begun; the round ends with those that have. */
  #withdraw(id: QueueId): void {
    const running = this.#manager.active.get(id)
    if (running === undefined || running.jobs < 0) return
    running.jobs -= this.#manager.dispatcher.withdraw(running)
    this.#manager.over(running)
  }

  /** Changes the stored state of a message that waits; `change` answers false when there is nothing to do. */
  async #change(id: QueueId, change: (envelope: Envelope) => unknown): Promise<boolean> {
    const { backlog } = this.#manager.room
    const waiting = backlog.remove(id)
    if (waiting === undefined) return false
    const spool = this.#manager.spoolOf(waiting.spool)
    try {
      const message = await spool.read(id)
      if (message === undefined) return false
      const { envelope } = message
      const isChanged = change(envelope) !== false
      if (isChanged) await spool.keep(envelope)
      this.#manager.room.shelve(id, waiting.spool, envelope, isChanged ? stateOf(envelope) : waiting.state)
      return isChanged
    } catch (error) {
      backlog.add(waiting)
      throw error
    }
  }

  async #each(selection: Selection, act: (id: QueueId) => Promise<boolean>): Promise<number> {
    const ids = await this.#select(selection)
    let touched = 0
    for (let i = 0; i < ids.length; i += AT_ONCE) {
      const done = await Promise.all(ids.slice(i, i + AT_ONCE).map((id) => this.#manager.ended(id).then(() => act(id))))
      touched += done.filter(Boolean).length
    }
    this.#manager.room.fill()
    return touched
  }

  async #select(selection: Selection): Promise<readonly QueueId[]> {
    await this.#manager.loaded()
    const { active, room } = this.#manager
    if ('ids' in selection) return [...new Set(selection.ids)].filter((id) => active.has(id) || room.backlog.has(id))
    if ('all' in selection) return [...active.keys(), ...room.backlog.ids()]
    const site = selection.site.toLowerCase()
    const running = active.values().filter(({ message }) => siteOf(message.envelope) === site)
    return [...running.map(({ id }) => id), ...[...room.backlog.ids()].filter((id) => room.backlog.get(id)?.site === site)]
  }

  async #entry(id: QueueId): Promise<QueueEntry | undefined> {
    const state: QueueState = this.#manager.active.has(id) ? 'active' : (this.#manager.room.backlog.get(id)?.state ?? 'active')
    const message = await this.show(id)
    return message === undefined ? undefined : entryOf(message, state)
  }
}

/** Where a message that waits stands. */
export function stateOf(envelope: Envelope): 'hold' | 'deferred' | 'incoming' {
  if (envelope.hold === true) return 'hold'
  return (envelope.attempts ?? 0) > 0 ? 'deferred' : 'incoming'
}

/** A line of the listing, of what is not finished yet. */
export function entryOf(message: QueuedMessage, state: QueueState): QueueEntry {
  const { id, arrived, sender, attempts, next, recipients } = message.envelope
  return {
    id,
    state,
    arrived,
    size: message.content.facts.size,
    sender,
    recipients: unfinishedOf(message).flatMap((index) => {
      const recipient = recipients[index]
      if (recipient === undefined) return []
      const { address, last } = recipient
      return [last === undefined ? { address } : { address, reason: last.reason }]
    }),
    attempts: attempts ?? 0,
    ...(next === undefined ? {} : { next }),
  }
}
