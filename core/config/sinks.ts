/** Events of what hooks hold back or isolate: failed handlers, and refusals of steps in warn mode. */
import type { DialogFacts } from '../events.ts'
import type { AccessRequest, Session } from '../facts.ts'
import type { Services } from '../generation.ts'
import type { Refusal } from '../verdict.ts'
import { situationOf } from './when.ts'

/** Who was speaking. Undefined when there is no session, as for mail made here. */
function dialogOf(subject: unknown): DialogFacts | undefined {
  const about = (typeof subject === 'object' && subject !== null ? subject : {}) as { session?: Session }
  const session = about.session ?? (subject as Session | undefined)
  if (session?.client === undefined) return undefined
  const { sender, recipient } = situationOf(subject)
  return {
    session: session.id,
    client: session.client,
    helo: session.helo,
    protocol: session.protocol,
    sender,
    recipient,
    queueId: session.transaction?.queueId,
  }
}

/** The verb that was being answered. */
function commandOf(subject: unknown): string {
  const { command, verb, recipient } = (subject ?? {}) as Partial<AccessRequest> & { verb?: string; recipient?: unknown }
  return command ?? verb ?? (recipient === undefined ? 'END-OF-MESSAGE' : 'RCPT')
}

/** A handler failed or took too long. */
export function faultSink({ emit }: Services) {
  return (step: string, hook: string, error: unknown): void => {
    const message = error instanceof Error ? error.message : String(error)
    const cause = error instanceof Error && error.cause instanceof Error ? { cause: error.cause.message } : {}
    emit({ type: 'fault', where: `${hook} ${step}`, message, ...cause })
  }
}

/** A refusal that warn mode held back. */
export function warnSink({ emit }: Services) {
  return (step: string, subject: unknown, refusal: Refusal): void => {
    const dialog = dialogOf(subject)
    const text = refusal.kind === 'discard' ? `discard ${refusal.text}` : `${refusal.code} ${refusal.status} ${refusal.text}`
    if (dialog === undefined) emit({ type: 'warning', where: step, message: `would refuse: ${text}` })
    else emit({ type: 'noted', dialog, command: commandOf(subject), action: 'warn', text, step })
  }
}
