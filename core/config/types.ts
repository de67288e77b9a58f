/** A checked configuration: plain JSON, so that the supervisor can hand it to its workers. */
import type { AccessStage } from '../facts.ts'
import type { Stage } from '../plugin.ts'
import type { StateConfig } from '../state/types.ts'

/** Where something stands in a file; lines and columns from 1. */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** Parameter texts as written, before expansion. */
export type Assignments = Readonly<Record<string, { readonly text: string; readonly place: Place }>>

/** One entry of a pipeline, with the plugin that serves it resolved but not loaded. */
export interface StepConfig {
  /** `permit_mynetworks`, `rbl`, `./my-check.ts`: what the file says. */
  readonly name: string
  /** Restriction name when the entry is one, with its argument text. */
  readonly restriction?: { readonly name: string; readonly argument: string }
  /** Module to import: absolute path or package name. */
  readonly module: string
  /** Options with defaults, checked by the plugin's schema; for a restriction the plugin makes them from the argument. */
  readonly options?: unknown
  readonly id: string
  readonly when?: WhenConfig
  readonly timeout: number
  readonly mode: 'enforce' | 'warn'
  readonly onError: 'defer' | 'skip' | 'reject'
  /** `pipeline.rcpt[2].rbl`: the way to it in the file. */
  readonly path?: string
  readonly place: Place
}

/** Conditions of a step; all that are given must hold. Each is a match list as text. */
export interface WhenConfig {
  readonly client?: readonly string[]
  readonly helo?: readonly string[]
  readonly sender?: readonly string[]
  readonly recipient?: readonly string[]
  readonly authenticated?: boolean
}

/** Ordered steps by stage. */
export type PipelineConfig = { readonly [S in Stage]?: readonly StepConfig[] }

export interface ListenerConfig {
  readonly name: string
  /** `policy`: other servers ask its access lists (SMTPD_POLICY_README). */
  readonly protocol: 'smtp' | 'lmtp' | 'policy'
  /** Of a policy listener: the lists that answer a protocol_state, where they are not its own one. */
  readonly stages?: Readonly<Record<string, readonly AccessStage[]>>
  /** Addresses to bind: host or unix path, and port. */
  readonly host: string
  readonly port: number
  readonly parameters: Assignments
  readonly pipeline: PipelineConfig
  readonly place: Place
}

export interface TransportConfig {
  readonly name: string
  /** Kind of delivery agent. */
  readonly agent: 'smtp' | 'lmtp' | 'maildir' | 'discard' | 'error' | 'retry'
  /** Letters of `flags=` in master.cf (core/smtp/flags.ts). */
  readonly flags?: string
  readonly parameters: Assignments
  readonly pipeline: PipelineConfig
}

export interface LogConfig {
  readonly format: 'json' | 'maillog'
  /** Absent: standard output. */
  readonly file?: string
  readonly level: 'debug' | 'info' | 'warn'
}

export interface Configuration {
  readonly file: string
  readonly baseDirectory: string
  readonly parameters: Assignments
  readonly listeners: readonly ListenerConfig[]
  readonly transports: readonly TransportConfig[]
  /** Gateway-wide steps: queue, deliver, bounce, use. */
  readonly pipeline: PipelineConfig
  /** Steps of `use` that parameters of the gateway mount for mail that is made here. Absent: none. */
  readonly internal?: readonly StepConfig[]
  /** Steps of `message` that look at mail made here too (internal_mail_filter_classes). Absent: none. */
  readonly internalChecks?: readonly StepConfig[]
  readonly queueDirectory: string
  readonly workers: number
  readonly user?: string
  readonly group?: string
  readonly log: LogConfig
  /** Absent: in the memory of each process. */
  readonly state?: StateConfig
  /** Things worth saying that do not stop the start. */
  readonly warnings: readonly string[]
}

/** One thing that is wrong with a configuration. */
export interface Problem {
  readonly place: Place
  /** `pipeline.rcpt[2].rbl.lists`: the way to it. */
  readonly path: string
  readonly message: string
  /** The offending text. */
  readonly text?: string
  readonly suggestion?: string
}

/** The configuration can not be used; nothing was changed. */
export class ConfigurationError extends Error {
  readonly problems: readonly Problem[]
  constructor(problems: readonly Problem[]) {
    super(problems.map(renderProblem).join('\n'))
    this.name = 'ConfigurationError'
    this.problems = problems
  }
}

/** `file:line:column: path: message ("text"); did you mean "x"?` */
export function renderProblem(p: Problem): string {
  const text = p.text === undefined ? '' : ` (${JSON.stringify(p.text)})`
  const hint = p.suggestion === undefined ? '' : `; ${p.suggestion}`
  return `${p.place.file}:${p.place.line}:${p.place.column}: ${p.path}: ${p.message}${text}${hint}`
}
