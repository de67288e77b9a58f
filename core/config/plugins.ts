/** Loads the plugins that a configuration names and turns each step's options or argument into checked options. */
import { statSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import type { Scope } from '../parameters.ts'
import { API_VERSION, type Plugin, type PluginDefinition, type Stage } from '../plugin.ts'
import { renderPath } from './path.ts'
import { builtinModule } from './places.ts'
import './resolve-hook.ts'
import { type Configuration, ConfigurationError, type PipelineConfig, type Problem, type StepConfig } from './types.ts'
import { check, checkOwn, type Finding } from './validate.ts'

/** A plugin whose options are not known by type. */
export type AnyPlugin = PluginDefinition<unknown>

/** A step that can be set up. */
export interface LoadedStep {
  readonly config: StepConfig
  readonly plugin: AnyPlugin
}

const loaded = new Map<string, Promise<AnyPlugin>>()

/**
 * Imports a plugin module by absolute path. A file that has changed since is imported anew, so that a reload sees it.
 * @throws Error saying what is wrong with it, in words for its author
 */
export function loadPlugin(module: string): Promise<AnyPlugin> {
  const stamp = statSync(module, { throwIfNoEntry: false })?.mtimeMs ?? 0
  const url = pathToFileURL(module)
  const key = `${url.href}?${stamp}`
  let plugin = loaded.get(key)
  if (plugin === undefined) {
    const again = [...loaded.keys()].some((each) => each.startsWith(`${url.href}?`))
    if (again) url.search = `changed=${stamp}`
    plugin = importPlugin(url)
    loaded.set(key, plugin)
    plugin.catch(() => loaded.delete(key))
  }
  return plugin
}

async function importPlugin(url: URL): Promise<AnyPlugin> {
  let module: { default?: unknown }
  try {
    module = (await import(url.href)) as { default?: unknown }
  } catch (error) {
    throw new Error(reasonOf(error as NodeJS.ErrnoException), { cause: error })
  }
  const plugin = module.default as Partial<Plugin> | undefined
  if (typeof plugin !== 'object' || plugin === null)
    throw new Error('its default export is no plugin: use export default definePlugin({ ... })')
  if (plugin.apiVersion !== undefined && plugin.apiVersion !== API_VERSION)
    throw new Error(`is made for plugin API ${plugin.apiVersion}, and this is API ${API_VERSION}`)
  if (typeof plugin.name !== 'string' || !Array.isArray(plugin.stages) || typeof plugin.setup !== 'function')
    throw new Error('is no plugin: it needs name, stages and setup')
  return plugin as AnyPlugin
}

/** Codes of Node's module loader, in words for plugin authors. */
const REASONS: Readonly<Record<string, string>> = {
  ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX:
    'uses TypeScript that is more than types (enum, namespace, parameter properties): use plain objects, or compile it to JavaScript',
  ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING: 'is TypeScript inside node_modules: packages must ship JavaScript',
  ERR_INVALID_TYPESCRIPT_SYNTAX: 'is not valid TypeScript',
}

function reasonOf(error: NodeJS.ErrnoException): string {
  const detail = String(error.message ?? error).split('\n')[0]
  const known = REASONS[error.code ?? '']
  return `can not be loaded: ${known === undefined ? detail : `it ${known} (${detail})`}`
}

/** All steps of a configuration with where they stand. */
export function stepsOf(config: Configuration): { steps: readonly StepConfig[]; stage: Stage; path: string }[] {
  const rows = (pipeline: PipelineConfig, path: string) =>
    Object.entries(pipeline).map(([stage, steps = []]) => ({ steps, stage: stage as Stage, path: `${path}.${stage}` }))
  return [
    ...onceNamed(config.listeners).flatMap(({ name, pipeline }) => rows(pipeline, `listeners.${name}.pipeline`)),
    ...config.transports.flatMap(({ name, pipeline }) => rows(pipeline, `transports.${name}.pipeline`)),
    ...rows(config.pipeline, 'pipeline'),
  ]
}

/** A listener with several addresses has its steps once. */
function onceNamed(listeners: Configuration['listeners']): Configuration['listeners'] {
  return listeners.filter(({ name }, i) => listeners.findIndex((other) => other.name === name) === i)
}

/** Loads every plugin that the configuration names. @throws ConfigurationError naming each step whose plugin can not be used */
export async function loadPlugins(config: Configuration): Promise<ReadonlyMap<string, AnyPlugin>> {
  const plugins = new Map<string, AnyPlugin>()
  const problems = new Map<string, Problem>()
  const internal = { steps: config.internal ?? [], stage: 'use', path: 'parameters' } as const
  for (const { steps, stage, path } of [...stepsOf(config), internal]) {
    for (const step of steps) {
      const add = (message: string): unknown =>
        problems.set(`${step.place.line}:${step.place.column}`, problemOf(step, path, message))
      try {
        const plugin = plugins.get(step.module) ?? (await loadPlugin(step.module))
        plugins.set(step.module, plugin)
        if (!plugin.stages.includes(stage)) add(`can not stand in ${stage}; it can stand in ${plugin.stages.join(', ')}`)
      } catch (error) {
        add((error as Error).message)
      }
    }
  }
  if (problems.size > 0) throw new ConfigurationError([...problems.values()])
  return plugins
}

export function problemOf(step: StepConfig, path: string, message: string): Problem {
  const at = step.path ?? path
  // The message begins with the name; the path need not end with it.
  return {
    place: step.place,
    path: at.endsWith(`.${step.name}`) ? at.slice(0, -step.name.length - 1) : at,
    message: `${step.name}: ${message}`,
  }
}

/**
 * The options a step is set up with: those of the file, or those its plugin makes from a restriction's argument; checked,
 * with defaults. @throws Error naming each option that is wrong
 */
export function optionsOf(step: StepConfig, plugin: AnyPlugin, scope: Scope): unknown {
  const options = step.restriction === undefined ? structuredClone(step.options ?? {}) : argued(step.restriction, plugin, scope)
  const findings = findingsOf(options, plugin, step)
  if (findings.length === 0) return options
  const told = findings.map(({ path, message, text, suggestion }) => {
    const where = path.length === 0 ? '' : `${renderPath(path)}: `
    return `${where}${message}${text === undefined ? '' : ` (${JSON.stringify(text)})`}${suggestion === undefined ? '' : `; ${suggestion}`}`
  })
  throw new Error(told.join('; '))
}

function findingsOf(options: unknown, { name, schema }: AnyPlugin, { module }: StepConfig): Finding[] {
  return module === builtinModule(name) ? checkOwn(`plugins/${name}`, options) : check(schema, options)
}

function argued({ name, argument }: NonNullable<StepConfig['restriction']>, plugin: AnyPlugin, scope: Scope): unknown {
  const make = plugin.restrictions?.[name]
  if (make === undefined) throw new Error(`the plugin ${plugin.name} has no restriction ${name}`)
  return make(argument.includes('$') ? scope.expand(argument) : argument)
}
