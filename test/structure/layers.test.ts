/** Dependencies point one way: each room of core imports its own files, rooms below it, and the contracts between rooms. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Import, importsOf, projectFiles } from './sources.ts'

/** From the top down. Rooms on one line may not import each other, but for the pairs in SAME_LAYER. */
const LAYERS: readonly (readonly string[])[] = [
  ['main'],
  ['process', 'cli'],
  ['import'],
  ['config', 'smtpd', 'policyd', 'smtp', 'cleanup', 'queue', 'bounce', 'access', 'route', 'verify'],
  ['tls', 'sasl', 'lookup', 'net', 'log', 'state'],
  ['vocabulary'],
  ['message', 'protocol', 'base'],
]

/** What every other file speaks of: they import nothing but each other. */
const BASE: ReadonlySet<string> = new Set(['facts.ts', 'parameters.ts', 'reply.ts', 'verdict.ts'])

/** Contracts: the files that say what rooms expect of each other. Everyone may import them. */
const CONTRACTS: ReadonlySet<string> = new Set([
  'core/cleanup/hooked.ts',
  'core/cleanup/types.ts',
  'core/config/types.ts',
  'core/lookup/address-map.ts',
  'core/lookup/search.ts',
  'core/lookup/table.ts',
  'core/message/types.ts',
  'core/net/types.ts',
  'core/queue/manager-types.ts',
  'core/queue/types.ts',
  'core/smtp/hooked.ts',
  'core/smtp/types.ts',
  'core/state/types.ts',
])

/** Within a layer, who may use whom. */
const SAME_LAYER: ReadonlySet<string> = new Set([
  'process -> cli',
  'cli -> process',
  'route -> access',
  'access -> route',
  'config -> access',
  'lookup -> net',
  'message -> base',
  'message -> protocol',
  'protocol -> base',
])

const isTest = (file: string): boolean => file.endsWith('.test.ts')
const core = projectFiles('core/*.ts', 'core/**/*.ts', 'core/main.js', 'core/process/*.js')

/** `core/smtpd/verbs/rcpt.ts` is in room `smtpd`; files beside the rooms are main, the base, or the vocabulary. */
function roomOf(file: string): string {
  const [, room = '', rest] = file.split('/')
  if (rest !== undefined) return room
  if (BASE.has(room)) return 'base'
  return room === 'main.js' ? 'main' : 'vocabulary'
}

const layerOf = (room: string): number => LAYERS.findIndex((layer) => layer.includes(room))

/** A parameter declaration is data: whoever honours a parameter may read it where it is declared. */
const isDeclaration = (file: string): boolean => file.endsWith('/parameters.ts')

function isAllowed({ from, target }: Import): boolean {
  if (target === undefined || CONTRACTS.has(target) || isDeclaration(target)) return true
  const [mine, theirs] = [roomOf(from), roomOf(target)]
  return mine === theirs || layerOf(mine) < layerOf(theirs) || SAME_LAYER.has(`${mine} -> ${theirs}`)
}

const shown = (each: Import): string => `${each.from}:${each.line} imports ${each.specifier}`

test('every room of core has its layer', () => {
  const unknown = new Set(core.map(roomOf).filter((room) => layerOf(room) < 0))
  assert.deepEqual([...unknown], [])
})

test('core imports point down', () => {
  const wrong = core.filter((file) => !isTest(file)).flatMap(importsOf)
  assert.deepEqual(wrong.filter((each) => each.target?.startsWith('core/') && !isAllowed(each)).map(shown), [])
})

test('core imports no plugin, and nothing of the tests', () => {
  const wrong = core.filter((file) => !isTest(file)).flatMap(importsOf)
  assert.deepEqual(wrong.filter((each) => /^(plugins|test|examples|policies)\//.test(each.target ?? '')).map(shown), [])
})

/** Packages that a plugin is about. */
const PACKAGES: ReadonlyMap<string, string> = new Map([['plugins/http-policy', 'undici']])

test('plugins import #postern, their own folder, their schema, and Node', () => {
  const files = projectFiles('plugins/*/*.ts', 'plugins/**/*.ts').filter((file) => !isTest(file))
  const wrong = files.flatMap(importsOf).filter(({ from, specifier, target }) => {
    const own = from.split('/').slice(0, 2).join('/')
    if (target === undefined) return specifier !== '#postern' && !specifier.startsWith('node:') && specifier !== PACKAGES.get(own)
    const schema = `schemas/${own}.`
    return !target.startsWith(`${own}/`) && !target.startsWith(schema)
  })
  assert.deepEqual(wrong.map(shown), [])
})

test('only hooks.ts knows tapable', () => {
  const users = [...core, ...projectFiles('plugins/**/*.ts')].flatMap(importsOf).filter((each) => each.specifier === 'tapable')
  assert.deepEqual(
    [...new Set(users.map((each) => each.from))].filter((file) => !/^core\/(hooks|guard)\.ts$/.test(file)),
    [],
  )
})
