/** Which settings of main.cf or of a service become parameters of the YAML file, and as what. */
import { PER_TRANSPORT } from '../config/assignments.ts'
import { namesIn } from '../config/expand.ts'
import { MACHINE_DEFAULTS } from '../config/machine.ts'
import { RESTRICTION_LISTS } from '../config/parameters.ts'
import { isPointless, whyPending } from '../config/pending/reasons.ts'
import type { Registry } from '../config/scope.ts'
import { splitList } from '../config/units.ts'
import { sameValue } from './defaults.ts'
import { fateOf } from './fates.ts'
import type { Setting, Settings } from './main-cf.ts'
import type { ImportReport } from './report.ts'
import { CONTENT_CHECKS, CONTENT_LIMITS } from './stages.ts'
import { namesTables, unsupportedTable } from './tables.ts'

/** One parameter as it will stand in the file. */
export interface KeptParameter {
  readonly name: string
  /** A list is written as one. */
  readonly value: string | readonly string[]
  /** Where it came from; absent for what the import adds. */
  readonly setting?: Setting
  /** Why it stands there, or that it does nothing yet. */
  readonly note?: string
}

export interface KeepContext {
  readonly registry: Registry
  readonly report: ImportReport
  /** Names that something refers to as `$name`. */
  readonly mentioned: Set<string>
  /** Names that anything refers to, also what becomes steps and is put in place there. */
  readonly used: ReadonlySet<string>
  /** Tables whose settings stand in main.cf, as `mysql:NAME` has them in NAME_user, NAME_query and so on; by NAME. */
  readonly tablesByName: ReadonlyMap<string, string>
  /** Names of restriction classes. */
  readonly classes: ReadonlySet<string>
}

/** Honoured by what they become: pipeline stages, plugins, top-level keys. */
export const ELSEWHERE: ReadonlySet<string> = new Set([
  ...RESTRICTION_LISTS.values(),
  ...CONTENT_CHECKS,
  ...CONTENT_LIMITS,
  'smtp_generic_maps',
  'lmtp_generic_maps',
  'maillog_file',
  'queue_directory',
  'mail_owner',
  'compatibility_level',
  'config_directory',
  'master_service_disable',
])

/** What is not there can as well be switched off. */
const OFF = /^(?:no|0s?)?$/i

/** Settings that stay, in their order; what is dropped goes to the report. @param isService values equal to a default matter there */
export function keptParameters(settings: Settings, context: KeepContext, isService = false): KeptParameter[] {
  return [...settings.values()].flatMap((setting) => {
    if (ELSEWHERE.has(setting.name)) return []
    return keep(setting, context, isService)
  })
}

function keep(setting: Setting, context: KeepContext, isService: boolean): KeptParameter[] {
  const { name, text, origin } = setting
  const { registry, report, mentioned, classes } = context
  const declaration = registry.get(name)?.declaration
  if (declaration === undefined) {
    if (classes.has(name)) return []
    if (mentioned.has(name) || PER_TRANSPORT.test(name)) return [{ name, value: text, setting }]
    const table = tableOf(name, context)
    if (table !== undefined) {
      report.add('unsupported', name, `write it into a file, without the prefix, and name that file instead of ${table}`, origin)
      return []
    }
    const { kind, reason } = fateOf(name)
    // It is read where it was referred to.
    if (kind === 'ignored' && context.used.has(name)) return []
    report.add(kind, name, reason, origin)
    return []
  }
  // What is not set comes from the machine, whatever the declaration has for its default.
  const isDefault = !MACHINE_DEFAULTS.has(name) && sameValue(text, declaration.default)
  if (!isService && isDefault) return []
  if (isPointless(name)) {
    report.add('ignored', name, whyPending(name, '') ?? '', origin)
    return []
  }
  if (!declaration.live) {
    report.add(OFF.test(text) ? 'ignored' : 'unsupported', name, 'has no effect in this version', origin)
    return [{ name, value: text, setting, note: 'no effect in this version' }]
  }
  return [{ name, value: written(setting, declaration.kind, report), setting }]
}

/** The table that a setting is for. */
function tableOf(name: string, { tablesByName }: KeepContext): string | undefined {
  const prefix = [...tablesByName.keys()].find((each) => name.startsWith(`${each}_`))
  return prefix === undefined ? undefined : tablesByName.get(prefix)
}

/** The value as a person would write it; tables that can not be opened are left out. */
function written(setting: Setting, kind: string, report: ImportReport): string | string[] {
  const { name, text, origin } = setting
  if (kind !== 'list' && !namesTables(name)) return text
  let words: string[]
  try {
    words = splitList(text)
  } catch {
    return text
  }
  const kept = words.filter((word) => {
    const type = namesTables(name) ? unsupportedTable(word) : undefined
    if (type !== undefined) report.add('unsupported', name, `there are no ${type} tables in this version: ${word}`, origin)
    return type === undefined
  })
  if (kept.length === words.length && kind !== 'list') return text
  return kept.length > 1 ? kept : (kept[0] ?? '')
}

/** Every name that the texts, or what they refer to, mention. */
export function mentionedNames(texts: Iterable<string>, settings: Settings): Set<string> {
  const names = new Set<string>()
  const queue = [...texts]
  for (let text = queue.pop(); text !== undefined; text = queue.pop()) {
    for (const name of namesIn(text)) {
      if (names.has(name)) continue
      names.add(name)
      const more = settings.get(name)?.text
      if (more !== undefined) queue.push(more)
    }
  }
  return names
}
