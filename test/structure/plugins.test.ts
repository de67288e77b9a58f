/** Every built-in plugin has a page, a schema, and a test, and they agree with each other. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import type { PluginDefinition } from '../../core/plugin.ts'
import { ROOT, read } from './sources.ts'

const plugins = readdirSync(join(ROOT, 'plugins'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)

interface Schema {
  readonly additionalProperties?: boolean
  readonly properties?: Readonly<Record<string, { readonly description?: string; readonly default?: unknown }>>
  readonly required?: readonly string[]
}

/** Names in the first column of the options table. */
function documentedOptions(page: string): string[] {
  const section = /^## Options\n([\s\S]*?)(?=^## |(?![\s\S]))/m.exec(page)?.[1] ?? ''
  return [...section.matchAll(/^\| `([^`]+)` +\|/gm)].map((match) => match[1] ?? '').sort()
}

for (const name of plugins) {
  describe(`plugins/${name}`, () => {
    test('has a page and a test', () => {
      assert.ok(existsSync(join(ROOT, 'plugins', name, 'README.md')), 'README.md is missing')
      const tests = readdirSync(join(ROOT, 'plugins', name)).filter((file) => file.endsWith('.test.ts'))
      assert.ok(tests.length > 0, 'there is no test')
    })

    test('is called like its folder, and is kebab-case', async () => {
      const module = (await import(join(ROOT, 'plugins', name, 'index.ts'))) as { default: PluginDefinition<unknown> }
      assert.equal(module.default.name, name)
      assert.match(name, /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/)
    })

    test('describes each option in its schema and on its page', async () => {
      const module = (await import(join(ROOT, 'plugins', name, 'index.ts'))) as { default: PluginDefinition<unknown> }
      const schema = (module.default.schema ?? {}) as Schema
      const page = read(`plugins/${name}/README.md`)
      if (module.default.schema === undefined) return
      assert.equal(schema.additionalProperties, false)
      const options = Object.entries(schema.properties ?? {})
      for (const [option, { description, default: fallback }] of options) {
        assert.ok(description, `${option} has no description`)
        const isGiven = fallback !== undefined || schema.required?.includes(option)
        assert.ok(isGiven, `${option} is neither required nor has it a default`)
      }
      assert.deepEqual(documentedOptions(page), options.map(([option]) => option).sort())
    })
  })
}
