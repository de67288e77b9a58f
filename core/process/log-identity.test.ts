/** Parameters of the log reach those who write it, also when a reload changes them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseConfiguration } from '../config/load.ts'
import type { Configuration } from '../config/types.ts'
import { isSameLog, logIdentity } from './log-identity.ts'

const configuration = (parameters = '', more = ''): Configuration =>
  parseConfiguration(
    '/etc/postern.yaml',
    `version: 1\nlisteners: [{ name: smtp, listen: 25 }]\nparameters: {${parameters}}\n${more}`,
  )

test('syslog_name, info_log_address_format and delay_logging_resolution_limit', () => {
  assert.deepEqual(logIdentity(configuration()), { syslogName: 'postfix', addressFormat: 'external', delayDigits: 2 })
  const given = configuration(
    'syslog_name: mail-$myhostname, myhostname: gw.test, info_log_address_format: internal, delay_logging_resolution_limit: 3',
  )
  assert.deepEqual(logIdentity(given), { syslogName: 'mail-gw.test', addressFormat: 'internal', delayDigits: 3 })
  assert.deepEqual(logIdentity(given, { index: 1, count: 2 }).worker, { index: 1, count: 2 })
})

test('a log is opened anew when what it says or where it goes has changed', () => {
  const before = configuration('syslog_name: a')
  assert.equal(isSameLog(before, configuration('syslog_name: a, relayhost: x')), true)
  assert.equal(isSameLog(before, configuration('syslog_name: b')), false)
  assert.equal(isSameLog(before, configuration('syslog_name: a, info_log_address_format: internal')), false)
  assert.equal(isSameLog(before, configuration('syslog_name: a', 'log: { level: debug }\n')), false)
})
