/** `postern params`: parameters and their values, with postconf(1)'s habits, and who honours each. */
import { existsSync } from 'node:fs'
import type { Command } from 'commander'
import { loadConfiguration } from '../config/load.ts'
import { MACHINE_DEFAULTS } from '../config/machine.ts'
import { whyPending } from '../config/pending/reasons.ts'
import { knownParameters } from '../config/registry.ts'
import { createScope } from '../config/scope.ts'
import { type Assignments, ConfigurationError } from '../config/types.ts'
import { hint } from '../config/validate.ts'
import type { Scope } from '../parameters.ts'
import { PROCESS_STREAMS, type Streams } from './streams.ts'

export interface ParamsOptions {
  /** Only what the file sets. */
  readonly set?: boolean
  /** Defaults instead of values. */
  readonly defaults?: boolean
  /** Only those that have no effect, and why. */
  readonly pending?: boolean
  /** Values with $name expanded. */
  readonly expand?: boolean
  /** Values without names. */
  readonly hideNames?: boolean
  /** Owner and documentation too. */
  readonly long?: boolean
  readonly json?: boolean
  readonly config?: string
  /** Of this listener or transport. */
  readonly service?: string
}

const USUAL_FILE = '/etc/postern/postern.yaml'

/** @returns exit status: 0, or 1 for an unknown name or a file that can not be used */
export async function params(
  names: readonly string[],
  options: ParamsOptions,
  streams: Streams = PROCESS_STREAMS,
): Promise<number> {
  let assigned: Assignments
  try {
    assigned = await assignmentsOf(options)
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    streams.err.write(`${error.message}\n`)
    return 1
  }
  const registry = knownParameters()
  const scope = createScope({ assignments: options.defaults === true ? {} : assigned, registry })
  const all = [...new Set([...registry.keys(), ...(options.defaults === true ? [] : Object.keys(assigned))])].sort()
  const unknown = names.filter((name) => !all.includes(name))
  for (const name of unknown) {
    const { suggestion } = hint(name, all)
    streams.err.write(`postern params: warning: ${name}: unknown parameter${suggestion === undefined ? '' : `; ${suggestion}`}\n`)
  }
  const wanted = (names.length === 0 ? all : names.filter((name) => all.includes(name))).filter(
    (name) =>
      (options.set !== true || assigned[name] !== undefined) &&
      (options.pending !== true || registry.get(name)?.declaration.live === false),
  )
  const rows = wanted.map((name) => row(name, assigned, scope, options))
  if (options.json === true) streams.out.write(`${JSON.stringify(rows, undefined, 2)}\n`)
  else streams.out.write(rows.map((each) => rendered(each, options)).join(''))
  return unknown.length > 0 ? 1 : 0
}

async function assignmentsOf({ config, service }: ParamsOptions): Promise<Assignments> {
  const file = config ?? (existsSync(USUAL_FILE) ? USUAL_FILE : undefined)
  if (file === undefined) return {}
  const { parameters, listeners, transports } = await loadConfiguration(file)
  if (service === undefined) return parameters
  const own = [...listeners, ...transports].find(({ name }) => name === service)
  if (own === undefined)
    throw new ConfigurationError([{ place: { file, line: 1, column: 1 }, path: service, message: 'is no listener or transport' }])
  return { ...parameters, ...own.parameters }
}

interface Row {
  readonly name: string
  readonly value: string
  readonly default: string
  readonly isSet: boolean
  readonly owner: string
  readonly kind: string
  readonly live: boolean
  /** Why it has no effect. */
  readonly reason?: string
  readonly doc: string
}

function row(name: string, assigned: Assignments, scope: Scope, options: ParamsOptions): Row {
  const registered = knownParameters().get(name)
  const fallback = MACHINE_DEFAULTS.has(name)
    ? (createScope({ assignments: {}, registry: knownParameters() }).text(name) ?? '')
    : undefined
  const own = fallback ?? registered?.declaration.default ?? ''
  const isPending = registered?.declaration.live === false
  const raw = (options.defaults === true ? undefined : assigned[name]?.text) ?? own
  return {
    name,
    value: options.expand === true ? (scope.text(name) ?? '') : raw,
    default: own,
    isSet: assigned[name] !== undefined,
    owner: registered?.owner ?? 'file',
    kind: registered?.declaration.kind ?? 'text',
    live: !isPending,
    ...(isPending ? { reason: whyPending(name, registered?.owner ?? '') ?? 'nobody honours it' } : {}),
    doc: registered?.declaration.doc ?? 'Defined by the configuration file.',
  }
}

function rendered({ name, value, owner, reason, doc }: Row, { hideNames, long, pending }: ParamsOptions): string {
  if (pending === true && long !== true) return `${name}: ${reason ?? ''}\n`
  const line = hideNames === true ? `${value}\n` : `${name} =${value === '' ? '' : ` ${value}`}\n`
  return long === true
    ? `${line}    # ${owner}${reason === undefined ? '' : `, no effect in this version (${reason})`}: ${doc}\n`
    : line
}

export function addParams(program: Command): void {
  program
    .command('params')
    .description('show parameters: their values, defaults, and who honours them')
    .argument('[names...]', 'only these')
    .option('-c, --config <file>', `configuration file (default: ${USUAL_FILE})`)
    .option('-n, --set', 'only those that the file sets')
    .option('-d, --defaults', 'defaults instead of values')
    .option('-x, --expand', 'expand $name in values')
    .option('-h, --hide-names', 'values without names')
    .option('-p, --pending', 'those that have no effect in this version, and why')
    .option('-l, --long', 'with owner and meaning')
    .option('-s, --service <name>', 'as this listener or transport sees them')
    .option('--json', 'as JSON')
    // As in postconf, -h is not for help.
    .helpOption('--help', 'show this help')
    .action(async (names: string[], options: ParamsOptions) => {
      process.exitCode = await params(names, options)
    })
}
