/** Habits that a machine can check: sizes, purposes, packages, and what must not stand in any file. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { projectFiles, ROOT, read } from './sources.ts'

const sources = projectFiles('core/*.ts', 'core/**/*.ts', 'core/**/*.js', 'plugins/**/*.ts')

test('no file of core or plugins is over 300 lines', () => {
  const long = sources.map((file) => ({ file, lines: read(file).split('\n').length - 1 })).filter(({ lines }) => lines > 300)
  assert.deepEqual(long, [])
})

test('every source file says its purpose at its top', () => {
  const files = [...sources, ...projectFiles('test/**/*.ts')].filter((file) => !file.endsWith('.test.ts'))
  const silent = files.filter((file) => !/^(#!.*\n)?(\/\/ @ts-check\n)?\/(\*|\/)/.test(read(file)))
  assert.deepEqual(silent, [])
})

test('no file promises to be finished later', () => {
  const wrong = sources.filter((file) => /\b(TODO|FIXME|XXX)\b/.test(read(file)))
  assert.deepEqual(wrong, [])
})

test('tests are not left narrowed or switched off', () => {
  const files = projectFiles('*.test.ts', '**/*.test.ts')
  const wrong = files.filter((file) => /\b(test|it|describe)\.only\b|\bonly: true\b/.test(read(file)))
  assert.deepEqual(wrong, [])
})

test('package-lock.json names no host: packages come from the registry that npm is set to', () => {
  const lock = JSON.parse(read('package-lock.json')) as { packages: Record<string, { resolved?: string; link?: boolean }> }
  const elsewhere = Object.entries(lock.packages).flatMap(([name, { resolved }]) =>
    resolved === undefined ? [] : [`${name}: ${resolved}`],
  )
  assert.deepEqual(elsewhere, [])
})

test('every dependency is pinned, and its licence travels with its package', () => {
  const manifest = JSON.parse(read('package.json')) as Record<string, Record<string, string> | undefined>
  for (const group of ['dependencies', 'optionalDependencies', 'devDependencies']) {
    for (const [name, version] of Object.entries(manifest[group] ?? {})) assert.match(version, /^\d+\.\d+\.\d+$/, name)
  }
})

test('every script names something that exists', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
  const missing = Object.entries(scripts).flatMap(([name, command]) => {
    const file = /(?:^|\s)((?:core|test|schemas|\.ci)\/\S+)/.exec(command)?.[1]
    return file === undefined || existsSync(join(ROOT, file)) ? [] : [`${name}: ${file}`]
  })
  assert.deepEqual(missing, [])
})
