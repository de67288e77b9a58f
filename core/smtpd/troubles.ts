/** Tells of what goes wrong on a connection, in the words of Postfix's log. */
import type { LineReader } from '../protocol/line.ts'
import { LAST } from './command.ts'
import type { SmtpSession } from './session.ts'

/** How much of stray input a log line shows. */
const PEEK = 100
/** How much of an overlong command a log line shows. */
const EXCERPT = 30

export class Troubles {
  readonly #session: SmtpSession
  /** Why the session was cut, for the postmaster. */
  reason: string | undefined

  constructor(session: SmtpSession) {
    this.#session = session
  }

  /** `lost connection`, `timeout`, `too many errors`. */
  lost(what: string): void {
    this.reason = what
    this.#tell(what, this.#session.receiver?.where ?? this.#session.where)
  }

  /** A command line was longer than the limit. */
  cut(line: string): void {
    const session = this.#session
    const limit = session.settings.line_length_limit
    session.warn(`${session.clientText}: request longer than ${limit}: ${line.slice(0, EXCERPT)}...`)
  }

  /**
   * Unread input follows a command: is the session to end for that? HELO clients must wait for each reply, others for that of
   * the last command of a group (RFC 2920 3.1).
   */
  premature(verb: string, flags: number, reader: LineReader): boolean {
    const session = this.#session
    if ((flags & LAST) === 0 && session.protocol !== 'SMTP') return false
    if (!session.pipelinedEarly) this.#tell('improper command pipelining', verb, escaped(reader.peek(PEEK)))
    session.pipelinedEarly = true
    return session.settings.smtpd_forbid_unauth_pipelining
  }

  #tell(what: string, after: string, detail?: string): void {
    const { id: session, client, deps } = this.#session
    const more = detail === undefined ? {} : { detail }
    deps.services.emit({ type: 'trouble', session, client, what, after, ...more })
  }
}

/** Control characters as escapes, for the log. */
function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"')
}
