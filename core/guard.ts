/**
 * What stands around every handler on a hook, so that tapable's traps are closed in one place: sync and async handlers serve alike,
 * `null` passes, a time limit holds, and an error becomes the step's `onError`. And how hooks are asked.
 */
import type { AsyncParallelHook, AsyncSeriesBailHook, AsyncSeriesWaterfallHook, SyncHook, SyncWaterfallHook } from 'tapable'
import type { AccessRequest } from './facts.ts'
import { StateError } from './state/types.ts'
import { onlyWarning } from './subject.ts'
import type { Refusal, Verdict } from './verdict.ts'

/** What core owns for every mounted entry. */
export interface StepPolicy {
  /** Unique in its pipeline; stands in logs as `step=`. */
  readonly id: string
  /** Milliseconds for one answer; 0 is no limit. */
  readonly timeout: number
  readonly mode: 'enforce' | 'warn'
  readonly onError: 'defer' | 'skip' | 'reject'
  /** Is this step for this request? Undefined: always. */
  readonly when?: ((subject: unknown) => boolean) | undefined
}

/** A handler failed or took too long, at a hook that has no verdict to give; callers answer 4xx or defer. */
export class StepError extends Error {
  readonly step: string
  constructor(step: string, hook: string, cause: unknown) {
    super(`${step}: ${hook}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    this.name = 'StepError'
    this.step = step
  }
}

/** What core attaches to a tap. */
export type Additional = { policy?: StepPolicy }
/** See core/hooks.ts. */
export type HookKind = 'decide' | 'provide' | 'shape' | 'trim' | 'all' | 'tell'
/** Told of each failed handler: becomes a `fault` event. */
export type FaultSink = (step: string, hook: string, error: unknown) => void
/** Told of each refusal that warn mode held back: becomes a `noted` event. */
export type WarnSink = (step: string, subject: unknown, refusal: Refusal) => void

export type Decide<A, R extends Verdict = Verdict> = AsyncSeriesBailHook<[A], R | undefined, Additional>
export type Provide<A, R> = AsyncSeriesBailHook<[A], R | undefined, Additional>
export type Shape<V, C> = AsyncSeriesWaterfallHook<[V, C], V, Additional>
export type Trim<V, C> = SyncWaterfallHook<[V, C], V, Additional>
export type All<A> = AsyncParallelHook<[A], Additional>
export type Tell<A> = SyncHook<[A], void, Additional>

const DEFAULT_POLICY: StepPolicy = Object.freeze({ id: '', timeout: 0, mode: 'enforce', onError: 'defer' })
const TEMPORARY = Object.freeze({ code: 451, status: '4.3.0', text: 'Temporary lookup failure' })
/** What content could not be checked is as if it could not be stored: so says Postfix's cleanup service. */
const UNCHECKED = Object.freeze({ ...TEMPORARY, text: 'Error: queue file write error' })
const PERMANENT = Object.freeze({ code: 554, status: '5.3.0', text: 'Service unavailable' })

/** A tap, as tapable hands it to an interceptor. */
export interface Tapped {
  type: 'sync' | 'async' | 'promise'
  name: string
  fn: (...args: never[]) => unknown
  policy?: StepPolicy
}
type Callback = (error: Error | null, result?: unknown) => undefined

/** Wraps one tap by its kind. */
export function guarded(tap: Tapped, hook: string, kind: HookKind, fault: FaultSink, warned: WarnSink): Tapped {
  const policy = tap.policy ?? { ...DEFAULT_POLICY, id: tap.name }
  const original = handlerOf(tap)
  if (kind === 'tell')
    return { ...tap, type: 'sync', fn: ((event: unknown) => tell(original, event, policy, hook, fault)) as never }
  if (kind === 'trim')
    return {
      ...tap,
      type: 'sync',
      fn: ((value: unknown, context: unknown) => trim(original, value, context, policy, hook, fault)) as never,
    }
  const failed = failing(policy, hook, kind, fault)
  const settle = (result: unknown, subject: unknown): unknown => {
    if (result === undefined || result === null) return undefined
    return kind === 'decide' ? attributed(result as Verdict, subject, policy, warned) : result
  }
  const settled = (result: unknown, subject: unknown, done: Callback): undefined => {
    if (!isThenable(result)) return done(null, settle(result, subject))
    limited(result, policy.timeout).then(
      (value) => done(null, settle(value, subject)),
      (error) => failed(error, done),
    )
  }
  // Without arrays of arguments: this runs for each step of each command.
  const answer = (value: unknown, context: unknown, done: Callback): undefined => {
    if (policy.when !== undefined && !policy.when(context)) return done(null)
    let result: unknown
    try {
      const seen = policy.mode === 'warn' ? harmless(context, policy.id, warned) : context
      result = kind === 'shape' ? original(value, seen) : original(seen)
    } catch (error) {
      return failed(error, done)
    }
    return settled(result, value, done)
  }
  const fn = kind === 'shape' ? answer : (subject: unknown, done: Callback) => answer(subject, subject, done)
  return { ...tap, type: 'async', fn: fn as never }
}

/** What an error of the step means: for it, and so for who asked. */
function failing(
  policy: StepPolicy,
  hook: string,
  kind: HookKind,
  fault: FaultSink,
): (error: unknown, done: Callback) => undefined {
  return (error, done) => {
    // State tells of its outages itself, once; what they mean is declared with each use.
    const isOutage = error instanceof StateError
    if (!isOutage) fault(policy.id, hook, error)
    if (policy.onError === 'skip' || (isOutage && error.onFailure === 'open')) return done(null)
    if (kind !== 'decide') return done(new StepError(policy.id, hook, error))
    const cause = error instanceof Error ? error.message : String(error)
    return done(
      null,
      policy.onError === 'reject'
        ? { kind: 'reject', ...PERMANENT, step: policy.id, cause }
        : { kind: 'defer', ...(hook === 'cleanup.message' ? UNCHECKED : TEMPORARY), step: policy.id, cause },
    )
  }
}

/** An access request that can not be deferred, for steps in warn mode; anything else as it is. */
function harmless(subject: unknown, step: string, warned: WarnSink): unknown {
  if (typeof (subject as Partial<AccessRequest> | undefined)?.deferIfPermit !== 'function') return subject
  return onlyWarning(subject as AccessRequest, (refusal) => warned(step, subject, refusal))
}

/** The user's function as one that returns its value or a promise, whatever way it was tapped. */
function handlerOf(tap: Tapped): (...args: unknown[]) => unknown {
  const fn = tap.fn as (...args: unknown[]) => unknown
  if (tap.type !== 'async') return fn
  return (...args) =>
    new Promise((resolve, reject) => {
      fn(...args, (error: unknown, value: unknown) => (error ? reject(error) : resolve(value)))
    })
}

function isThenable(value: unknown): value is Promise<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
}

/** The same promise, rejected when it takes longer than `timeout` ms. */
function limited(promise: Promise<unknown>, timeout: number): Promise<unknown> {
  if (timeout === 0) return promise
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer within ${timeout} ms`)), timeout)
    promise.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

/** Names the step that refused; in warn mode a refusal is noted and does not count. */
function attributed(verdict: Verdict, subject: unknown, policy: StepPolicy, warned: WarnSink): Verdict | undefined {
  if (verdict.kind === 'permit') return verdict
  const refusal = { ...verdict, step: policy.id } as Refusal
  if (policy.mode === 'enforce') return refusal
  warned(policy.id, subject, refusal)
  return undefined
}

function tell(
  original: (...args: unknown[]) => unknown,
  event: unknown,
  policy: StepPolicy,
  hook: string,
  fault: FaultSink,
): void {
  try {
    const result = original(event)
    if (isThenable(result)) result.then(undefined, (error) => fault(policy.id, hook, error))
  } catch (error) {
    fault(policy.id, hook, error)
  }
}

function trim(
  original: (...args: unknown[]) => unknown,
  value: unknown,
  context: unknown,
  policy: StepPolicy,
  hook: string,
  fault: FaultSink,
): unknown {
  if (policy.when !== undefined && !policy.when(context)) return undefined
  try {
    const result = original(value, context)
    if (isThenable(result)) throw new TypeError('this hook is synchronous: the handler must not return a promise')
    return result ?? undefined
  } catch (error) {
    fault(policy.id, hook, error)
    if (policy.onError === 'skip') return undefined
    throw new StepError(policy.id, hook, error)
  }
}

/**
 * Asks a decide or provide hook. When every handler answers synchronously so does this, which keeps the hot path free of
 * promises; else it returns a promise.
 */
export function ask<A, R>(
  hook: AsyncSeriesBailHook<[A], R | undefined, Additional>,
  subject: A,
): R | undefined | Promise<R | undefined> {
  if (!hook.isUsed()) return undefined
  return now<R | undefined>((done) => hook.callAsync(subject, done as never))
}

/** Runs a value through a shape hook; synchronous when all its handlers are. @throws StepError, or rejects with it */
export function shaped<V, C>(hook: Shape<V, C>, value: V, context: C): V | Promise<V> {
  if (!hook.isUsed()) return value
  return now<V>((done) => hook.callAsync(value, context, done as never))
}

function now<T>(call: (done: (error: Error | null, value?: T) => void) => void): T | Promise<T> {
  let outcome: { error: Error | null; value: T } | undefined
  let later: { resolve(value: T): void; reject(error: Error): void } | undefined
  call((error, value) => {
    if (later === undefined) outcome = { error, value: value as T }
    else if (error) later.reject(error)
    else later.resolve(value as T)
  })
  if (outcome === undefined)
    return new Promise<T>((resolve, reject) => {
      later = { resolve, reject }
    })
  if (outcome.error) throw outcome.error
  return outcome.value
}
