/** Who writes a log line: from the configuration, for supervisor and workers alike. */
import type { Configuration } from '../config/types.ts'
import type { LogIdentity } from '../log/log.ts'
import { LOG_PARAMETERS } from '../log/parameters.ts'

/** @param worker absent for the supervisor */
export function logIdentity(config: Configuration, worker?: { readonly index: number; readonly count: number }): LogIdentity {
  return {
    syslogName: config.parameters.syslog_name?.text ?? LOG_PARAMETERS.declarations.syslog_name.default,
    ...(worker === undefined ? {} : { worker: { index: worker.index, count: worker.count } }),
  }
}
