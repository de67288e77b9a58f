/** Generations: what is mounted where, in which order, with which policy; and how they end. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { anAccessRequest, fakeClock, fakeDns } from '../../test/kit/index.ts'
import type { Event } from '../events.ts'
import type { Generation, Services } from '../generation.ts'
import { ask } from '../hooks.ts'
import { buildGeneration } from './generation.ts'
import { loadConfiguration } from './load.ts'
import { stepsOn } from './mount.ts'

const base = mkdtempSync(join(tmpdir(), 'postern-generation-'))
after(() => rmSync(base, { recursive: true, force: true }))

/** A plugin that notes in `globalThis.seen` what happens to it. Its options say what it answers. */
const NOTING = `
import { definePlugin, reject } from 'postern'

const seen = (globalThis.seen ??= [])
export default definePlugin({
  name: 'noting',
  stages: ['rcpt', 'use', 'message', 'deliver', 'queue'],
  schema: {
    type: 'object',
    additionalProperties: false,
    properties: { name: { type: 'string', default: 'unnamed' }, answer: { type: 'string', default: '' } },
  },
  setup({ name, answer }, { id, stage, parameters, log }) {
    seen.push(\`setup \${name} \${stage} \${parameters.text('service_name')}\`)
    const access = () => {
      seen.push(\`access \${name}\`)
      if (answer === 'throw') throw new Error('out of order')
      return answer === '' ? undefined : reject(550, '5.7.1', answer)
    }
    return {
      ...(stage === 'rcpt' ? { access } : {}),
      start: () => void seen.push(\`start \${name}\`),
      stop: () => void seen.push(\`stop \${name}\`),
      'cleanup.sender': (sender) => undefined,
      'smtp.hosts': (hosts) => undefined,
    }
  },
})
`
const seen: string[] = []
;(globalThis as { seen?: string[] }).seen = seen

interface Built {
  readonly generation: Generation
  readonly events: Event[]
}

let cases = 0
async function build(yaml: string, files: Record<string, string> = {}): Promise<Built> {
  const directory = join(base, `case-${++cases}`)
  mkdirSync(directory)
  for (const [name, text] of Object.entries({ 'noting.mjs': NOTING, ...files })) {
    mkdirSync(join(directory, name, '..'), { recursive: true })
    writeFileSync(join(directory, name), text)
  }
  const file = join(directory, 'postern.yaml')
  writeFileSync(file, `version: 1\nlisteners:\n${yaml}`)
  const events: Event[] = []
  const services: Services = {
    dns: fakeDns([]).resolver,
    clock: fakeClock(),
    log: { debug: () => undefined, info: () => undefined, warn: () => undefined },
    emit: (event) => void events.push(event),
    random: () => 0,
  }
  seen.length = 0
  return { generation: await buildGeneration(await loadConfiguration(file), services, 1), events }
}

const TWO = '  - { name: one, listen: 127.0.0.1:0 }\n  - { name: two, listen: 127.0.0.1:0 }\n'
const ONE = '  - { name: one, listen: 127.0.0.1:0 }\n'
const hooksOf = ({ generation }: Built, listener = 'one') => {
  const runtime = generation.listeners.get(listener)
  assert.ok(runtime)
  return runtime.hooks
}

test('a shared step is set up for each listener, with its parameters', async () => {
  const built = await build(`${TWO}pipeline:\n  rcpt: [./noting.mjs: { name: a }]\n`)
  assert.deepEqual(seen, ['setup a rcpt one', 'setup a rcpt two', 'start a', 'start a'])
  built.generation.retire()
})

test('steps answer in the order of the file, the first verdict wins', async () => {
  const built = await build(
    `${ONE}pipeline:\n  rcpt:\n    - ./noting.mjs: { name: a }\n    - ./noting.mjs: { name: b, answer: no }\n      id: second\n    - ./noting.mjs: { name: c }\n`,
  )
  const verdict = await ask(hooksOf(built)['access.rcpt'], anAccessRequest('rcpt'))
  assert.deepEqual(verdict, { kind: 'reject', code: 550, status: '5.7.1', text: 'no', step: 'second' })
  assert.deepEqual(
    seen.filter((line) => line.startsWith('access')),
    ['access a', 'access b'],
  )
  built.generation.retire()
})

test('mode warn notes what would have been refused; onError decides about failures; when decides whether', async () => {
  const built = await build(`${ONE}pipeline:
  rcpt:
    - ./noting.mjs: { name: a, answer: no }
      mode: warn
    - ./noting.mjs: { name: b, answer: throw }
      onError: skip
    - ./noting.mjs: { name: c, answer: no }
      when: { client: 10.0.0.0/8 }
    - ./noting.mjs: { name: d, answer: throw }
`)
  const verdict = await ask(hooksOf(built)['access.rcpt'], anAccessRequest('rcpt', { client: '192.0.2.1' }))
  assert.equal(verdict?.kind === 'defer' && verdict.code, 451)
  assert.deepEqual(
    built.events.map(({ type }) => type),
    ['noted', 'fault', 'fault'],
  )
  const [noted] = built.events
  assert.ok(noted?.type === 'noted')
  assert.deepEqual([noted.command, noted.action, noted.text, noted.step], ['RCPT', 'warn', '550 5.7.1 no', 'noting'])
  built.generation.retire()
})

test('handlers reach the side they belong to', async () => {
  const built = await build(`${TWO}pipeline:
  rcpt: [./noting.mjs: { name: a }]
  use: [./noting.mjs: { name: u }]
  deliver: [./noting.mjs: { name: d }]
transports:
  - { name: lan, agent: lmtp, pipeline: { deliver: [] } }
`)
  const names = (hooks: Parameters<typeof stepsOn>[0], hook: Parameters<typeof stepsOn>[1]) =>
    stepsOn(hooks, hook).map(({ options }) => (options as { name: string }).name)
  const { generation } = built
  assert.deepEqual(names(generation.hooks, 'cleanup.sender'), ['u'])
  assert.deepEqual(names(hooksOf(built), 'cleanup.sender'), ['u', 'a'])
  assert.deepEqual(names(generation.hooks, 'start'), ['u', 'a', 'a', 'd', 'd', 'd'])
  const smtp = generation.transports.get('smtp')
  const lan = generation.transports.get('lan')
  assert.ok(smtp && lan)
  assert.deepEqual(names(smtp.hooks, 'smtp.hosts'), ['u', 'a', 'a', 'd'])
  assert.deepEqual(names(lan.hooks, 'smtp.hosts'), ['u', 'a', 'a'])
  generation.retire()
})

test('stop hooks run once, after the last user of a retired generation', async () => {
  const { generation } = await build(`${ONE}pipeline:\n  rcpt: [./noting.mjs: { name: a }]\n`)
  generation.retain()
  generation.retain()
  generation.release()
  generation.retire()
  assert.ok(!seen.includes('stop a'))
  generation.release()
  assert.equal(seen.filter((line) => line === 'stop a').length, 1)
})

test('what was set up is stopped when a later step can not be', async () => {
  const failing = `export default { name: 'failing', stages: ['rcpt'], setup() { throw new Error('no words') } }`
  const yaml = `${ONE}pipeline:\n  rcpt: [./noting.mjs: { name: a }, ./failing.mjs]\n`
  await assert.rejects(build(yaml, { 'failing.mjs': failing }), {
    name: 'ConfigurationError',
    message: /postern\.yaml:5:37: pipeline\.rcpt\[1\]: \.\/failing\.mjs: no words/,
  })
  assert.deepEqual(seen, ['setup a rcpt one', 'stop a'])
})

test('restrictions compile on demand, with classes and warn_if_reject', async () => {
  const asking = `
import { definePlugin } from 'postern'
export default definePlugin({
  name: 'asking',
  stages: ['rcpt'],
  schema: { type: 'object', additionalProperties: false, properties: { list: { type: 'string' } } },
  async setup({ list }, { restrictions }) {
    const check = await restrictions.compile(list)
    return { access: (request) => check(request) }
  },
})
`
  const parameters = 'parameters:\n  smtpd_restriction_classes: strangers\n  strangers: permit_mynetworks, reject\n'
  const yaml = (list: string) => `${ONE}${parameters}pipeline:\n  rcpt: [./asking.mjs: { list: '${list}' }]\n`
  const answer = async (list: string, client: string) => {
    const built = await build(yaml(list), { 'asking.mjs': asking })
    const verdict = await ask(hooksOf(built)['access.rcpt'], anAccessRequest('rcpt', { client }))
    built.generation.retire()
    return { verdict: verdict?.kind, events: built.events }
  }
  assert.equal((await answer('strangers', '192.0.2.1')).verdict, 'reject')
  assert.equal((await answer('strangers', '127.0.0.1')).verdict, 'permit')
  assert.equal((await answer('permit_mynetworks, defer', '192.0.2.1')).verdict, 'defer')
  const warned = await answer('warn_if_reject reject, permit', '192.0.2.1')
  assert.equal(warned.verdict, 'permit')
  assert.ok(warned.events.some((event) => event.type === 'noted' && event.step === 'reject'))
  await assert.rejects(answer('rejct', '192.0.2.1'), /unknown smtpd restriction: "rejct"; did you mean reject\?/)
})

test('packages are found beside the configuration by their short name', async () => {
  const manifest = '{ "name": "postern-plugin-quiet", "type": "module", "exports": { ".": { "import": "./dist/main.js" } } }'
  const files = {
    'node_modules/postern-plugin-quiet/package.json': manifest,
    'node_modules/postern-plugin-quiet/dist/main.js': `export default { name: 'quiet', stages: ['rcpt'], setup: () => ({ access: () => ({ kind: 'permit' }) }) }`,
  }
  const built = await build(`${ONE}pipeline:\n  rcpt: [quiet]\n`, files)
  assert.deepEqual(await ask(hooksOf(built)['access.rcpt'], anAccessRequest('rcpt')), { kind: 'permit' })
  built.generation.retire()
})

test('a file that changed is loaded anew', async () => {
  const directory = join(base, 'changing')
  mkdirSync(directory)
  const file = join(directory, 'postern.yaml')
  writeFileSync(file, `version: 1\nlisteners:\n${ONE}pipeline:\n  rcpt: [./own.mjs]\n`)
  const code = (text: string) =>
    `export default { name: 'own', stages: ['rcpt'], setup: () => ({ access: () => ({ kind: 'discard', text: '${text}' }) }) }`
  const services = {
    dns: fakeDns([]).resolver,
    clock: fakeClock(),
    log: { debug() {}, info() {}, warn() {} },
    emit() {},
    random: () => 0,
  }
  const answerOf = async (text: string, stamp: number) => {
    writeFileSync(join(directory, 'own.mjs'), code(text))
    utimesSync(join(directory, 'own.mjs'), stamp, stamp)
    const generation = await buildGeneration(await loadConfiguration(file), services, 1)
    const hooks = generation.listeners.get('one')?.hooks
    assert.ok(hooks)
    const verdict = await ask(hooks['access.rcpt'], anAccessRequest('rcpt'))
    generation.retire()
    return verdict?.kind === 'discard' ? verdict.text : undefined
  }
  assert.equal(await answerOf('first', 1000), 'first')
  assert.equal(await answerOf('second', 2000), 'second')
})
