/** Whatever stands in main.cf and master.cf: an import gives YAML, or says what is wrong. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { parse } from 'yaml'
import { ImportError, importDirectory } from './index.ts'

const directory = mkdtempSync(join(tmpdir(), 'postern-import-'))
after(() => rmSync(directory, { recursive: true }))

const NAMES = [
  'smtpd_client_restrictions',
  'smtpd_relay_restrictions',
  'smtpd_restriction_classes',
  'mine',
  'header_checks',
  'transport_maps',
  'inet_interfaces',
  'inet_protocols',
  'compatibility_level',
  'relay_domains',
  'smtp_generic_maps',
  'smtpd_banner',
  '__proto__',
  'x-y',
]
const PIECES = [
  'permit',
  'reject_rbl_client',
  'check_client_access',
  'hash:/x',
  'tcp:a:1',
  'warn_if_reject',
  '$mine',
  '${mine?a}',
  '${x:{b}}',
  '$$1',
  '$',
  '{',
  '}',
  ',',
  '#',
  ': ',
  '- ',
  '"',
  "'",
  '&a',
  '*a',
  '!t',
  '%',
  '@',
  '`',
  '\t',
  '\\',
  '3.6',
  'all',
  'ü',
  '\u0000',
  '\u2028',
  '~',
  'null',
  '0x1f',
  '1e3',
]
const word = fc.oneof(fc.constantFrom(...PIECES), fc.string({ unit: 'binary-ascii', maxLength: 4 }))
const value = fc.array(word, { maxLength: 6 }).map((words) => words.join(' ').replaceAll(/[\r\n]/g, ' '))
const setting = fc
  .tuple(fc.constantFrom(...NAMES), value, fc.boolean())
  .map(([name, text, fold]) => `${name} =${fold ? '\n ' : ' '}${text}\n`)
const service = fc
  .tuple(
    fc.constantFrom('smtp', '25', '[::1]:smtp', 'x:y', 'slow'),
    fc.constantFrom('inet', 'unix', 'pass'),
    fc.constantFrom('smtpd', 'smtp', 'pipe', 'cleanup'),
    setting,
  )
  .map(([name, type, command, option]) => `${name} ${type} n - n - - ${command}\n  -o { ${option.replaceAll('\n', ' ')} }\n`)

test('nothing makes an import fail but with its own error, and what it writes is YAML', () => {
  fc.assert(
    fc.property(fc.array(setting, { maxLength: 8 }), fc.array(service, { maxLength: 3 }), (settings, services) => {
      writeFileSync(join(directory, 'main.cf'), settings.join(''))
      writeFileSync(join(directory, 'master.cf'), services.join(''))
      try {
        assert.equal(parse(importDirectory(directory).yaml).version, 1)
      } catch (error) {
        if (!(error instanceof ImportError)) throw error
        assert.match(error.message, /\S/)
      }
    }),
    { numRuns: 400 },
  )
})
