/**
 * The dialog of a connection, mailed to the postmaster when a server found our commands to be wrong, or logged line by line.
 * Postfix: notify_classes = protocol, debug_peer_list; what smtp(8) takes for an error of ours.
 */
import { BOUNCE } from '../bounce/parameters.ts'
import type { NoticeRequest } from '../hooks.ts'
import type { Scope } from '../parameters.ts'
import type { Trouble } from './trouble.ts'

/** Lines that are kept; a connection may carry mail for ever. */
const MOST_LINES = 1000

export class Transcript {
  #lines: string[] = []
  #isDue = false
  /** How many more replies belong to it. */
  #left = Number.POSITIVE_INFINITY
  readonly #watch: ((direction: '<' | '>', line: string) => void) | undefined

  /** @param watch told of every line */
  constructor(watch?: (direction: '<' | '>', line: string) => void) {
    this.#watch = watch
  }

  /** Commands as they are written; content is not. */
  sent(text: string): void {
    for (const line of text.split('\r\n')) {
      if (line === '') continue
      this.#watch?.('>', line)
      this.#add(`Out: ${line}`)
    }
  }

  heard(lines: readonly string[]): void {
    if (this.#watch !== undefined) for (const line of lines) this.#watch('<', line)
    if (this.#left-- <= 0) return
    for (const line of lines) this.#add(`In:  ${line}`)
  }

  /** RFC 5321 4.2.1: x0z replies are about syntax. Others that no rule of mail gives are as odd. */
  met({ diagnostic }: Trouble): void {
    const code = Number(diagnostic?.slice(0, 3))
    if (Number.isNaN(code)) return
    if (code < 400 || code > 599 || code === 555 || (code >= 500 && code < 510)) this.#isDue = true
  }

  /** One more reply belongs to it; the one to QUIT does not. */
  close(): void {
    this.#left = 1
  }

  /** Is there something to tell? */
  get isDue(): boolean {
    return this.#isDue
  }

  /** What is to be told of the connection to `peer`; undefined: nothing. What comes after is told for itself. */
  take(peer: string, mailName: string): NoticeRequest | undefined {
    if (!this.#isDue) return undefined
    const transcript = this.#lines
    this.#lines = []
    this.#isDue = false
    const subject = `${mailName} SMTP client: errors from ${peer}`
    return { class: 'protocol', subject, opening: `Unexpected response from ${peer}.`, transcript }
  }

  #add(line: string): void {
    if (this.#lines.length < MOST_LINES) this.#lines.push(line)
  }
}

/** Does the postmaster want to know? Else no transcript is kept. */
export function isNoticed(scope: Scope): boolean {
  return scope.values(BOUNCE).notify_classes.some((word) => word.toLowerCase() === 'protocol')
}
