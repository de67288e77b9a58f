/** What the pages show is true: their files run, their links lead somewhere. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, test } from 'node:test'
import { createHooks } from '../../core/hooks.ts'
import { startSink } from '../kit/sink.ts'
import { projectFiles, ROOT, read } from './sources.ts'

const pages = projectFiles('*.md', '**/*.md').filter((page) => !page.includes('testdata'))

/** Blocks that are files: "```ts file=name.ts". */
function filesOf(page: string): Map<string, string> {
  const blocks = read(page).matchAll(/^```\w+ file=(\S+)\n([\s\S]*?)^```$/gm)
  return new Map([...blocks].map((match) => [match[1] ?? '', match[2] ?? '']))
}

/** Runs a program in a folder; fails with what it said. */
function succeeds(folder: string, argv: readonly string[]): string {
  // Under node:test a child would report to this run instead of saying what it did.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const { status, stdout, stderr } = spawnSync(process.execPath, argv, { cwd: folder, env, encoding: 'utf8', timeout: 60_000 })
  assert.equal(status, 0, `${argv.join(' ')}\n${stdout}${stderr}`)
  return stdout
}

for (const page of pages) {
  const files = filesOf(page)
  if (files.size === 0) continue
  describe(page, () => {
    test('its files run', (t) => {
      const folder = mkdtempSync(join(tmpdir(), 'postern-docs-'))
      t.after(() => rmSync(folder, { recursive: true, force: true }))
      // As in a project that has Postern as a dependency.
      mkdirSync(join(folder, 'node_modules'))
      symlinkSync(ROOT, join(folder, 'node_modules/postern'))
      writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n')
      for (const [name, text] of files) writeFileSync(join(folder, name), text)
      const tests = [...files.keys()].filter((name) => name.endsWith('.test.ts'))
      if (tests.length > 0) {
        const said = succeeds(folder, ['--test', '--test-reporter=tap', ...tests])
        assert.match(said, /^# pass [1-9]/m)
      }
      for (const name of files.keys()) {
        if (name.endsWith('.yaml')) succeeds(folder, [join(ROOT, 'core/main.js'), 'check', name])
      }
    })
  })
}

test('the sender of the README sends', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'postern-docs-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const sink = await startSink()
  t.after(() => sink.close())
  const file = join(folder, 'send.mjs')
  writeFileSync(file, filesOf('README.md').get('send.mjs') ?? '')
  const child = spawn(process.execPath, [file], { env: { ...process.env, PORT: String(sink.port) }, stdio: 'ignore' })
  const [message] = await sink.waitFor(1)
  assert.deepEqual(message?.recipients, ['friend@example.org'])
  assert.match(message?.content.toString() ?? '', /^Subject: hello\r\n\r\nThrough Postern\./)
  assert.equal(await new Promise((resolve) => child.on('exit', resolve)), 0)
})

test('links between pages lead somewhere', () => {
  const broken = pages.flatMap((page) =>
    [...read(page).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)(?:#[^)]*)?\)/g)]
      .map((match) => match[1] ?? '')
      .filter((target) => !existsSync(join(ROOT, dirname(page), target)))
      .map((target) => `${page}: ${target}`),
  )
  assert.deepEqual(broken, [])
})

test('the guide of plugins names every hook and every built-in plugin', () => {
  const guide = read('plugins/README.md')
  // Mounted as `access`; those that nothing calls yet are named together.
  const hooks = Object.keys(
    createHooks(
      () => undefined,
      () => undefined,
    ),
  ).filter((hook) => !/^(access|tls)\./.test(hook))
  const plugins = readdirSync(join(ROOT, 'plugins'), { withFileTypes: true }).filter((entry) => entry.isDirectory())
  assert.deepEqual(
    hooks.filter((hook) => !guide.includes(`\`${hook}\``)),
    [],
  )
  assert.deepEqual(
    plugins.map(({ name }) => `| [${name}](${name}/README.md) |`).filter((row) => !guide.includes(row)),
    [],
  )
})
