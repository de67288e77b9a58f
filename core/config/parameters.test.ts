/**
 * Every parameter of smtpd(8) and smtp(8), Postfix 2.x to 3.7, is known, and has the default of Postfix 3.7.11's `postconf -d`
 * but for a written list of exceptions. The names and defaults are in testdata/postconf-3.7.tsv.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { MACHINE_DEFAULTS } from './machine.ts'
import { knownParameters } from './registry.ts'
import { createScope } from './scope.ts'
import { parseValue, splitList } from './units.ts'

const oracle = readFileSync(new URL('testdata/postconf-3.7.tsv', import.meta.url), 'utf8')
  .replace(/\n$/, '')
  .split('\n')
  .filter((line) => !line.startsWith('#'))
  .map((line) => line.split('\t') as [name: string, fallback: string])
const known = knownParameters()

/** Where Postern's default is another one, and why. */
const EXCEPTIONS: ReadonlyMap<string, string> = new Map([
  ['smtpd_forbid_bare_newline', 'safety: normalize'],
  ['smtpd_forbid_unauth_pipelining', 'safety: yes'],
  ['smtpd_relay_restrictions', 'safety: nothing is relayed without rules'],
  ['smtpd_tls_protocols', 'safety: >=TLSv1.2'],
  ['smtpd_tls_mandatory_protocols', 'safety: >=TLSv1.2'],
  ['smtp_tls_protocols', 'safety: >=TLSv1.2'],
  ['smtp_tls_mandatory_protocols', 'safety: >=TLSv1.2'],
  ['smtpd_tls_fingerprint_digest', 'safety: sha256 whatever the compatibility level'],
  ['smtp_tls_fingerprint_digest', 'safety: sha256 whatever the compatibility level'],
  ['queue_directory', 'its own place'],
  ['config_directory', 'the directory of the file'],
  ['process_name', 'the engine'],
  ['service_name', 'the listener or transport'],
])

/** Values that only conditions on old compatibility levels would change; the level is 3.6. */
const effective = createScope({ assignments: {}, registry: known })

/** Lists may be written with commas or spaces between their words. */
const normal = (name: string, text: string): string =>
  known.get(name)?.declaration.kind === 'list' ? splitList(text).join(', ') : text

test('there are 380 names, all of them known', () => {
  assert.equal(new Set(oracle.map(([name]) => name)).size, 380)
  assert.deepEqual(
    oracle.map(([name]) => name).filter((name) => !known.has(name)),
    [],
  )
})

test('defaults are those of Postfix 3.7', () => {
  const different = oracle.flatMap(([name, fallback]) => {
    const own = known.get(name)?.declaration.default
    if (own === fallback || EXCEPTIONS.has(name) || MACHINE_DEFAULTS.has(name)) return []
    return normal(name, effective.text(name) ?? '') === normal(name, effective.expand(fallback))
      ? []
      : [`${name}: ${own} instead of ${fallback}`]
  })
  assert.deepEqual(different, [])
})

test('an exception is one', () => {
  const defaults = new Map(oracle)
  const same = [...EXCEPTIONS.keys()].filter((name) => known.get(name)?.declaration.default === defaults.get(name))
  assert.deepEqual(same, [])
})

test('every default fits its declaration, with and without stress', () => {
  for (const assignments of [{}, { stress: { text: 'yes', place: { file: '', line: 1, column: 1 } } }]) {
    const scope = createScope({ assignments, registry: known })
    for (const [name, { declaration }] of known)
      assert.doesNotThrow(() => parseValue(name, scope.text(name) ?? '', declaration), name)
  }
})

test('every parameter says what it does', () => {
  const silent = [...known].filter(([, { declaration }]) => !/^[A-Z`].{8,}[.?]$/s.test(declaration.doc)).map(([name]) => name)
  assert.deepEqual(silent, [])
})
