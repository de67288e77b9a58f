/** Parameters through scopes: overrides, expansion, loops, machine defaults. */
import assert from 'node:assert/strict'
import { hostname } from 'node:os'
import { test } from 'node:test'
import { declare, flag, list, ParameterError, text, time } from '../parameters.ts'
import { createScope, registryOf, scopeOf } from './scope.ts'

const NAMES = declare('test', {
  myhostname: text('', ''),
  mydomain: text('', ''),
  mynetworks: list('', ''),
  greeting: text('$myhostname ESMTP', ''),
  limit: time('${stress?{10}:{300}}s', ''),
  stress: text('', ''),
  template: text('$code blocked', '', { raw: true }),
  first: flag('$second', ''),
  second: text('yes', ''),
})
const assign = (values: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, { text: value, place: { file: 'f', line: 1, column: 1 } }]),
  )

test('values are parsed, expanded, computed once, frozen', () => {
  const scope = scopeOf({ myhostname: 'gw.example', stress: 'yes' }, NAMES)
  const values = scope.values(NAMES)
  assert.equal(values.greeting, 'gw.example ESMTP')
  assert.equal(values.limit, 10_000)
  assert.equal(values.first, true)
  assert.equal(scope.values(NAMES), values)
  assert.ok(Object.isFrozen(values))
})

test('an inner assignment changes what outer values refer to', () => {
  const registry = registryOf(NAMES)
  const parent = createScope({ assignments: assign({ greeting: '$myhostname says $extra', extra: 'a' }), registry })
  const inner = createScope({ assignments: assign({ myhostname: 'inner.example', extra: 'b' }), parent, registry })
  assert.equal(inner.text('greeting'), 'inner.example says b')
  assert.equal(parent.text('extra'), 'a')
})

test('raw values keep their $names', () => {
  assert.equal(scopeOf({}, NAMES).values(NAMES).template, '$code blocked')
  assert.equal(scopeOf({ template: '$code $reason' }, NAMES).text('template'), '$code $reason')
})

test('a loop is named', () => {
  const scope = scopeOf({ first: '$second', second: '${first?x}' }, NAMES)
  assert.throws(() => scope.values(NAMES), {
    name: 'ParameterError',
    parameter: 'first',
    message: 'refers to itself: $first -> $second -> $first',
  })
  assert.throws(() => scope.text('second'), ParameterError)
})

test('after an error the same scope still answers about other names', () => {
  const scope = scopeOf({ first: '$first', greeting: 'a $ b' }, NAMES)
  assert.throws(() => scope.text('first'))
  assert.throws(() => scope.text('greeting'), { parameter: 'greeting' })
  assert.equal(scope.text('second'), 'yes')
})

test('unknown names have no text, and expand to nothing', () => {
  const scope = scopeOf({ mine: 'x' }, NAMES)
  assert.equal(scope.text('nobody'), undefined)
  assert.equal(scope.text('mine'), 'x')
  assert.equal(scope.expand('<$nobody$mine>'), '<x>')
})

test('names that JavaScript knows are no parameters', () => {
  const scope = scopeOf({}, NAMES)
  for (const name of ['__proto__', 'constructor', 'toString']) assert.equal(scope.text(name), undefined)
})

test('process_id is the number of this process, unless it is set', () => {
  const names = declare('test', { process_id: text('', ''), syslog_name: text('mail-$process_id', '') })
  assert.equal(scopeOf({}, names).text('syslog_name'), `mail-${process.pid}`)
  assert.equal(scopeOf({ process_id: '7' }, names).text('syslog_name'), 'mail-7')
})

test('myhostname is fully qualified, mydomain follows it', () => {
  const name = hostname()
  const expected = name.includes('.') ? name : `${name}.localdomain`
  assert.equal(scopeOf({}, NAMES).text('myhostname'), expected)
  assert.equal(scopeOf({ myhostname: 'a.b.example' }, NAMES).text('mydomain'), 'b.example')
  assert.equal(scopeOf({ myhostname: 'short' }, NAMES).text('mydomain'), 'localdomain')
  if (!name.includes('.')) assert.equal(scopeOf({ mydomain: 'corp.example' }, NAMES).text('myhostname'), `${name}.corp.example`)
})

test('mynetworks is the own addresses, their networks, or their classes', () => {
  assert.match(scopeOf({}, NAMES).text('mynetworks') ?? '', /(^| )127\.0\.0\.1\/32/)
  assert.match(scopeOf({ mynetworks_style: 'subnet' }, NAMES).text('mynetworks') ?? '', /(^| )127\.0\.0\.0\/8/)
  assert.match(scopeOf({ mynetworks_style: 'class' }, NAMES).text('mynetworks') ?? '', /(^| )127\.0\.0\.0\/8/)
  assert.equal(scopeOf({ inet_interfaces: '127.0.0.1', inet_protocols: 'ipv4' }, NAMES).text('mynetworks'), '127.0.0.1/32')
})

test('a name declared twice is an error', () => {
  assert.throws(() => registryOf(NAMES, declare('other', { stress: text('', '') })), /stress is declared by test and by other/)
})

test('the same scope under stress: what refers to it changes, what is set stays', () => {
  const scope = createScope({ assignments: assign({ myhostname: 'gw.example' }), registry: registryOf(NAMES) })
  const stressed = scope.under({ stress: 'yes' })
  assert.deepEqual([scope.values(NAMES).limit, stressed.values(NAMES).limit], [300_000, 10_000])
  assert.equal(stressed.values(NAMES).greeting, 'gw.example ESMTP')
})
