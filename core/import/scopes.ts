/** The parameters that an imported main.cf, or one service of master.cf, sees: with the defaults that Postfix would use. */
import { createScope, type Registry } from '../config/scope.ts'
import type { Assignments } from '../config/types.ts'
import type { Scope } from '../parameters.ts'
import { OLDEST_LEVEL, RELAY_DEFAULT } from './defaults.ts'
import type { Settings } from './main-cf.ts'

/** Names that values may refer to without setting them, which Postern does not declare. Debian's places. */
export const POSTFIX_PLACES: ReadonlyMap<string, string> = new Map([
  ['data_directory', '/var/lib/postfix'],
  ['daemon_directory', '/usr/lib/postfix/sbin'],
  ['meta_directory', '/etc/postfix'],
  ['shlib_directory', '/usr/lib/postfix'],
  ['mail_version', '3.7.11'],
])

/** What main.cf sees. */
export function mainScope(settings: Settings, directory: string, registry: Registry): Scope {
  const under = {
    ...Object.fromEntries(POSTFIX_PLACES),
    config_directory: directory.replaceAll('$', '$$$$'),
    compatibility_level: OLDEST_LEVEL,
    smtpd_relay_restrictions: RELAY_DEFAULT,
  }
  return createScope({ assignments: { ...assignments(Object.entries(under)), ...texts(settings) }, registry })
}

/** What a service sees: its `-o` options over main.cf. */
export function serviceScope(options: Settings, parent: Scope, registry: Registry): Scope {
  return createScope({ assignments: texts(options), parent, registry })
}

function texts(settings: Settings): Assignments {
  return assignments([...settings].map(([name, { text }]) => [name, text]))
}

function assignments(rows: readonly (readonly [string, string])[]): Assignments {
  const place = { file: 'main.cf', line: 1, column: 1 }
  return Object.fromEntries(rows.map(([name, text]) => [name, { text, place }]))
}

/** The expanded text of a name; '' when it is not set or can not be expanded. */
export function textOf(scope: Scope, name: string): string {
  try {
    return scope.text(name) ?? ''
  } catch {
    return ''
  }
}
