/** Reads a configuration file: YAML to a checked Configuration, or every problem that it has. */
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, resolve } from 'node:path'
import { checkSections, readAssignments, type Section } from './assignments.ts'
import { YamlDocument } from './document.ts'
import { careful, readListeners, readTransports } from './engines.ts'
import { namesIn } from './expand.ts'
import { internalSteps } from './implied.ts'
import { readPipeline } from './pipeline.ts'
import { knownParameters } from './registry.ts'
import { warnAboutRelaying } from './relaying.ts'
import { Report } from './report.ts'
import { createScope } from './scope.ts'
import { readState, type StateShape } from './state.ts'
import { type Assignments, type Configuration, ConfigurationError, type LogConfig, type PipelineConfig } from './types.ts'
import { checkOwn } from './validate.ts'

/** What the file says, once its shape is known to be right. */
interface FileShape {
  readonly parameters?: object
  readonly listeners: readonly unknown[]
  readonly transports?: readonly unknown[]
  readonly pipeline?: object
  readonly queue_directory?: string
  readonly workers?: number | 'auto'
  readonly user?: string
  readonly group?: string
  readonly log?: { format?: LogConfig['format']; file?: string; level?: LogConfig['level'] }
  readonly state?: StateShape
}

/** Stages that belong to the gateway and not to a listener. */
const GATEWAY_STAGES = new Set(['queue', 'deliver', 'bounce', 'use'])

/**
 * Reads and checks a file. Plugins are not loaded; `checkPlugins` (plugins.ts) and `buildGeneration` do that.
 * @throws ConfigurationError with all problems; nothing else has happened then
 */
export async function loadConfiguration(file: string): Promise<Configuration> {
  return parseConfiguration(file, readSource(file))
}

/** The same for a text that is already read; `file` says where relative names start. @throws ConfigurationError */
export function parseConfiguration(file: string, source: string): Configuration {
  const report = new Report(new YamlDocument(file, source))
  report.settle()
  const value = report.document.value()
  // Findings also fill in defaults, which must not reach the file's own values.
  report.findings([], checkOwn('core', structuredClone(value) ?? {}))
  report.settle()
  return read(value as FileShape, report)
}

/** What open(2) and read(2) say of a configuration file, in words. */
const FAILURES: ReadonlyMap<string | undefined, string> = new Map([
  ['ENOENT', 'there is no such file'],
  ['EISDIR', 'is a directory'],
  ['EACCES', 'may not be read by this user'],
])

function readSource(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const why = FAILURES.get(code) ?? message
    throw new ConfigurationError([{ place: { file, line: 1, column: 1 }, path: '(file)', message: why }])
  }
}

function read(shape: FileShape, report: Report): Configuration {
  const { file } = report.document
  const baseDirectory = dirname(resolve(file))
  const parameters = withDirectories(readAssignments(shape.parameters, ['parameters'], report), shape, baseDirectory, file)
  const registry = knownParameters()
  const scope = createScope({ assignments: parameters, registry })
  const sections: Section[] = [{ assignments: parameters, path: ['parameters'], scope }]
  const context = { report, baseDirectory, text: careful(scope) }
  const whole = readPipeline(shape.pipeline, ['pipeline'], context)
  const shared = { report, baseDirectory, parameters, scope, registry, pipeline: whole, sections }
  const listeners = readListeners(shape.listeners, shared)
  const transports = readTransports(shape.transports ?? [], shared)
  checkSections(sections, registry, report, namesIn(JSON.stringify(shape)))
  warnAboutRelaying(listeners, sections, report)
  const queueDirectory = resolve(baseDirectory, scope.text('queue_directory') ?? '')
  const internal = internalSteps(context.text, whole.use ?? [], report.document.place([]))
  const isChecked = (context.text('internal_mail_filter_classes') ?? '').trim() !== ''
  const internalChecks = isChecked ? (whole.message ?? []) : []
  const state = readState(shape.state, baseDirectory, queueDirectory, report)
  const user = shape.user ?? (parameters.mail_owner === undefined ? undefined : careful(scope)('mail_owner') || undefined)
  report.settle()
  return {
    file: resolve(file),
    baseDirectory,
    parameters,
    listeners,
    transports,
    pipeline: only(whole, GATEWAY_STAGES),
    ...(internal.length === 0 ? {} : { internal }),
    ...(internalChecks.length === 0 ? {} : { internalChecks }),
    queueDirectory,
    workers: typeof shape.workers === 'number' ? shape.workers : usualWorkers(),
    ...(user === undefined ? {} : { user }),
    ...(shape.group === undefined ? {} : { group: shape.group }),
    log: readLog(shape, baseDirectory),
    state,
    warnings: report.warnings,
  }
}

/** The top-level queue_directory and the file's own directory are parameters too, for `$name`. */
function withDirectories(own: Assignments, shape: FileShape, baseDirectory: string, file: string): Assignments {
  const place = { file, line: 1, column: 1 }
  return {
    config_directory: { text: baseDirectory.replaceAll('$', '$$$$'), place },
    ...own,
    ...(shape.queue_directory === undefined ? {} : { queue_directory: { text: shape.queue_directory, place } }),
  }
}

function readLog({ log = {} }: FileShape, baseDirectory: string): LogConfig {
  return {
    format: log.format ?? 'maillog',
    level: log.level ?? 'info',
    ...(log.file === undefined ? {} : { file: resolve(baseDirectory, log.file) }),
  }
}

function only(pipeline: PipelineConfig, stages: ReadonlySet<string>): PipelineConfig {
  return Object.fromEntries(Object.entries(pipeline).filter(([stage]) => stages.has(stage)))
}

/** One for each core but one, which is left to the kernel, to syncs and to what else mail is shown to. */
function usualWorkers(): number {
  return Math.max(1, availableParallelism() - 1)
}
