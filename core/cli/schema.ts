/** `postern schema`: the JSON Schema of the configuration file, for editors; in one piece, or of one plugin's options. */
import { readdirSync } from 'node:fs'
import type { Command } from 'commander'
import { readSchema, SCHEMAS } from '../config/places.ts'
import { hint } from '../config/validate.ts'
import { PROCESS_STREAMS, type Streams } from './streams.ts'

/** @returns exit status: 0, or 1 for a plugin that has no schema */
export function schema(plugin: string | undefined, streams: Streams = PROCESS_STREAMS): number {
  const found = plugin === undefined ? bundled() : readSchema(`plugins/${plugin}.json`)
  if (found === undefined) {
    const { suggestion } = hint(plugin ?? '', pluginNames())
    streams.err.write(`postern schema: ${plugin} has no options${suggestion === undefined ? '' : `; ${suggestion}`}\n`)
    return 1
  }
  streams.out.write(`${JSON.stringify(found, undefined, 2)}\n`)
  return 0
}

function pluginNames(): string[] {
  return readdirSync(`${SCHEMAS}plugins`)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -5))
}

/** The file's schema with the plugins' inside, so that it can be copied anywhere. */
function bundled(): Record<string, unknown> {
  const whole = rebased(readSchema('postern.json') ?? {}, '')
  const inner = pluginNames().map((name) => [
    `plugin.${name}`,
    rebased(readSchema(`plugins/${name}.json`) ?? {}, `/$defs/plugin.${name}`),
  ])
  return { ...whole, $defs: { ...(whole.$defs as object), ...Object.fromEntries(inner) } }
}

/** Makes references to files and to the schema itself references into the whole. */
function rebased(part: Record<string, unknown>, at: string): Record<string, unknown> {
  const text = JSON.stringify(part)
    .replaceAll('"$ref":"#/', `"$ref":"#${at}/`)
    .replaceAll(/"\$ref":"plugins\/([a-z0-9-]+)\.json"/g, '"$ref":"#/$defs/plugin.$1"')
  return JSON.parse(text) as Record<string, unknown>
}

export function addSchema(program: Command): void {
  program
    .command('schema')
    .description('print the JSON Schema of the configuration file')
    .argument('[plugin]', "of this plugin's options instead")
    .action((plugin: string | undefined) => {
      process.exitCode = schema(plugin)
    })
}
