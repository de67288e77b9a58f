/**
 * The dialog of a session as it is mailed to the postmaster when something of a wanted class went wrong in it.
 * Postfix: notify_classes, smtpd_history_flush_threshold; the error classes of smtpd(8).
 */
import { BOUNCE } from '../bounce/parameters.ts'
import type { Scope } from '../parameters.ts'
import { REPLIES } from '../protocol/reply-text.ts'
import type { Reply } from '../reply.ts'
import type { Trouble } from '../verdict.ts'

const CRLF = '\r\n'
/** Characters of a dialog that are kept. Of a longer one the postmaster sees so many at its beginning, and at least as many at its end. */
const MOST = 512 * 1024
const SHOWN = 128 * 1024
const LEFT_OUT = '[what was said here is left out]'

/** What core's own refusals are about; all others that no rule gave are about the protocol. */
const CLASSES: ReadonlyMap<Reply, Trouble> = new Map<Reply, Trouble>([
  [REPLIES.insufficientAuthorization, 'policy'],
  [REPLIES.vrfyDisabled, 'policy'],
  [REPLIES.dsnDisabled, 'policy'],
  [REPLIES.tooBigDeclared, 'policy'],
  [REPLIES.tooManyRecipients, 'policy'],
  [REPLIES.pipelining, 'policy'],
  [REPLIES.tooBig, 'bounce'],
  [REPLIES.noSpace, 'resource'],
  [REPLIES.writeError, 'resource'],
  [REPLIES.internalError, 'software'],
])

/** In which order a notice of several classes is said to be of one: refused recipients decide who gets it. */
const NOTICED: readonly Trouble[] = ['bounce', 'policy', 'protocol', 'resource', 'software', 'data']

export class Transcript {
  readonly #wanted: ReadonlySet<string>
  readonly #threshold: number
  readonly #notify: (transcript: readonly string[], about: Trouble, reason: string | undefined) => void
  /** Commands and replies as they came and went; most are never mailed, so they are made lines only then. */
  #turns: string[] = []
  #lines = 0
  #length = 0
  #met: Set<Trouble> | undefined
  /** A rule has given the reply at hand. */
  #isBlamed = false

  constructor(
    wanted: ReadonlySet<string>,
    threshold: number,
    notify: (transcript: readonly string[], about: Trouble, reason: string | undefined) => void,
  ) {
    this.#wanted = wanted
    this.#threshold = threshold
    this.#notify = notify
  }

  /** A command came. */
  heard(line: string): void {
    this.#keep(line)
    this.#lines++
  }

  /** A reply was sent, as it is on the wire. */
  said(reply: string): void {
    this.#keep(reply)
    for (let at = reply.indexOf(CRLF); at >= 0; at = reply.indexOf(CRLF, at + 2)) this.#lines++
  }

  /** A rule refuses a command. */
  blame(about: Trouble): void {
    this.#isBlamed = true
    this.#meet(about)
  }

  /** Who refuses a command is no concern of the postmaster. */
  excuse(): void {
    this.#isBlamed = true
  }

  /** A command was answered. */
  answered(reply: Reply): void {
    if (reply.code >= 400 && !this.#isBlamed) this.#meet(CLASSES.get(reply) ?? 'protocol')
    this.#isBlamed = false
  }

  /** A message was delivered: what went wrong before it is nothing to tell. */
  forgive(): void {
    this.#met = undefined
  }

  /** EHLO, RSET and the end of a message: a long history is told of, or forgotten. */
  checkpoint(): void {
    if (this.#lines > this.#threshold) this.end(undefined)
  }

  /** The session is over. @param reason why it was cut */
  end(reason: string | undefined): void {
    const isWanted = NOTICED.some((each) => this.#met?.has(each) === true && this.#wanted.has(each))
    const about = isWanted ? NOTICED.find((each) => this.#met?.has(each)) : undefined
    const turns = this.#turns
    this.#turns = []
    this.#lines = 0
    this.#length = 0
    this.#met = undefined
    if (about !== undefined) this.#notify(turns.flatMap(linesOf), about, reason)
  }

  #keep(turn: string): void {
    this.#turns.push(turn)
    this.#length += turn.length
    if (this.#length > MOST) this.#leaveOut()
  }

  /** Forgets the middle. */
  #leaveOut(): void {
    const turns = this.#turns
    let from = 0
    for (let shown = 0; shown < SHOWN; from++) shown += turns[from]?.length ?? SHOWN
    let to = turns.length
    for (let shown = 0; shown < SHOWN && to > from; shown += turns[to]?.length ?? SHOWN) to--
    turns.splice(from, to - from, LEFT_OUT)
    this.#length = turns.reduce((sum, turn) => sum + turn.length, 0)
  }

  #meet(about: Trouble): void {
    this.#met ??= new Set()
    this.#met.add(about)
  }
}

/** A command has no line end, a reply ends each of its lines with one. */
function linesOf(turn: string): string[] {
  if (turn === LEFT_OUT) return [turn]
  if (!turn.endsWith(CRLF)) return [`In:  ${turn}`]
  return turn
    .slice(0, -CRLF.length)
    .split(CRLF)
    .map((line) => `Out: ${line}`)
}

/** The classes of notify_classes that a session can meet; undefined: none, and no transcript is kept. */
export function noticedClasses(scope: Scope): ReadonlySet<string> | undefined {
  const wanted = scope.values(BOUNCE).notify_classes.map((word) => word.toLowerCase())
  const noticed = new Set(wanted.filter((word) => (NOTICED as readonly string[]).includes(word)))
  return noticed.size === 0 ? undefined : noticed
}
