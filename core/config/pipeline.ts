/** Pipelines: entries to steps whose plugin is resolved but not loaded, with options checked where the schema is at hand. */
import { basename, dirname, extname } from 'node:path'
import type { Stage } from '../plugin.ts'
import { type Path, renderPath } from './path.ts'
import { builtinPlugins } from './places.ts'
import type { Report } from './report.ts'
import { isFileName, packageNames, resolveModule } from './resolve.ts'
import { restrictionIndex } from './restrictions.ts'
import { type Entry, entriesOf, readEntries, withWarnings } from './steps.ts'
import type { PipelineConfig, StepConfig } from './types.ts'
import { wordsOf } from './units.ts'
import { checkOwn, hint } from './validate.ts'

/** What steps of one listener, transport or the gateway are read against. */
export interface StepContext {
  readonly report: Report
  readonly baseDirectory: string
  /** Expanded text of a parameter: for restriction classes. */
  text(name: string): string | undefined
}

/** Longest answer time (ms) of plugins that do not come with Postern; built-in ones set their own limits. */
const FOREIGN_TIMEOUT = 30_000
const MAX_CLASS_DEPTH = 10

/** Reads every stage of a `pipeline:` mapping. */
export function readPipeline(value: unknown, path: Path, context: StepContext): PipelineConfig {
  const stages = Object.entries((value ?? {}) as Record<string, unknown>)
  return Object.fromEntries(stages.map(([stage, steps]) => [stage, readSteps(steps, [...path, stage], stage as Stage, context)]))
}

function readSteps(value: unknown, path: Path, stage: Stage, context: StepContext): StepConfig[] {
  return settled(readEntries(value, path, context.report), stage, context)
}

/** Steps of a restriction list that is written as a parameter (smtpd_recipient_restrictions and friends). */
export function stepsOfParameter(text: string, path: Path, stage: Stage, context: StepContext): StepConfig[] {
  try {
    return settled(withWarnings(entriesOf(escaped(text), path, {}), path, context.report), stage, context)
  } catch (error) {
    context.report.problem(path, (error as Error).message, { text })
    return []
  }
}

/** A value that is expanded already: its dollar signs stand for themselves when the steps' arguments are. */
const escaped = (text: string): string => text.replaceAll('$', '$$$$')

function settled(entries: readonly Entry[], stage: Stage, context: StepContext): StepConfig[] {
  const steps = entries.flatMap((entry) => stepsOf(entry, stage, context, 0))
  return withIds(steps, context)
}

/** One entry is one step; a restriction class is as many as it lists. */
function stepsOf(entry: Entry, stage: Stage, context: StepContext, depth: number): Draft[] {
  const listed = classText(entry.name, context)
  if (listed === undefined) return stepOf(entry, stage, context)
  if (depth >= MAX_CLASS_DEPTH) {
    context.report.problem(entry.path, 'restriction classes are nested too deep', { text: entry.name })
    return []
  }
  try {
    const inner = withWarnings(entriesOf(escaped(listed), entry.path, entry.policy), entry.path, context.report)
    return inner.flatMap((each) => stepsOf(each, stage, context, depth + 1))
  } catch (error) {
    context.report.problem(entry.path, `the restriction class ${entry.name} ${(error as Error).message}`, { text: listed })
    return []
  }
}

function classText(name: string, context: StepContext): string | undefined {
  return wordsOf(context.text('smtpd_restriction_classes') ?? '').includes(name) ? (context.text(name) ?? '') : undefined
}

type Draft = StepConfig & { readonly at: Path; readonly named: boolean }

function stepOf(entry: Entry, stage: Stage, context: StepContext): Draft[] {
  const row = restrictionIndex().restrictions.get(entry.name)
  const resolved = resolveModule(row?.plugin ?? entry.name, context.baseDirectory)
  if (resolved === undefined) {
    unknownName(entry, context)
    return []
  }
  const plugin = row?.plugin ?? entry.name
  const wrongStage = resolved.kind === 'builtin' && !mayStand(plugin, stage)
  if (wrongStage) {
    const { stages = [] } = restrictionIndex().plugins.get(plugin) ?? {}
    problemAt(entry, context, `can not stand in ${stage}`, { suggestion: `it can stand in ${stages.join(', ')}` })
    return []
  }
  const what =
    row === undefined ? pluginOptions(entry, resolved.kind, context) : restrictionArgument(entry, row.argument, context)
  if (what === undefined) return []
  const { id, when, timeout, mode, onError } = entry.policy
  const step: Draft = {
    name: entry.name,
    ...what,
    module: resolved.module,
    id: id ?? defaultId(entry.name),
    ...(when === undefined ? {} : { when }),
    timeout: timeout ?? (resolved.kind === 'builtin' ? 0 : FOREIGN_TIMEOUT),
    mode: mode ?? 'enforce',
    onError: onError ?? 'defer',
    path: renderPath(entry.path),
    place: context.report.document.place(entry.path.slice(0, entry.atKey ? -1 : undefined)),
    at: entry.path,
    named: id !== undefined,
  }
  return [step]
}

function mayStand(plugin: string, stage: Stage): boolean {
  const row = restrictionIndex().plugins.get(plugin)
  return row === undefined || row.stages.includes(stage)
}

function problemAt(entry: Entry, context: StepContext, message: string, more: { suggestion?: string; text?: string } = {}): void {
  context.report.problem(entry.path, message, { text: entry.name, atKey: entry.atKey, ...more })
}

function unknownName(entry: Entry, context: StepContext): void {
  if (isFileName(entry.name)) {
    problemAt(entry, context, 'is no file', { suggestion: `it is looked for in ${context.baseDirectory}` })
    return
  }
  const [word = entry.name] = entry.name.split(/\s/)
  const { suggestion } = hint(word, [...restrictionIndex().restrictions.keys(), ...builtinPlugins()])
  const [install] = entry.name.includes('_') ? [] : packageNames(entry.name)
  const advice = install === undefined ? undefined : `a plugin of this name would be the npm package ${install}`
  const told = suggestion?.startsWith('did you mean') ? suggestion : advice
  problemAt(entry, context, 'is no restriction, plugin, file or package', told === undefined ? {} : { suggestion: told })
}

/** The argument of a restriction as text; undefined when it was wrong. */
function restrictionArgument(entry: Entry, takes: string, context: StepContext): Pick<StepConfig, 'restriction'> | undefined {
  const { name, value } = entry
  if (value !== undefined && typeof value !== 'string' && typeof value !== 'number') {
    problemAt(entry, context, 'takes its argument as one text', {
      suggestion: `write "${name}: argument", or mount the plugin ${restrictionIndex().restrictions.get(name)?.plugin} with options`,
    })
    return undefined
  }
  const argument = value === undefined ? '' : String(value)
  if (argument === '' && takes === 'required') problemAt(entry, context, 'needs an argument')
  else if (argument !== '' && takes === 'none') problemAt(entry, context, 'takes no argument', { text: argument })
  else return { restriction: { name, argument } }
  return undefined
}

/** The options of a plugin, checked when it is a built-in one; undefined when they are wrong. */
function pluginOptions(entry: Entry, kind: string, context: StepContext): Pick<StepConfig, 'options'> | undefined {
  const options = entry.value === undefined ? {} : structuredClone(entry.value)
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    problemAt(entry, context, 'takes its options as a mapping', { text: String(entry.value) })
    return undefined
  }
  if (kind !== 'builtin') return { options }
  const findings = checkOwn(`plugins/${entry.name}`, options)
  if (findings.length === 0) return { options }
  context.report.findings(entry.path, findings)
  return undefined
}

/** `./my-check.ts` is `my-check`, `@scope/postern-plugin-x` and `./postern-plugin-x/index.ts` are `x`. */
function defaultId(name: string): string {
  if (!isFileName(name)) return (name.split('/').at(-1) ?? name).replace(/^postern-plugin-/, '')
  const file = basename(name, extname(name))
  const folder = basename(dirname(name)).replace(/^postern-plugin-/, '')
  return (file === 'index' && /\w/.test(folder) ? folder : file).replaceAll(/[^A-Za-z0-9_.-]/g, '-')
}

/** Ids are unique in their stage: repeated default ids get a number, repeated given ids are an error. */
function withIds(steps: readonly Draft[], context: StepContext): StepConfig[] {
  const taken = new Map<string, number>()
  for (const { id, named, at } of steps) {
    if (!named) continue
    if (taken.has(id)) context.report.problem([...at.slice(0, -1), 'id'], 'this id is already used in its stage', { text: id })
    taken.set(id, 1)
  }
  return steps.map(({ at: _at, named, ...step }) => {
    if (named) return step
    const count = (taken.get(step.id) ?? 0) + 1
    taken.set(step.id, count)
    return count === 1 ? step : { ...step, id: `${step.id}-${count}` }
  })
}
