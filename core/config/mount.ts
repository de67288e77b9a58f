/** Taps a step's handlers on the hooks they name, in pipeline order, under the step's id and policy. */
import type { Hooks, StepPolicy } from '../hooks.ts'
import { type Handlers, hookOf, type Stage } from '../plugin.ts'
import type { StepConfig } from './types.ts'
import { compileWhen } from './when.ts'

/** Whose hooks a handler is tapped on. */
export interface Sides {
  readonly gateway: Hooks
  /** Listeners that the step serves: one, or all for a gateway-wide step. */
  readonly listeners: readonly Hooks[]
  /** Transports that the step serves. */
  readonly transports: readonly Hooks[]
  /** The step stands in the gateway's own pipeline. */
  readonly isGatewayWide: boolean
}

type Side = 'gateway' | 'listeners' | 'intake' | 'transports'

/** The side of each handler key; those that are not named here belong to the listeners. */
const SIDES: Readonly<Partial<Record<keyof Handlers, Side>>> = {
  start: 'gateway',
  stop: 'gateway',
  events: 'gateway',
  notify: 'gateway',
  'queue.route': 'gateway',
  'queue.schedule': 'gateway',
  'bounce.decide': 'gateway',
  'bounce.compose': 'gateway',
  'cleanup.sender': 'intake',
  'cleanup.recipients': 'intake',
  'cleanup.copies': 'intake',
  'cleanup.aliases': 'intake',
  'cleanup.header_address': 'intake',
  'cleanup.message': 'intake',
  'queue.admit': 'intake',
  'queue.store': 'intake',
  'smtp.hosts': 'transports',
  'smtp.dial': 'transports',
  'smtp.features': 'transports',
  'smtp.auth': 'transports',
  'smtp.envelope': 'transports',
  'smtp.message': 'transports',
  'smtp.reply': 'transports',
  'smtp.outcome': 'transports',
}

/** Mail that no client sent (bounces) passes the intake hooks of the gateway, so gateway-wide steps stand there too. */
const TARGETS: Readonly<Record<Side, (sides: Sides) => readonly Hooks[]>> = {
  gateway: ({ gateway }) => [gateway],
  listeners: ({ listeners }) => listeners,
  intake: ({ gateway, listeners, isGatewayWide }) => (isGatewayWide ? [gateway, ...listeners] : listeners),
  transports: ({ transports }) => transports,
}

/** What core enforces around every handler of a step. @throws Error for a bad `when` pattern */
export function policyOf({ id, timeout, mode, onError, when }: StepConfig): StepPolicy {
  const applies = compileWhen(when)
  return { id, timeout, mode, onError, ...(applies === undefined ? {} : { when: applies }) }
}

/**
 * Mounts one step. @throws Error naming a handler that is no hook, or that can not be served where the step stands
 */
export function mount(handlers: Handlers, stage: Stage, policy: StepPolicy, sides: Sides, step?: StepConfig): void {
  for (const [key, handler] of Object.entries(handlers) as [keyof Handlers, unknown][]) {
    if (handler === undefined) continue
    const hook = hookOf(key, stage)
    if (hook === undefined) throw new Error(`its "${key}" handler can not be served in ${stage}`)
    if (!(hook in sides.gateway)) throw new Error(`there is no hook "${key}"`)
    // Conditions are about mail, and these are not.
    const own = hook === 'start' || hook === 'stop' ? { ...policy, when: undefined } : policy
    const options = { name: policy.id, policy: own, ...(step === undefined ? {} : { step }) }
    for (const hooks of TARGETS[SIDES[key] ?? 'listeners'](sides)) tap(hooks, hook, handler, options)
  }
}

interface TapOptions {
  readonly name: string
  readonly policy: StepPolicy
  /** For `stepsOn`: where the tap comes from. */
  readonly step?: StepConfig
}

/** `tap` serves sync and async handlers alike: core/hooks.ts wraps each tap. */
function tap(hooks: Hooks, name: keyof Hooks, handler: unknown, options: TapOptions): void {
  const hook = hooks[name] as unknown as { tap(options: TapOptions, handler: unknown): void }
  hook.tap(options, handler)
}

/** The steps that a hook runs, in order. */
export function stepsOn(hooks: Hooks, name: keyof Hooks): StepConfig[] {
  const { taps } = hooks[name] as unknown as { taps: readonly { step?: StepConfig }[] }
  return taps.flatMap(({ step }) => step ?? [])
}
