/**
 * What the values of access(5) tables and the answers of policy services mean: OK, REJECT, DEFER_IF_PERMIT, PREPEND,
 * `550 5.1.1 text`, lists of restrictions. Reply texts are those of smtpd(8).
 */
import type { AccessRequest, Edit } from '../facts.ts'
import { chain, type MaybePromise } from '../lookup/index.ts'
import type { Scope } from '../parameters.ts'
import type { AccessActions, ActionSubject, Restrictions } from '../plugin.ts'
import { fitStatus, splitStatus } from '../status.ts'
import { aboutSubject } from '../subject.ts'
import { CONFIGURATION_ERROR, discard, permit, type Refusal, refusal, type Verdict } from '../verdict.ts'
import { ACCESS_PARAMETERS } from './parameters.ts'

export interface ActionsDeps {
  readonly scope: Scope
  readonly restrictions: Restrictions
  /** Told of values that can not be obeyed. */
  warn?(message: string): void
}

type Check = (request: AccessRequest) => MaybePromise<Verdict | undefined>

/** What an action needs to know. */
interface Context {
  readonly request: AccessRequest
  readonly subject: ActionSubject
  readonly rejectCode: number
  readonly deferCode: number
  warn(message: string): void
}
type Action = (text: string, context: Context) => Verdict | undefined

/** Actions that the queue carries out: mail that goes through a filter in its place never comes there. */
const OF_THE_QUEUE: ReadonlySet<string> = new Set(['BCC', 'DISCARD', 'FILTER', 'HOLD', 'REDIRECT'])

/** How many compiled lists of restrictions are kept; a policy service can name any. */
const KEPT = 500
/** How deep tables may name restrictions that ask tables. */
const DEEPEST = 50

/** Interprets access(5) values with the reply codes of a scope. */
export function createActions(deps: ActionsDeps): AccessActions {
  const values = deps.scope.values(ACCESS_PARAMETERS)
  const warn = deps.warn ?? (() => {})
  const isProxied = (deps.scope.text('smtpd_proxy_filter') ?? '') !== ''
  const compiled = new Map<string, Check | Promise<Check>>()
  const depths = new WeakMap<AccessRequest, number>()
  const constants = { rejectCode: values.access_map_reject_code, deferCode: values.access_map_defer_code, warn }

  const compile = (text: string): Check | Promise<Check> => {
    const known = compiled.get(text)
    if (known !== undefined) return known
    if (compiled.size >= KEPT) compiled.clear()
    const pending = deps.restrictions.compile(text, true)
    compiled.set(text, pending)
    pending.then(
      (check) => compiled.set(text, check),
      () => compiled.delete(text),
    )
    return pending
  }

  const restrict = (text: string, request: AccessRequest, subject: ActionSubject): MaybePromise<Verdict | undefined> => {
    if (text.includes(':')) {
      warn(`access table ${subject.source} has entry with lookup table: ${text}`)
      return CONFIGURATION_ERROR
    }
    const depth = depths.get(request) ?? 0
    if (depth >= DEEPEST) {
      warn(`access table ${subject.source}: restrictions name each other without end: ${text}`)
      return CONFIGURATION_ERROR
    }
    const failed = (error: unknown): Verdict => {
      warn(`access table ${subject.source}: ${error instanceof Error ? error.message : String(error)}`)
      return CONFIGURATION_ERROR
    }
    const run = (check: Check): MaybePromise<Verdict | undefined> => {
      const inner = aboutSubject(request, subject)
      depths.set(inner, depth + 1)
      return check(inner)
    }
    const check = compile(text)
    return check instanceof Promise ? check.then(run, failed) : run(check)
  }

  const actions: AccessActions = {
    restrictive(value, request, subject, restriction) {
      const settle = (verdict: Verdict | undefined): Verdict | undefined => {
        if (verdict?.kind !== 'permit') return verdict
        warn(`restriction ${restriction} returns OK for ${subject.name}: this is not allowed, use DUNNO to make an exception`)
        return CONFIGURATION_ERROR
      }
      return chain(actions.apply(value, request, subject), settle)
    },
    apply(value: string, request: AccessRequest, subject: ActionSubject): MaybePromise<Verdict | undefined> {
      const text = value.trim()
      const space = text.search(/\s/)
      const word = space === -1 ? text : text.slice(0, space)
      const rest = space === -1 ? '' : text.slice(space).trim()
      if (text === '') {
        warn(`access table ${subject.source} entry ${subject.name} has empty value`)
        return undefined
      }
      if (/^\d+$/.test(text)) return permit('OK', subject)
      const context = { request, subject, ...constants }
      if (/^[45]\d\d$/.test(word)) return refuse(Number(word), rest, context)
      const action = ACTIONS.get(word.toUpperCase())
      if (isProxied && OF_THE_QUEUE.has(word.toUpperCase())) {
        const table = `access table ${subject.source}`
        warn(`${table}: with smtpd_proxy_filter specified, action ${word.toUpperCase()} is unavailable`)
        return undefined
      }
      return action === undefined ? restrict(text, request, subject) : action(rest, context)
    },
  }
  return Object.freeze(actions)
}

/** `<name>: Class rejected: text`, with the status that stands in the text or the default of the code's class. */
function refuse(code: number, given: string, { subject }: Context, otherwise = 'Access denied'): Refusal {
  const { status, text } = splitStatus(given, code < 500 ? '4.7.1' : '5.7.1')
  const reply = `<${subject.name}>: ${subject.class} rejected: ${text || otherwise}`
  // 421 and 521 hang up, RFC 5321 3.8 and access(5).
  const close = code === 421 || code === 521 ? { close: true } : {}
  return refusal(code, fitStatus(status, code, subject.class), reply, close)
}

/** Records an edit with its log line. */
function edit(context: Context, change: Edit, text: string): undefined {
  const { request, subject } = context
  request.note(change.kind, `<${subject.name}>: ${subject.class} ${text}`)
  request.edit(change)
  return undefined
}

function complain({ subject, warn }: Context, what: string): undefined {
  warn(`access table ${subject.source} entry "${subject.name}" requires ${what}`)
  return undefined
}

const permitted =
  (action: string): Action =>
  (_, { subject }) =>
    permit(action, subject)

/** The actions by name. */
const ACTIONS: ReadonlyMap<string, Action> = new Map<string, Action>([
  ['OK', permitted('OK')],
  ['RELAY', permitted('RELAY')],
  ['PERMIT', (_, { subject: { name, class: kind } }) => permit('permit', { name, class: kind })],
  ['DUNNO', () => undefined],
  ['REJECT', (text, context) => refuse(context.rejectCode, text, context)],
  ['DEFER', (text, context) => refuse(context.deferCode, text, context)],
  [
    'DEFER_IF_PERMIT',
    (text, context) => {
      context.request.deferIfPermit(refuse(context.deferCode, text, context, 'Service unavailable'))
      return undefined
    },
  ],
  [
    'DEFER_IF_REJECT',
    (text, context) => {
      context.request.deferIfReject(refuse(context.deferCode, text, context, 'Service unavailable'))
      return undefined
    },
  ],
  [
    'DISCARD',
    (text, { request, subject }) => {
      request.note('discard', `<${subject.name}>: ${subject.class} ${text || 'triggers DISCARD action'}`)
      return discard(text)
    },
  ],
  ['HOLD', (text, context) => edit(context, { kind: 'hold', text }, text || 'triggers HOLD action')],
  [
    'FILTER',
    (text, context) =>
      text.includes(':')
        ? edit(context, { kind: 'filter', destination: text }, `triggers FILTER ${text}`)
        : complain(context, 'transport:destination'),
  ],
  [
    'REDIRECT',
    (text, context) =>
      text.includes('@')
        ? edit(context, { kind: 'redirect', address: text }, `triggers REDIRECT ${text}`)
        : complain(context, 'user@domain target'),
  ],
  [
    'BCC',
    (text, context) =>
      text.includes('@')
        ? edit(context, { kind: 'bcc', address: text }, `triggers BCC ${text}`)
        : complain(context, 'user@domain target'),
  ],
  [
    'PREPEND',
    (text, context) => {
      const { request, subject, warn } = context
      if (request.stage === 'end_of_data') {
        warn(`access table ${subject.source}: action PREPEND must be used before smtpd_end_of_data_restrictions`)
        return undefined
      }
      const name = /^[\x21-\x39\x3b-\x7e]+(?=[ \t]*:)/.exec(text)?.[0]
      if (name === undefined) return complain(context, 'header: text')
      request.edit({ kind: 'prepend', header: `${name}${text.slice(text.indexOf(':'))}` })
      return undefined
    },
  ],
  [
    'WARN',
    (text, { request }) => {
      request.note('warn', text)
      return undefined
    },
  ],
  [
    'INFO',
    (text, { request }) => {
      request.note('info', text)
      return undefined
    },
  ],
])
