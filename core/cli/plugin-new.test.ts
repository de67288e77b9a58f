/** `postern plugin new`: what it makes passes its own test, and a pipeline takes it by path. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { check } from './check.ts'
import { newPlugin } from './plugin-new.ts'

const directory = mkdtempSync(join(tmpdir(), 'postern-plugin-new-'))
after(() => rmSync(directory, { recursive: true, force: true }))
const silent = { out: { write: () => true }, err: { write: () => true } }
const folder = join(directory, 'postern-plugin-quiet-hours')

test('it makes a package', () => {
  assert.equal(newPlugin('quiet-hours', { directory }, silent), 0)
  assert.deepEqual(readdirSync(folder).sort(), [
    '.gitignore',
    'README.md',
    'index.ts',
    'node_modules',
    'package.json',
    'quiet-hours.test.ts',
    'schema.json',
    'tsconfig.json',
  ])
})

test('its test passes at once', () => {
  // A test within a test would report to this one's runner.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const result = spawnSync(process.execPath, ['--test', '--test-reporter=tap'], {
    cwd: folder,
    encoding: 'utf8',
    env,
    timeout: 60_000,
  })
  assert.equal(result.status, 0, result.stdout + result.stderr)
  assert.match(result.stdout, /^# pass 2$/m)
})

test('a pipeline takes it by path, with its options checked', async () => {
  const file = join(directory, 'postern.yaml')
  const written = (options: string) =>
    `version: 1\nlisteners:\n  - { name: smtp, listen: 127.0.0.1:0 }\npipeline:\n  helo:\n    - ./postern-plugin-quiet-hours/index.ts: ${options}\n`
  writeFileSync(file, written('{ words: [dynamic] }'))
  assert.equal(await check(file, {}, silent), 0)
  let text = ''
  writeFileSync(file, written('{ word: [dynamic] }'))
  assert.equal(await check(file, {}, { out: silent.out, err: { write: (part) => (text += part) } }), 1)
  assert.match(text, /:6:7: pipeline\.helo\[0\].*word: is not known here; did you mean "words"\?/)
})

test('names that are no good or taken are refused', () => {
  for (const name of ['rbl', 'Quiet', 'quiet hours', '../quiet', 'quiet-hours', ''])
    assert.equal(newPlugin(name, { directory }, silent), 1, name)
})
