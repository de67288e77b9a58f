/** Finds every declaration of a parameter and every built-in plugin in the tree, by where such things stand. */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { ParameterRow } from '../../core/config/registry.ts'
import type { Declaration, Declared } from '../../core/parameters.ts'
import type { OptionSchema, PluginDefinition } from '../../core/plugin.ts'

/** A built-in plugin as the generated files see it. */
export interface FoundPlugin {
  readonly name: string
  readonly plugin: PluginDefinition<unknown>
  readonly schema: OptionSchema | undefined
  /** Its README.md. */
  readonly page: string | undefined
}

export interface Found {
  /** Sorted by name. */
  readonly parameters: readonly ParameterRow[]
  readonly plugins: readonly FoundPlugin[]
  /** What must be mended before the generated files are right. */
  readonly problems: readonly string[]
}

/** Modules of core whose exports may be declarations; plugins have theirs in their definition. */
const DECLARATION_FILES = ['core/*/parameters*.ts', 'core/config/pending/*.ts']

/** Reads the tree. */
export async function gather(root: string): Promise<Found> {
  const problems: string[] = []
  const groups = new Set<Declared>()
  const files = DECLARATION_FILES.flatMap((pattern) => globSync(pattern, { cwd: root })).filter(
    (file) => !file.endsWith('.test.ts'),
  )
  for (const file of files.sort()) {
    const exports = (await import(pathToFileURL(join(root, file)).href)) as Record<string, unknown>
    for (const value of Object.values(exports)) if (isDeclared(value)) groups.add(value)
  }
  const plugins: FoundPlugin[] = []
  for (const file of globSync('plugins/*/index.ts', { cwd: root }).sort()) {
    try {
      const found = await readPlugin(root, file)
      plugins.push(found)
      if (found.plugin.parameters !== undefined) groups.add(found.plugin.parameters)
    } catch (error) {
      problems.push(`${file}: ${(error as Error).message}`)
    }
  }
  return { parameters: rows([...groups], problems), plugins, problems }
}

async function readPlugin(root: string, file: string): Promise<FoundPlugin> {
  const { default: plugin } = (await import(pathToFileURL(join(root, file)).href)) as { default: PluginDefinition<unknown> }
  const name = basename(dirname(file))
  if (plugin.name !== name) throw new Error(`its plugin is called ${plugin.name}`)
  const schema = join(root, `schemas/plugins/${name}.json`)
  const page = join(root, dirname(file), 'README.md')
  return {
    name,
    plugin,
    schema: existsSync(schema) ? (JSON.parse(readFileSync(schema, 'utf8')) as OptionSchema) : plugin.schema,
    page: existsSync(page) ? page : undefined,
  }
}

function isDeclared(value: unknown): value is Declared {
  const { owner, declarations } = (typeof value === 'object' && value !== null ? value : {}) as Partial<Declared>
  return typeof owner === 'string' && typeof declarations === 'object'
}

function rows(groups: readonly Declared[], problems: string[]): ParameterRow[] {
  const known = new Map<string, ParameterRow>()
  for (const { owner, declarations } of groups) {
    for (const [name, declaration] of Object.entries(declarations)) {
      const other = known.get(name)
      if (other !== undefined) problems.push(`parameter ${name} is declared by ${other.owner} and by ${owner}`)
      // What works has precedence over what is only known.
      if (other === undefined || (!other.live && declaration.live)) known.set(name, row(name, owner, declaration))
    }
  }
  return [...known.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

function row(name: string, owner: string, { kind, default: fallback, doc, live, choices, unit, raw }: Declaration): ParameterRow {
  return {
    name,
    owner,
    kind,
    default: fallback,
    doc,
    live,
    ...(choices === undefined ? {} : { choices }),
    ...(unit === undefined ? {} : { unit }),
    ...(raw === undefined ? {} : { raw }),
  }
}
