/** The pipeline of main.cf, or of one smtpd service: its restriction lists, and what looks at content. */
import { RESTRICTION_LISTS } from '../config/parameters.ts'
import { wordsOf } from '../config/units.ts'
import type { Scope } from '../parameters.ts'
import type { Stage } from '../plugin.ts'
import { type ImportedStep, LIST_STAGES, stepsOfList, stopsRelaying } from './lists.ts'
import type { Setting, Settings } from './main-cf.ts'
import type { ImportReport } from './report.ts'
import { textOf } from './scopes.ts'

/** Steps by stage, and what stands above a stage as a comment. */
export interface ImportedStages {
  readonly steps: ReadonlyMap<Stage, readonly ImportedStep[]>
  readonly comments: ReadonlyMap<Stage, string>
}

/** Options of the plugin header-checks, all of them parameters of cleanup(8). */
export const CONTENT_CHECKS: readonly string[] = ['header_checks', 'mime_header_checks', 'nested_header_checks', 'body_checks']
export const CONTENT_LIMITS: readonly string[] = ['body_checks_size_limit']

const NO_RELAY_LIST = 'smtpd_relay_restrictions is empty: the list of rcpt alone says who may relay'
const RELAY_OF_POSTFIX = "Postfix's default of smtpd_relay_restrictions"

/** All restriction lists of a scope. @param find where a list was written */
export function accessStages(scope: Scope, find: (name: string) => Setting | undefined, report: ImportReport): ImportedStages {
  const steps = new Map<Stage, readonly ImportedStep[]>()
  const comments = new Map<Stage, string>()
  for (const stage of LIST_STAGES) {
    const name = RESTRICTION_LISTS.get(stage) ?? ''
    steps.set(stage, stepsOfList(name, stage, { scope, report, find }))
  }
  if (find('smtpd_relay_restrictions') === undefined) comments.set('relay', RELAY_OF_POSTFIX)
  if (steps.get('relay')?.length === 0 && stopsRelaying(steps.get('rcpt') ?? [])) {
    comments.set('relay', NO_RELAY_LIST)
    steps.set('relay', [{ text: 'permit' }])
  }
  return { steps, comments }
}

/** One plugin step with options. */
export interface PluginStep {
  readonly plugin: string
  readonly options: ReadonlyMap<string, { readonly value: string | number; readonly setting?: Setting }>
}

/** The header-checks step of a cleanup(8) service; undefined when nothing is looked at. */
export function contentStep(scope: Scope, find: (name: string) => Setting | undefined): PluginStep | undefined {
  const isOff = wordsOf(textOf(scope, 'receive_override_options')).includes('no_header_body_checks')
  if (isOff || CONTENT_CHECKS.every((name) => textOf(scope, name) === '')) return undefined
  const options = new Map<string, { value: string | number; setting?: Setting }>()
  for (const name of CONTENT_CHECKS) {
    const setting = find(name)
    if (setting !== undefined) options.set(name, { value: textOf(scope, name), setting })
  }
  for (const name of CONTENT_LIMITS) {
    const setting = find(name)
    const value = Number(textOf(scope, name))
    if (setting !== undefined && Number.isInteger(value)) options.set(name, { value, setting })
  }
  return { plugin: 'header-checks', options }
}

/** A setting of the first of several places. */
export const finder =
  (...places: readonly Settings[]) =>
  (name: string): Setting | undefined => {
    for (const place of places) {
      const setting = place.get(name)
      if (setting !== undefined) return setting
    }
    return undefined
  }
