/** Runs the access lists of a listener for a request, as smtpd would for a command of its own; keeps what they want held back. */
import { AccessView, type HeldBack } from '../access-view.ts'
import type { AccessRequest, AccessStage, Edit } from '../facts.ts'
import type { ListenerRuntime, Services } from '../generation.ts'
import { ask } from '../hooks.ts'
import { chain, type MaybePromise } from '../lookup/maybe.ts'
import type { Discard, Refusal, Verdict } from '../verdict.ts'
import type { Asked } from './facts.ts'

/** What the lists came to. */
export interface Decision {
  readonly refusal: Refusal | undefined
  /** A list said DISCARD, and none after it refused. */
  readonly discard: Discard | undefined
  readonly ifPermit: Refusal | undefined
  readonly ifReject: Refusal | undefined
  readonly edits: readonly Edit[]
  /** The last list that ran ended with a permit. */
  readonly isPermitted: boolean
}

interface Held extends HeldBack {
  refusal?: Refusal
  discard?: Discard
  edits: Edit[]
  isPermitted: boolean
}

/** Runs the lists in order until one refuses. */
export function decide(
  asked: Asked,
  stages: readonly AccessStage[],
  runtime: ListenerRuntime,
  services: Services,
): MaybePromise<Decision> {
  const held: Held = { edits: [], isPermitted: false }
  return chain(runFrom(0, asked, stages, held, runtime, services), () => ({
    refusal: held.refusal,
    discard: held.discard,
    ifPermit: held.ifPermit,
    ifReject: held.ifReject,
    edits: held.edits,
    isPermitted: held.isPermitted,
  }))
}

function runFrom(
  start: number,
  asked: Asked,
  stages: readonly AccessStage[],
  held: Held,
  runtime: ListenerRuntime,
  services: Services,
): MaybePromise<void> {
  for (let i = start; i < stages.length; i++) {
    const stage = stages[i] as AccessStage
    const hook = runtime.hooks[`access.${stage}`]
    if (!hook.isUsed() || !isAbout(stage, asked)) continue
    const verdict = ask(hook, new PolicyAccess(stage, asked, held, services))
    if (verdict instanceof Promise)
      return verdict.then((given) => {
        if (settle(given, stage, held)) return runFrom(i + 1, asked, stages, held, runtime, services)
      })
    if (!settle(verdict, stage, held)) return
  }
}

/** A list is skipped where what it is about is not known yet. */
function isAbout(stage: AccessStage, { session, sender, recipient }: Asked): boolean {
  if (stage === 'helo') return session.helo !== undefined
  if (stage === 'mail') return sender !== undefined
  return (stage !== 'rcpt' && stage !== 'relay') || recipient !== undefined
}

/** Takes a list's verdict; false: no more lists. */
function settle(verdict: Verdict | undefined, stage: AccessStage, held: Held): boolean {
  held.isPermitted = verdict?.kind === 'permit'
  if (verdict?.kind === 'discard') held.discard ??= verdict
  else if (verdict !== undefined && verdict.kind !== 'permit') {
    held.refusal = verdict.kind === 'reject' && held.ifReject !== undefined ? held.ifReject : verdict
    return false
  }
  // defer_if_reject holds for the list that it stands in; the lists about the recipient count as one.
  if (stage !== 'relay' && stage !== 'rcpt') delete held.ifReject
  return true
}

/** One list's view of the request. */
class PolicyAccess extends AccessView {
  readonly #held: Held
  readonly #services: Services

  constructor(stage: AccessStage, { session, sender, recipient, argument, state }: Asked, held: Held, services: Services) {
    super(stage, { command: state, session, sender, recipient, argument }, held)
    this.#held = held
    this.#services = services
  }

  edit(edit: Edit): void {
    if (this.session.transaction !== undefined || this.session.candidate !== undefined) this.#held.edits.push(edit)
  }

  note(action: Parameters<AccessRequest['note']>[0], text: string): void {
    this.#services.emit({ type: 'noted', dialog: dialogOf(this), command: this.command, action, text })
  }
}

/** Who is speaking there, for events. */
export function dialogOf({ session, sender, recipient }: Pick<AccessRequest, 'session' | 'sender' | 'recipient'>) {
  return {
    session: session.id,
    client: session.client,
    helo: session.helo,
    protocol: session.protocol,
    sender: sender?.text,
    recipient: recipient?.text,
    queueId: (session.transaction ?? session.candidate)?.queueId,
  }
}
