/** The shape of a row of the command table: check looks at order and syntax, ask lets the hooks decide, proceed changes state. */
import type { MaybePromise } from '../lookup/maybe.ts'
import type { Reply } from '../reply.ts'
import type { SmtpSession } from './session.ts'

/** Nothing may follow it in a pipelined group (RFC 2920 3.1). */
export const LAST = 1
/** Counts as a junk command (smtpd_junk_command_limit). */
export const LIMITED = 2
/** Served even to clients that the connect list refused. */
export const ALWAYS = 4

export interface Command<P = unknown> {
  readonly verb: string
  readonly flags: number
  /** Tests order and syntax: the refusal, or what was parsed. Changes nothing. */
  check(session: SmtpSession, argument: string): Reply | P
  /** Asks access lists and filters: a refusal, or undefined. */
  ask?(session: SmtpSession, parsed: P): MaybePromise<Reply | undefined>
  /** Does it. Undefined: a receiver now takes the input and will answer. */
  proceed(session: SmtpSession, parsed: P): MaybePromise<Reply | undefined>
}

/** Is this what `check` refuses with? Parsed commands have no `code`. */
export function isReply(value: unknown): value is Reply {
  return typeof value === 'object' && value !== null && typeof (value as Reply).code === 'number'
}

/** Declares a row; its parsed type stays between its own functions. */
export function command<P>(row: Command<P>): Command {
  return row as Command
}
