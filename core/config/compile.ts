/**
 * Restriction lists as code: for table results and policy answers that name restrictions, and for restriction classes.
 * Built-in plugins are loaded on demand. Postfix: generic restrictions of access(5).
 */

import type { AccessRequest } from '../facts.ts'
import { suggest } from '../lookup/suggest.ts'
import type { Scope } from '../parameters.ts'
import type { Handlers, Restrictions, Stage } from '../plugin.ts'
import { onlyWarning } from '../subject.ts'
import { isRefusal, type Refusal, type Verdict } from '../verdict.ts'
import { Rows } from './ahead.ts'
import { builtinModule } from './places.ts'
import { type AnyPlugin, loadPlugin, optionsOf } from './plugins.ts'
import {
  isIdle,
  type RestrictionWord,
  restrictionIndex,
  splitAsPostfix,
  splitRestrictions,
  WARN_IF_REJECT,
  whyUseless,
} from './restrictions.ts'
import type { StepConfig } from './types.ts'
import { splitList } from './units.ts'

type MaybePromise<T> = T | Promise<T>
type Check = (request: AccessRequest) => MaybePromise<Verdict | undefined>
type Accessing = Handlers & { readonly access: Check }

/** What compiling needs of its generation. */
export interface CompileDeps {
  readonly scope: Scope
  readonly stage: Stage
  /** Sets a plugin up as if it stood in the pipeline, under this id. */
  setUp(plugin: AnyPlugin, options: unknown, id: string): Promise<Handlers>
  /** Told of refusals that warn_if_reject held back. */
  warned(step: string, request: AccessRequest, refusal: Refusal): void
}

const MAX_DEPTH = 10

/** A compiler for one step; each restriction with its argument is set up once. */
export function createRestrictions(deps: CompileDeps): Restrictions {
  const ready = new Map<string, Promise<Accessing>>()
  const one = (word: RestrictionWord): Promise<Accessing> => {
    const key = `${word.name} ${word.argument}`
    let known = ready.get(key)
    if (known === undefined) {
      known = setUp(word, deps)
      ready.set(key, known)
      known.catch(() => ready.delete(key))
    }
    return known
  }
  return { compile: async (text, asPostfix = false) => inOrder(await compiled(text, { one, deps, asPostfix }, 0)) }
}

interface Compiler {
  readonly one: (word: RestrictionWord) => Promise<Accessing>
  readonly deps: CompileDeps
  readonly asPostfix: boolean
}

async function compiled(text: string, compiler: Compiler, depth: number): Promise<Check[]> {
  const { one, deps, asPostfix } = compiler
  if (depth > MAX_DEPTH) throw new Error(`restriction classes are nested too deep: ${text}`)
  const classes = splitList(deps.scope.text('smtpd_restriction_classes') ?? '')
  const checks: Check[] = []
  const rows = new Rows()
  let warn = false
  for (const given of asPostfix ? splitAsPostfix(text) : splitRestrictions(text)) {
    if (given.name === WARN_IF_REJECT) {
      warn = true
      continue
    }
    const listed = classes.includes(given.name) ? (deps.scope.text(given.name) ?? '') : undefined
    if (asPostfix && listed === undefined && isIdle(given)) continue
    const word = asPostfix ? understood(given) : given
    const check = listed === undefined ? joined(rows, await one(word)) : inOrder(await compiled(listed, compiler, depth + 1))
    checks.push(warn ? warning(check, word.name, deps) : check)
    warn = false
  }
  return checks
}

const joined = (rows: Rows, { access, prepare }: Accessing): Check => rows.next(access, prepare)

/** What can not be understood is a server error in its place; what stands before it has its say. */
function understood(word: RestrictionWord): RestrictionWord {
  const why = whyUseless(word)
  return why === undefined ? word : { name: 'server_error', argument: `{${why}}` }
}

/** Loads and sets up the plugin of one restriction. @throws Error naming a word that is none */
async function setUp({ name, argument }: RestrictionWord, deps: CompileDeps): Promise<Accessing> {
  const { restrictions } = restrictionIndex()
  const row = restrictions.get(name)
  if (row === undefined) {
    const near = suggest(name, restrictions.keys())
    throw new Error(`unknown smtpd restriction: "${name}"${near === undefined ? '' : `; did you mean ${near}?`}`)
  }
  if (row.argument === 'required' && argument === '') throw new Error(`restriction ${name} needs an argument`)
  const module = builtinModule(row.plugin)
  const plugin = await loadPlugin(module)
  const step = { name, module, restriction: { name, argument } } as StepConfig
  const handlers = await deps.setUp(plugin, optionsOf(step, plugin, deps.scope), name)
  const { access } = handlers
  if (access === undefined) throw new Error(`restriction ${name} can not be used here`)
  return { ...handlers, access }
}

/** The first answer, as in a pipeline stage; in warn mode the first permit, for refusals are told and held back. */
function inOrder(checks: readonly Check[]): Check {
  const from = (start: number, request: AccessRequest): MaybePromise<Verdict | undefined> => {
    for (let i = start; i < checks.length; i++) {
      const answer = checks[i]?.(request)
      if (answer instanceof Promise) return answer.then((late) => counted(late, request) ?? from(i + 1, request))
      const verdict = counted(answer, request)
      if (verdict !== undefined) return verdict
    }
    return undefined
  }
  return (request) => from(0, request)
}

function counted(verdict: Verdict | undefined, request: AccessRequest): Verdict | undefined {
  if (request.holdBack === undefined || !isRefusal(verdict)) return verdict
  request.holdBack(verdict)
  return undefined
}

function warning(check: Check, step: string, deps: CompileDeps): Check {
  const settle = (request: AccessRequest, verdict: Verdict | undefined): Verdict | undefined => {
    if (!isRefusal(verdict)) return verdict
    deps.warned(step, request, verdict)
    return undefined
  }
  return (request) => {
    const answer = check(onlyWarning(request, (refusal) => deps.warned(step, request, refusal)))
    return answer instanceof Promise ? answer.then((verdict) => settle(request, verdict)) : settle(request, answer)
  }
}
