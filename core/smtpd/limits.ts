/** What is counted on a connection: commands for the log, errors and junk commands for the limits. */
import { COUNTED } from './commands.ts'
import type { Settings } from './settings.ts'

const INDEX: ReadonlyMap<string, number> = new Map(COUNTED.map((verb, i) => [verb, i]))

export class Counts {
  /** Pairs for each verb: accepted, all. Made at the first command. */
  #commands: number[] | undefined
  errors = 0
  /** How many errors there were when the command at hand came: they decide about the tarpit. */
  before = 0
  junk = 0

  /** A line came. */
  begin(): void {
    this.before = this.errors
  }

  /** A command came. */
  came(verb: string): void {
    this.#commands ??= new Array<number>(COUNTED.length * 2).fill(0)
    this.#add(verb, 1)
  }

  /** And was accepted. */
  passed(verb: string): void {
    this.#add(verb, 0)
  }

  /** A command that does nothing: past the limit each counts as an error. */
  useless(settings: Settings): void {
    if (this.junk++ > settings.smtpd_junk_command_limit) this.errors++
  }

  /** A message was delivered: all is forgiven. */
  forgive(): void {
    this.errors = 0
    this.before = 0
    this.junk = 0
  }

  /** `ehlo=1 mail=1 rcpt=0/1 quit=1 commands=3/4`: accepted and, where that is more, all. */
  summary(): string {
    let accepted = 0
    let all = 0
    let text = ''
    for (let i = 0; i < COUNTED.length && this.#commands !== undefined; i++) {
      const good = this.#commands[2 * i] ?? 0
      const total = this.#commands[2 * i + 1] ?? 0
      if (total === 0) continue
      text += `${COUNTED[i]?.toLowerCase()}=${ratio(good, total)} `
      accepted += good
      all += total
    }
    return `${text}commands=${all === 0 ? '0/0' : ratio(accepted, all)}`
  }

  #add(verb: string, which: 0 | 1): void {
    const index = INDEX.get(verb)
    if (index === undefined || this.#commands === undefined) return
    const at = 2 * index + which
    this.#commands[at] = (this.#commands[at] ?? 0) + 1
  }
}

function ratio(good: number, total: number): string {
  return good === total ? `${total}` : `${good}/${total}`
}
