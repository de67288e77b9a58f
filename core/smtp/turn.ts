/** Command and reply by turns, as promises: for the parts of a dialog that happen once for each connection. */
import type { Chat, ChatListener } from './chat.ts'
import type { Settings } from './parameters.ts'
import type { ServerReply } from './replies.ts'
import { STATES, type StateName } from './states.ts'
import type { Ending } from './trouble.ts'

export class Turns implements ChatListener {
  readonly #settings: Settings
  /** What came before anyone asked, and who asks. */
  #early: (ServerReply | Ending)[] = []
  #ask: ((heard: ServerReply | Ending) => void) | undefined

  constructor(settings: Settings) {
    this.#settings = settings
  }

  reply(reply: ServerReply): void {
    this.#heard(reply)
  }

  ended(ending: Ending): void {
    this.#heard(ending)
  }

  #heard(what: ServerReply | Ending): void {
    const ask = this.#ask
    this.#ask = undefined
    if (ask === undefined) this.#early.push(what)
    else ask(what)
  }

  /** Leads the dialog; what was heard before is forgotten. */
  take(chat: Chat): void {
    this.#early = []
    chat.hand(this)
  }

  /** Waits for the reply of a state, or for the end of the connection. */
  next(chat: Chat, state: StateName): Promise<ServerReply | Ending> {
    const early = this.#early.shift()
    if (early !== undefined) return Promise.resolve(early)
    if (chat.isOver) return Promise.resolve('lost')
    chat.within(this.#settings[STATES[state].timeout], this.#settings.per_record_deadline)
    return new Promise((resolve) => {
      this.#ask = resolve
    })
  }
}
