/**
 * The process limits of master.cf, and arguments of services that nothing here reads. A delivery service with N processes has no more
 * than N connections at a time, which content filters count on: it becomes the concurrency limit of its destinations.
 */
import type { Scope } from '../parameters.ts'
import type { KeptParameter } from './keep.ts'
import type { Service } from './master-cf.ts'
import type { ImportReport } from './report.ts'
import { textOf } from './scopes.ts'

const CLIENTS = new Set(['smtp', 'lmtp'])
const READ_ARGUMENTS = new Set(['smtpd', 'smtp', 'lmtp', 'cleanup', 'qmgr', 'error', 'discard'])

/** Concurrency limits that main.cf leaves to the process limit of a service. */
export function processLimits(services: readonly Service[], scope: Scope): KeptParameter[] {
  return services.flatMap(({ name, command, processes, origin }) => {
    const parameter = `${name}_destination_concurrency_limit`
    if (!CLIENTS.has(command) || processes === undefined || processes === 0) return []
    const limit = Number(textOf(scope, parameter) || textOf(scope, 'default_destination_concurrency_limit'))
    if (limit > 0 && limit <= processes) return []
    const setting = {
      name: parameter,
      text: String(processes),
      origin: { ...origin, to: origin.from },
      lineOf: () => origin.from,
    }
    return [{ name: parameter, value: String(processes), setting, note: 'its limit of processes' }]
  })
}

/** Tells of what is left out. */
export function reportArguments(services: readonly Service[], report: ImportReport): void {
  for (const { name, command, processes, flags, origin } of services) {
    if (command === 'smtpd' && processes !== undefined && processes > 0)
      report.add('ignored', name, `its limit of ${processes} processes: smtpd_connection_limit is one for each worker`, origin)
    if (!READ_ARGUMENTS.has(command)) continue
    for (const word of flags) {
      if (/^-v+$/.test(word)) report.add('ignored', `${name} ${word}`, 'debug_peer_list shows dialogs in the log', origin)
      else if (!word.startsWith('flags=')) report.add('unsupported', `${name} ${word}`, `is no argument of ${command}`, origin)
    }
  }
}
