/** Asks the filter hooks, which see each step of the dialog that access has let pass, and can only refuse. */
import { ask, type Decide, type FilterRequest, type Hooks } from '../hooks.ts'
import { chain, type MaybePromise } from '../lookup/maybe.ts'
import type { Reply } from '../reply.ts'
import type { Refusal } from '../verdict.ts'
import { refuse } from './access.ts'
import type { Question } from './access-request.ts'
import type { SmtpSession } from './session.ts'

/** The hook of each stage. */
const FILTERS = Object.freeze({
  connect: 'filter.connect',
  helo: 'filter.helo',
  mail: 'filter.mail',
  rcpt: 'filter.rcpt',
  data: 'filter.data',
  unknown: 'filter.unknown',
} as const)

type FilterStage = keyof typeof FILTERS

/** Undefined: go on. */
export function askFilter(
  session: SmtpSession,
  stage: FilterStage,
  argument: string,
  question: Question,
): MaybePromise<Reply | undefined> {
  const hooks: Hooks = session.deps.runtime.hooks
  const hook: Decide<FilterRequest, Refusal> = hooks[FILTERS[stage]]
  if (!hook.isUsed()) return undefined
  const recipient = question.recipient === undefined ? {} : { recipient: question.recipient.text }
  return chain(ask(hook, { session, argument, ...recipient }), (refusal) =>
    refusal === undefined ? undefined : refuse(session, refusal, question),
  )
}

/** The first reply of two questions; the second is asked when the first has none. */
export function either(
  first: MaybePromise<Reply | undefined>,
  second: () => MaybePromise<Reply | undefined>,
): MaybePromise<Reply | undefined> {
  if (first instanceof Promise) return first.then((reply) => reply ?? second())
  return first ?? second()
}

/** The `connect` hook: may this client connect at all? */
export function askConnect(session: SmtpSession): MaybePromise<Reply | undefined> {
  const hook = session.deps.runtime.hooks.connect
  if (!hook.isUsed()) return undefined
  return chain(ask(hook, { session, argument: session.client.address }), (refusal) =>
    refusal === undefined ? undefined : refuse(session, refusal, { command: 'CONNECT' }),
  )
}

/** The `command` hook, before each verb is obeyed: rates and other reasons to refuse it. */
export function askCommand(session: SmtpSession, verb: string, argument: string): MaybePromise<Reply | undefined> {
  const hook = session.deps.runtime.hooks.command
  if (!hook.isUsed()) return undefined
  return chain(ask(hook, { session, verb, argument }), (refusal) =>
    refusal === undefined ? undefined : refuse(session, refusal, { command: verb }),
  )
}
