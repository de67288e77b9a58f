/** What stands in templates of replies, and what of a peer may stand there. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { anAccessRequest } from '../test/kit/session.ts'
import { ACCESS_PARAMETERS } from './access/index.ts'
import { scopeOf } from './config/scope.ts'
import type { AccessRequest } from './plugin.ts'
import { expandTemplate, expansionFilter, filtered, requestValue } from './reply-template.ts'

test('templates are expanded, and no value can expand again', () => {
  const values = new Map([
    ['a', 'A'],
    ['evil', '$a ${a}'],
  ])
  const expand = (template: string) => expandTemplate(template, (name) => values.get(name))
  const cases: [string, string][] = [
    ['$a-$(a)-${a}', 'A-A-A'],
    ['$none|$$a', '|$a'],
    ['${a?yes $a}${none?no}', 'yes A'],
    ['${a:no}${none:yes}', 'yes'],
    ['${none?{x}:{y $a}}', 'y A'],
    ['${a?{x ${a?z}}:{y}}', 'x z'],
    ['$evil', values.get('evil') as string],
    ['100$', '100$'],
    ['${a', 'A'],
  ]
  for (const [template, expected] of cases) assert.equal(expand(template), expected, template)
  fc.assert(fc.property(fc.string({ unit: fc.constantFrom(...'${}()?:a ') }), (text) => typeof expand(text) === 'string'))
})

test('values of the peer keep to the characters that are allowed', () => {
  const all = expansionFilter(scopeOf({}, ACCESS_PARAMETERS))
  assert.equal(filtered('a+B_9@Sender.test (x) "y"\t', all), 'a+B_9@Sender.test (x) "y"\t')
  assert.equal(filtered('jürgen\u0001', all), 'j__rgen_')
  const few = expansionFilter(scopeOf({ smtpd_expansion_filter: 'abcdefghijklmnopqrstuvwxyz.@' }, ACCESS_PARAMETERS))
  assert.equal(filtered('a+B_9@Sender.test', few), 'a____@_ender.test')
})

test('requests have values for templates', () => {
  const request: AccessRequest = anAccessRequest('rcpt', { client: 'c.example[192.0.2.1]', sender: '', recipient: 'r@x.test' })
  const value = (name: string) => requestValue(name, request)
  assert.deepEqual(
    ['client', 'client_address', 'client_name', 'helo_name', 'sender', 'recipient', 'recipient_name', 'recipient_domain'].map(
      value,
    ),
    ['c.example[192.0.2.1]', '192.0.2.1', 'c.example', 'client.example', '<>', 'r@x.test', 'r', 'x.test'],
  )
  assert.equal(value('__proto__'), undefined)
})
