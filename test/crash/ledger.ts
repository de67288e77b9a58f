/** Books of the crash test: what was promised with a 250, what arrived, and what must therefore be explained. Pure. */

/** How a recipient's mail ended up, as far as the books know. */
interface Account {
  accepted: boolean
  deliveries: number
  /** Deliveries after whose dot the connection died, so that the gateway could not know. */
  unsure: number
  /** Notices about it, by Message-ID: one notice may arrive twice as any mail may, two tell the sender twice. */
  readonly notices: Set<string>
  /** What happened, in order, for the report of a broken promise. */
  readonly story: string[]
}

/** What the books say at the end. */
export interface Balance {
  readonly accepted: number
  readonly delivered: number
  readonly bounced: number
  readonly queued: number
  /** Repeats that a connection which died after the dot explains. */
  readonly explainedRepeats: number
  /** Accepted, and nowhere: must be empty. */
  readonly lost: readonly string[]
  /** Delivered more often than dying connections explain: must be empty. */
  readonly repeated: readonly string[]
  /** Arrived with other content than was sent: must be empty. */
  readonly damaged: readonly string[]
  /** Notices that came more than once. */
  readonly repeatedBounces: number
}

/** Counts by recipient address, which the test makes unique for each message. */
export class Ledger {
  readonly #accounts = new Map<string, Account>()
  readonly #damaged: string[] = []

  /** The gateway said 250 to a message for these. */
  accepted(recipients: readonly string[]): void {
    for (const recipient of recipients) this.#account(recipient).accepted = true
  }

  /** The next hop took the message. Returns a function to call when the connection then died without another command. */
  delivered(recipients: readonly string[]): () => void {
    for (const recipient of recipients) this.#account(recipient).deliveries++
    return () => {
      for (const recipient of recipients) this.#account(recipient).unsure++
    }
  }

  /** The next hop got the content, and let the connection die instead of answering. */
  unanswered(recipients: readonly string[]): void {
    for (const recipient of recipients) {
      const account = this.#account(recipient)
      account.deliveries++
      account.unsure++
    }
  }

  /** Something about these that may explain a result. */
  note(recipients: readonly string[], what: string): void {
    for (const recipient of recipients) this.#account(recipient).story.push(what)
  }

  /** What was noted about one recipient. */
  story(recipient: string): readonly string[] {
    return this.#account(recipient).story
  }

  bounced(recipient: string, notice: string): void {
    this.#account(recipient).notices.add(notice)
  }

  damaged(recipient: string): void {
    this.#damaged.push(recipient)
  }

  /** Promised, and neither delivered nor bounced yet. */
  open(): string[] {
    return [...this.#accounts]
      .filter(([, a]) => a.accepted && a.deliveries + a.notices.size === 0)
      .map(([recipient]) => recipient)
  }

  /** The result, given who is still in the queue. */
  balance(queued: ReadonlySet<string>): Balance {
    const accounts = [...this.#accounts]
    const accepted = accounts.filter(([, account]) => account.accepted)
    const open = this.open()
    return {
      accepted: accepted.length,
      delivered: accepted.filter(([, a]) => a.deliveries > 0).length,
      bounced: accepted.filter(([, a]) => a.notices.size > 0).length,
      queued: open.filter((recipient) => queued.has(recipient)).length,
      explainedRepeats: accounts.filter(([, a]) => a.deliveries > 1 && a.deliveries - 1 <= a.unsure).length,
      lost: open.filter((recipient) => !queued.has(recipient)),
      repeated: accounts.filter(([, a]) => a.deliveries - 1 > a.unsure).map(([recipient]) => recipient),
      damaged: this.#damaged,
      repeatedBounces: accounts.filter(([, a]) => a.notices.size > 1).length,
    }
  }

  #account(recipient: string): Account {
    let account = this.#accounts.get(recipient)
    if (account === undefined) {
      account = { accepted: false, deliveries: 0, unsure: 0, notices: new Set(), story: [] }
      this.#accounts.set(recipient, account)
    }
    return account
  }
}
