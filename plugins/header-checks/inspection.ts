/** One message under inspection: asks the tables, obeys what they say, and keeps what is to be changed in the body. */
import { discard, type Edit, headerText, type Refusal, rawText, refusal, type Table } from '#postern'
import { type Action, parseAction } from './actions.ts'

/** Tables and the parameter that names them, for logs. */
export interface Checks {
  readonly name: string
  readonly tables: readonly Table[]
}

/** What can be done to the thing that was looked up. Texts are `Header.raw` or line bytes as latin1. */
export interface Target {
  /** `header` or `body`: how logs call it. */
  readonly what: 'header' | 'body'
  /** Text as tables see it: line ends inside are LF. */
  readonly text: string
  remove(): void
  replace(raw: string): void
  prepend(raw: string): void
}

/** Who keeps record of an inspection. */
export interface Desk {
  /** A log line about an action on `what`, such as `header Subject: x`. */
  note(action: string, text: string, what: string): void
  warn(text: string): void
  /** A change of the envelope, where there still is one to be made. */
  edit(edit: Edit): void
}

/** The inspection of one message. */
export class Inspection {
  readonly desk: Desk
  readonly #parse: typeof parseAction
  /** The verdict, or a PASS: nothing more is looked at. */
  over = false
  refusal: Refusal | undefined

  /** @param parse reads what tables say */
  constructor(desk: Desk, parse = parseAction) {
    this.desk = desk
    this.#parse = parse
  }

  /** Asks the tables in order; the first that knows the text decides. A promise only when a table is asynchronous. */
  check(checks: Checks, target: Target): void | Promise<void> {
    for (let i = 0; i < checks.tables.length; i++) {
      const value = checks.tables[i]?.lookup(target.text)
      if (value === undefined) continue
      if (typeof value !== 'string') return this.#later(checks, target, i, value)
      this.#obey(this.#parse(value, checks.name, target.what === 'header'), target)
      return undefined
    }
    return undefined
  }

  async #later(checks: Checks, target: Target, asked: number, first: Promise<string | undefined>): Promise<void> {
    let value = await first
    for (let i = asked + 1; value === undefined && i < checks.tables.length; i++)
      value = await checks.tables[i]?.lookup(target.text)
    if (value !== undefined) this.#obey(this.#parse(value, checks.name, target.what === 'header'), target)
  }

  #obey(action: Action, target: Target): void {
    if (action.kind === 'bad') this.desk.warn(action.text)
    else if (action.kind === 'reject') {
      if (action.warning !== undefined) this.desk.warn(action.warning)
      this.#note('reject', target, `${action.status} ${action.text}`)
      this.end(refusal(action.code, action.status, action.text))
    } else {
      const { word, run } = EFFECTS[action.kind]
      if (word !== undefined) this.#note(word, target, action.text)
      run?.(this, target, action.text)
    }
  }

  #note(word: string, { what, text }: Target, reason: string): void {
    this.desk.note(word, reason, `${what} ${text}`)
  }

  /** This message is decided. */
  end(verdict: Refusal): void {
    this.refusal = verdict
    this.over = true
  }
}

interface Effect {
  /** How the log calls it; undefined: it is not logged. */
  readonly word?: string
  run?(inspection: Inspection, target: Target, text: string): void
}

const EFFECTS: Readonly<Record<Exclude<Action['kind'], 'bad' | 'reject'>, Effect>> = Object.freeze({
  none: {},
  warn: { word: 'warning' },
  info: { word: 'info' },
  pass: {
    word: 'pass',
    run: (inspection) => {
      inspection.over = true
    },
  },
  discard: { word: 'discard', run: (inspection, _target, text) => inspection.end(discard(text)) },
  remove: { run: (_inspection, target) => target.remove() },
  strip: { word: 'strip', run: (_inspection, target) => target.remove() },
  replace: { word: 'replace', run: (_inspection, target, text) => target.replace(rawText(text)) },
  prepend: { word: 'prepend', run: (_inspection, target, text) => target.prepend(rawText(text)) },
  hold: { word: 'hold', run: ({ desk }, _target, text) => desk.edit({ kind: 'hold', text }) },
  redirect: { word: 'redirect', run: ({ desk }, _target, address) => desk.edit({ kind: 'redirect', address }) },
  bcc: { word: 'bcc', run: ({ desk }, _target, address) => desk.edit({ kind: 'bcc', address }) },
  filter: { word: 'filter', run: ({ desk }, _target, destination) => desk.edit({ kind: 'filter', destination }) },
})

/** A header's bytes as tables see them. */
export function lookupText(raw: string): string {
  return headerText(raw.includes('\r') ? raw.replaceAll('\r\n', '\n') : raw)
}
