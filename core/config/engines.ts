/** `listeners:` and `transports:` of a configuration file. */
import { portsByName } from '../net/ports.ts'
import type { Scope } from '../parameters.ts'
import type { Stage } from '../plugin.ts'
import { readAssignments, type Section } from './assignments.ts'
import { impliedSteps } from './implied.ts'
import { parseListen } from './listen.ts'
import { RESTRICTION_LISTS } from './parameters.ts'
import type { Path } from './path.ts'
import { readPipeline, type StepContext, stepsOfParameter } from './pipeline.ts'
import type { Report } from './report.ts'
import { createScope, type Registry } from './scope.ts'
import type { Assignments, ListenerConfig, PipelineConfig, TransportConfig } from './types.ts'

/** What listeners and transports inherit. */
export interface Shared {
  readonly report: Report
  readonly baseDirectory: string
  readonly parameters: Assignments
  readonly scope: Scope
  readonly registry: Registry
  readonly pipeline: PipelineConfig
  /** Filled with each section read. */
  readonly sections: Section[]
}

interface ListenerShape {
  readonly name: string
  readonly listen: string | number | readonly (string | number)[]
  readonly protocol?: ListenerConfig['protocol']
  readonly stages?: NonNullable<ListenerConfig['stages']>
  readonly parameters?: object
  readonly pipeline?: object
}

interface TransportShape {
  readonly name: string
  readonly agent: TransportConfig['agent']
  readonly flags?: string
  readonly parameters?: object
  readonly pipeline?: object
}

/** Stages of a listener: those of the gateway's pipeline that it does not replace. */
const LISTENER_STAGES: readonly Stage[] = [
  'connect',
  'helo',
  'mail',
  'relay',
  'rcpt',
  'data',
  'end_of_data',
  'etrn',
  'vrfy',
  'message',
  'store',
]

/** Transports that exist without being named, as in Postfix's master.cf. */
const USUAL_TRANSPORTS: readonly TransportShape[] = [
  { name: 'smtp', agent: 'smtp' },
  { name: 'relay', agent: 'smtp' },
  { name: 'lmtp', agent: 'lmtp' },
  { name: 'error', agent: 'error' },
  { name: 'retry', agent: 'retry' },
  { name: 'discard', agent: 'discard' },
]

export function readListeners(list: readonly unknown[], shared: Shared): ListenerConfig[] {
  const shapes = list as readonly ListenerShape[]
  refuseTwins(shapes, ['listeners'], shared.report)
  const taken = new Map<string, string>()
  return shapes.flatMap((shape, i) => readListener(shape, ['listeners', i], shared, taken))
}

/**
 * One for each address; they share everything else, the name too.
 * @param taken names by address: workers share ports, so that the system would not mind two listeners on one
 */
function readListener(shape: ListenerShape, path: Path, shared: Shared, taken: Map<string, string>): ListenerConfig[] {
  const { report, baseDirectory } = shared
  const { parameters, scope } = section(shape, path, shared)
  const context = { report, baseDirectory, text: careful(scope) }
  const own = readPipeline(shape.pipeline, [...path, 'pipeline'], context)
  const place = report.document.place(path)
  // What parameters mount is about dialogs, and here is none.
  const isDialog = shape.protocol !== 'policy'
  const named = [...(own.use ?? []), ...(shared.pipeline.use ?? [])]
  const use = [...(own.use ?? []), ...(isDialog ? impliedSteps(context.text, named, place) : [])]
  if (shape.stages !== undefined && isDialog)
    report.problem([...path, 'stages'], 'is for listeners of "protocol: policy"', { atKey: true })
  const at = [...path, 'listen']
  const ports = portsByName(context.text('known_tcp_ports') ?? '')
  const addresses = Array.isArray(shape.listen)
    ? shape.listen.map((each, i) => address(each, [...at, i], ports, report))
    : [address(shape.listen as string | number, at, ports, report)]
  for (const { host, port } of addresses) {
    const key = `${host} ${port}`
    const other = taken.get(key)
    taken.set(key, shape.name)
    if (other !== undefined && (port !== 0 || host.startsWith('/')))
      report.problem(at, `is where listener ${other} listens already`, { text: String(shape.listen) })
  }
  const listener = {
    name: shape.name,
    protocol: shape.protocol ?? 'smtp',
    ...(shape.stages === undefined ? {} : { stages: shape.stages }),
    parameters,
    pipeline: { ...effective(own, parameters, path, context, shared), ...(use.length === 0 ? {} : { use }) },
    place,
  }
  return addresses.map((each) => ({ ...listener, ...each }))
}

/** A stage comes from the listener's pipeline, the listener's parameter, the gateway's pipeline or parameter: the first that is set. */
function effective(
  own: PipelineConfig,
  parameters: Assignments,
  path: Path,
  context: StepContext,
  shared: Shared,
): PipelineConfig {
  const stages: { [S in Stage]?: PipelineConfig[S] } = {}
  for (const stage of LISTENER_STAGES) {
    const list = RESTRICTION_LISTS.get(stage)
    const byParameter = (from: Assignments, at: Path) =>
      list === undefined || from[list] === undefined
        ? undefined
        : stepsOfParameter(context.text(list) ?? '', [...at, 'parameters', list], stage, context)
    const steps =
      own[stage] ?? byParameter(parameters, path) ?? shared.pipeline[stage] ?? byParameter(shared.parameters, []) ?? undefined
    if (steps !== undefined) stages[stage] = steps
  }
  return stages
}

/** Agents that speak to a server, where the gateway's deliver steps have something to do. */
export const SPEAKING: ReadonlySet<string> = new Set(['smtp', 'lmtp'])

export function readTransports(list: readonly unknown[], shared: Shared): TransportConfig[] {
  const shapes = list as readonly TransportShape[]
  refuseTwins(shapes, ['transports'], shared.report)
  const named = shapes.map((shape, i) => readTransport(shape, ['transports', i], shared))
  const names = new Set(named.map(({ name }) => name))
  const usual = USUAL_TRANSPORTS.filter(({ name }) => !names.has(name)).map((shape) =>
    readTransport(shape, ['transports'], shared),
  )
  return [...named, ...usual]
}

function readTransport(shape: TransportShape, path: Path, shared: Shared): TransportConfig {
  const { report, baseDirectory } = shared
  const { parameters, scope } = section(shape, path, shared, { process_name: shape.agent })
  const text = careful(scope)
  const own = readPipeline(shape.pipeline, [...path, 'pipeline'], { report, baseDirectory, text })
  const isSpeaking = SPEAKING.has(shape.agent)
  const named = own.deliver ?? (isSpeaking ? shared.pipeline.deliver : undefined) ?? []
  // As in Postfix, checks come before the addresses are rewritten.
  const implied = isSpeaking ? impliedSteps(text, named, report.document.place(path), shape.agent) : []
  const deliver = [...implied, ...named]
  const { name, agent, flags } = shape
  const pipeline = deliver.length === 0 ? {} : { deliver }
  return { name, agent, ...(flags === undefined ? {} : { flags }), parameters, pipeline }
}

/** The parameters of a listener or transport and the scope they make; `$service_name` is its name, `$process_name` its engine. */
function section(
  shape: { name: string; parameters?: object },
  path: Path,
  shared: Shared,
  facts: Readonly<Record<string, string>> = {},
): { parameters: Assignments; scope: Scope } {
  const at = [...path, 'parameters']
  const assignments = shape.parameters === undefined ? {} : readAssignments(shape.parameters, at, shared.report)
  const place = shared.report.document.place(path)
  const known = Object.entries({ service_name: shape.name, ...facts }).map(([name, text]) => [name, { text, place }] as const)
  const parameters: Assignments = { ...Object.fromEntries(known), ...assignments }
  const scope = createScope({ assignments: parameters, parent: shared.scope, registry: shared.registry })
  if (shape.parameters !== undefined) shared.sections.push({ assignments, path: at, scope })
  return { parameters, scope }
}

function refuseTwins(shapes: readonly { name: string }[], path: Path, report: Report): void {
  for (const [i, { name }] of shapes.entries()) {
    if (shapes.findIndex((other) => other.name === name) < i)
      report.problem([...path, i, 'name'], 'this name is already taken', { text: name })
  }
}

function address(
  listen: string | number,
  path: Path,
  ports: ReadonlyMap<string, number>,
  report: Report,
): { host: string; port: number } {
  try {
    return parseListen(String(listen), ports)
  } catch (error) {
    report.problem(path, (error as Error).message, { text: String(listen) })
    return { host: '', port: 0 }
  }
}

/** Bad values are told by checkSections, with their place; until then they count as not set. */
export function careful(scope: Scope): (name: string) => string | undefined {
  return (name) => {
    try {
      return scope.text(name)
    } catch {
      return undefined
    }
  }
}
