/** Who writes a log line, and how: from the configuration, for supervisor and workers alike. */
import { knownParameters } from '../config/registry.ts'
import { createScope } from '../config/scope.ts'
import type { Configuration } from '../config/types.ts'
import type { LogIdentity } from '../log/log.ts'
import { LOG_PARAMETERS } from '../log/parameters.ts'

/** @param worker absent for the supervisor */
export function logIdentity(config: Configuration, worker?: { readonly index: number; readonly count: number }): LogIdentity {
  const scope = createScope({ assignments: config.parameters, registry: knownParameters() })
  const values = scope.values(LOG_PARAMETERS)
  return {
    syslogName: values.syslog_name,
    addressFormat: values.info_log_address_format === 'internal' ? 'internal' : 'external',
    delayDigits: values.delay_logging_resolution_limit,
    ...(worker === undefined ? {} : { worker: { index: worker.index, count: worker.count } }),
  }
}

/** Would both configurations write the same log in the same way? */
export function isSameLog(before: Configuration, now: Configuration): boolean {
  const all = (config: Configuration): string => JSON.stringify([config.log, logIdentity(config)])
  return all(before) === all(now)
}
