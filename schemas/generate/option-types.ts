/** schemas/plugins/NAME.d.ts: the options of a plugin as a TypeScript type, after defaults are filled in. */
import { compile } from 'json-schema-to-typescript'
import type { OptionSchema } from '../../core/plugin.ts'

/** `header-checks` is `HeaderChecksOptions`. */
export function typeName(plugin: string): string {
  const words = plugin.split('-').map((word) => `${word[0]?.toUpperCase() ?? ''}${word.slice(1)}`)
  return `${words.join('')}Options`
}

export async function optionTypes(name: string, schema: OptionSchema): Promise<string> {
  const { $id: _id, $schema: _schema, title: _title, ...rest } = filled(schema) as Record<string, unknown>
  return await compile(rest, typeName(name), {
    bannerComment: `/** Options of the plugin ${name}. Generated from ${name}.json. */`,
    additionalProperties: false,
    format: false,
    ignoreMinAndMaxItems: true,
    cwd: import.meta.dirname,
  })
}

/** Properties with a default are always there once options are checked. */
function filled(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(filled)
  if (typeof schema !== 'object' || schema === null) return schema
  const copy = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, filled(value)])) as Record<string, unknown>
  if (typeof copy.properties !== 'object' || copy.properties === null) return copy
  const given = Object.entries(copy.properties as Record<string, { default?: unknown }>)
  const always = given.filter(([, property]) => property?.default !== undefined).map(([key]) => key)
  if (always.length === 0) return copy
  return { ...copy, required: [...new Set([...((copy.required as string[] | undefined) ?? []), ...always])] }
}
