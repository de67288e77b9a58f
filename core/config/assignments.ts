/** `parameters:` sections: their texts with places, and the check of names and values. */
import { ParameterError, type Scope } from '../parameters.ts'
import { namesIn } from './expand.ts'
import { MACHINE_DEFAULTS } from './machine.ts'
import type { Path } from './path.ts'
import type { Report } from './report.ts'
import type { Registry } from './scope.ts'
import type { Assignments } from './types.ts'
import { parseValue, wordsOf } from './units.ts'
import { hint } from './validate.ts'

/** Texts of a `parameters:` mapping: lists are joined with commas, true and false are yes and no. */
export function readAssignments(value: unknown, path: Path, report: Report): Assignments {
  const rows = Object.entries((value ?? {}) as Record<string, unknown>).map(([name, given]) => {
    const at = [...path, name]
    const text = Array.isArray(given)
      ? given.map((_, i) => scalar(given[i], [...at, i], report)).join(', ')
      : scalar(given, at, report)
    return [name, { text, place: report.document.place(at) }] as const
  })
  return Object.fromEntries(rows)
}

function scalar(value: unknown, path: Path, report: Report): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (value === null || value === undefined) return ''
  return report.document.source(path) ?? String(value)
}

/** One section with the scope in which its values hold. */
export interface Section {
  readonly assignments: Assignments
  readonly path: Path
  readonly scope: Scope
}

/** Per-transport settings, `TRANSPORT_destination_concurrency_limit` and the like (postconf(5), "transport_..."). */
export const PER_TRANSPORT =
  /^[A-Za-z0-9.-]+_(?:(?:initial_)?destination_concurrency(?:_(?:limit|positive_feedback|negative_feedback|failed_cohort_limit))?|destination_(?:recipient_limit|rate_delay)|transport_rate_delay|recipient_(?:limit|refill_limit|refill_delay)|extra_recipient_limit|minimum_delivery_slots|delivery_slot_(?:cost|loan|discount)|time_limit)$/

/**
 * Reports unknown names, values that do not fit, and parameters that nothing honours yet.
 * @param mentioned names that the file refers to as `$name`: these may be anything
 */
export function checkSections(
  sections: readonly Section[],
  registry: Registry,
  report: Report,
  mentioned: ReadonlySet<string>,
): void {
  const own = userDefined(sections).union(mentioned).union(namedByDefaults(registry))
  for (const { assignments, path, scope } of sections) {
    for (const [name, { text }] of Object.entries(assignments)) {
      const at = [...path, name]
      const registered = registry.get(name)
      if (registered !== undefined) {
        if (!registered.declaration.live) report.warning(at, 'has no effect in this version', { atKey: true })
        checkValue(name, text, at, scope, registry, report)
      } else if (PER_TRANSPORT.test(name) || own.has(name)) {
        checkValue(name, text, at, scope, registry, report)
      } else {
        report.problem(at, 'is no known parameter', { text: name, atKey: true, ...hint(name, [...registry.keys()]) })
      }
    }
  }
}

/** `virtual_maps`: an older name, which the default of another parameter still refers to. */
function namedByDefaults(registry: Registry): Set<string> {
  return new Set([...registry.values()].flatMap(({ declaration }) => [...namesIn(declaration.default)]))
}

/** Names that another value mentions, or that are restriction classes: as in main.cf, these may be anything. */
function userDefined(sections: readonly Section[]): Set<string> {
  const names = new Set<string>()
  for (const { assignments } of sections) {
    for (const { text } of Object.values(assignments)) for (const name of namesIn(text)) names.add(name)
    for (const name of wordsOf(assignments.smtpd_restriction_classes?.text ?? '')) names.add(name)
  }
  return names
}

function checkValue(name: string, raw: string, path: Path, scope: Scope, registry: Registry, report: Report): void {
  try {
    const declaration = registry.get(name)?.declaration
    if (declaration?.raw === true) return
    for (const each of namesIn(raw)) {
      if (scope.text(each) === undefined && !MACHINE_DEFAULTS.has(each))
        report.warning(path, `refers to $${each}, which is not set`, hint(each, [...registry.keys()]))
    }
    const text = scope.text(name) ?? ''
    if (declaration !== undefined) parseValue(name, text, declaration)
  } catch (error) {
    if (!(error instanceof ParameterError)) throw error
    report.problem(path, error.message, { text: raw })
  }
}
