/** Step syntax: what one entry of a pipeline says, before names are resolved. */
import { suggest } from '../lookup/suggest.ts'
import type { Path } from './path.ts'
import type { Report } from './report.ts'
import { type RestrictionWord, splitRestrictions, WARN_IF_REJECT } from './restrictions.ts'
import type { StepConfig, WhenConfig } from './types.ts'
import { parseTime } from './units.ts'
import { checkOwn } from './validate.ts'

/** What core owns for every step, where the file says so. */
export interface Policy {
  readonly id?: string
  readonly when?: WhenConfig
  readonly timeout?: number
  readonly mode?: StepConfig['mode']
  readonly onError?: StepConfig['onError']
}

/** One entry as written. */
export interface Entry {
  readonly name: string
  /** Options or argument; undefined when there are none. */
  readonly value: unknown
  /** The way to the name. */
  readonly path: Path
  /** The name is a key there. */
  readonly atKey: boolean
  readonly policy: Policy
}

const POLICY_KEYS = new Set(['id', 'when', 'timeout', 'mode', 'onError'])

/** The entries of one stage; what is wrong goes to the report. */
export function readEntries(value: unknown, path: Path, report: Report): Entry[] {
  const items = Array.isArray(value) ? value : []
  const entries = items.flatMap((item, i) =>
    typeof item === 'string' ? fromText(item, [...path, i], report) : fromMapping(item as object, [...path, i], report),
  )
  return withWarnings(entries, path, report)
}

/** Takes out `warn_if_reject` and puts the entry after it in warn mode. */
export function withWarnings(entries: readonly Entry[], path: Path, report: Report): Entry[] {
  let warn = false
  const kept: Entry[] = []
  for (const entry of entries) {
    if (entry.name === WARN_IF_REJECT && entry.value === undefined) warn = true
    else {
      kept.push(warn ? { ...entry, policy: { ...entry.policy, mode: 'warn' } } : entry)
      warn = false
    }
  }
  if (warn) report.problem(entries.at(-1)?.path ?? path, `${WARN_IF_REJECT} has no restriction after it`)
  return kept
}

/** `permit_mynetworks`, `check_sender_access hash:/x`, or several with commas between. */
function fromText(text: string, path: Path, report: Report): Entry[] {
  try {
    return entriesOf(text, path, {})
  } catch (error) {
    report.problem(path, (error as Error).message, { text })
    return []
  }
}

/** Entries of a restriction list in one text, as in main.cf. @throws Error when braces do not match */
export function entriesOf(text: string, path: Path, policy: Policy): Entry[] {
  const words = splitRestrictions(text)
  return words.map(({ name, argument }: RestrictionWord) => ({
    name,
    value: argument === '' ? undefined : argument,
    path,
    atKey: false,
    policy,
  }))
}

/** `{ name: options, id: ..., when: ... }` */
function fromMapping(item: object, path: Path, report: Report): Entry[] {
  const given = Object.entries(item)
  const names = given.filter(([key]) => !POLICY_KEYS.has(key))
  const policy = readPolicy(Object.fromEntries(given.filter(([key]) => POLICY_KEYS.has(key))), path, report)
  const [first, second] = names
  if (first === undefined) {
    report.problem(path, 'names no restriction or plugin')
    return []
  }
  if (second !== undefined) {
    const near = suggest(second[0], POLICY_KEYS)
    report.problem([...path, second[0]], `a step has one name, and this one is already ${first[0]}`, {
      atKey: true,
      suggestion: near === undefined ? `begin a new entry with "- ", or indent it below ${first[0]}` : `did you mean "${near}"?`,
    })
    return []
  }
  const [name, value] = first
  if (name === WARN_IF_REJECT && typeof value === 'string') {
    return entriesOf(value, [...path, name], { ...policy, mode: 'warn' })
  }
  return [{ name, value: value ?? undefined, path: [...path, name], atKey: true, policy }]
}

function readPolicy(given: Record<string, unknown>, path: Path, report: Report): Policy {
  const findings = checkOwn('core', given, 'policy')
  if (findings.length > 0) {
    report.findings(path, findings)
    return {}
  }
  const { timeout, when, ...rest } = given as Policy & { timeout?: string | number; when?: Record<string, unknown> }
  const policy: Policy = rest
  return {
    ...policy,
    ...(when === undefined ? {} : { when: readWhen(when) }),
    ...(timeout === undefined ? {} : { timeout: readTimeout(timeout, [...path, 'timeout'], report) }),
  }
}

function readTimeout(timeout: string | number, path: Path, report: Report): number {
  try {
    return parseTime(String(timeout))
  } catch (error) {
    report.problem(path, (error as Error).message, { text: String(timeout) })
    return 0
  }
}

function readWhen(when: Record<string, unknown>): WhenConfig {
  const listed = Object.entries(when).map(([key, value]) => [key, typeof value === 'string' ? [value] : value])
  return Object.fromEntries(listed) as WhenConfig
}
