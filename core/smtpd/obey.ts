/** Takes a command through its row: may it come now, is it well formed, do the hooks agree, and then it is done. */
import type { MaybePromise } from '../lookup/maybe.ts'
import { REPLIES, replies } from '../protocol/reply-text.ts'
import { type Reply, renderReply } from '../reply.ts'
import { ALWAYS, type Command, isReply, LIMITED } from './command.ts'
import { UNKNOWN } from './commands.ts'
import { askCommand, askFilter } from './filters.ts'
import type { Found } from './interpret.ts'
import type { Counts } from './limits.ts'
import type { SmtpSession } from './session.ts'

/** What obeying needs of the dialog. */
export interface Turn {
  readonly session: SmtpSession
  readonly counts: Counts
  /** Goes on with a value, now or when it is there; meanwhile the input waits. */
  settle<T>(value: MaybePromise<T>, next: (value: T) => undefined): undefined
  answer(reply: Reply): undefined
  hangUp(reply: Reply): undefined
  /** Does unread input follow where none may? Then the session is over. */
  isPremature(verb: string, flags: number): boolean
}

/** A command of the table. */
export function obey(turn: Turn, row: Command, argument: string): undefined {
  const { session } = turn
  if (turn.isPremature(row.verb, row.flags)) return
  if (session.denied && (row.flags & ALWAYS) === 0) return turn.answer(replies.accessDenied(session.clientText))
  if ((row.flags & LIMITED) !== 0) turn.counts.useless(session.settings)
  const parsed = row.check(session, argument)
  if (isReply(parsed)) return refuseCounted(turn, row.verb, argument, parsed)
  const asked = askCommand(session, row.verb, argument)
  if (asked === undefined) return proceed(turn, row, parsed)
  turn.settle(asked, (refusal) => (refusal === undefined ? proceed(turn, row, parsed) : turn.answer(refusal)))
}

/** Commands that count against the rates of a client however they are written. */
const COUNTED: ReadonlySet<string> = new Set(['MAIL', 'RCPT'])
/** Unless they come where they can not. */
const OUT_OF_ORDER: ReadonlySet<Reply> = new Set([
  REPLIES.heloFirst,
  REPLIES.nestedMail,
  REPLIES.mailAfterBdat,
  REPLIES.needMail,
  REPLIES.rcptAfterBdat,
])

/** A command that is badly written; one too many is told of that instead. */
function refuseCounted(turn: Turn, verb: string, argument: string, syntax: Reply): undefined {
  const isCounted = COUNTED.has(verb) && !OUT_OF_ORDER.has(syntax)
  const asked = isCounted ? askCommand(turn.session, verb, argument) : undefined
  if (asked === undefined) return refuseSyntax(turn, syntax)
  turn.settle(asked, (refusal) => (refusal === undefined ? refuseSyntax(turn, syntax) : turn.answer(refusal)))
}

function proceed<P>(turn: Turn, row: Command<P>, parsed: P): undefined {
  const { session } = turn
  const decided = (refusal: Reply | undefined): undefined => {
    if (refusal !== undefined) return turn.answer(refusal)
    turn.settle(row.proceed(session, parsed), (reply) => {
      if (reply !== undefined) turn.answer(reply)
    })
  }
  if (row.ask === undefined) decided(undefined)
  else turn.settle(row.ask(session, parsed), decided)
}

/** Something that the table does not know. */
export function obeyUnknown(turn: Turn, found: Found): undefined {
  const { session } = turn
  turn.settle(found.isForeign, (isForeign) => {
    if (!isForeign) return notKnown(turn, found)
    session.warn(`non-SMTP command from ${session.clientText}: ${found.line}`)
    turn.hangUp(REPLIES.breakRules)
  })
}

function notKnown(turn: Turn, found: Found): undefined {
  const { session } = turn
  if (session.denied) return turn.answer(replies.accessDenied(session.clientText))
  const asked = askFilter(session, 'unknown', found.line, { command: UNKNOWN })
  turn.settle(asked, (refusal) => (refusal === undefined ? refuseSyntax(turn, REPLIES.unknownCommand) : turn.answer(refusal)))
}

function refuseSyntax(turn: Turn, reply: Reply): undefined {
  const { session } = turn
  const text = renderReply(reply).trimEnd()
  session.deps.services.emit({ type: 'protocolError', dialog: session.dialog(), command: session.where, reply: text })
  turn.answer(reply)
}
