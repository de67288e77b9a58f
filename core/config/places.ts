/** Where Postern's own parts stand, in the repository and in the package: schemas and built-in plugins. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
/** `.ts` in the repository, `.js` in the package. */
const EXTENSION = extname(import.meta.url)

/** Directory of the JSON schemas. */
export const SCHEMAS = `${ROOT}schemas/`

/** Reads a generated or hand-written schema file; undefined when there is none. */
export function readSchema<T = Record<string, unknown>>(name: string): T | undefined {
  const file = SCHEMAS + name
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as T) : undefined
}

/** The module of a built-in plugin, as an absolute path. */
export function builtinModule(name: string): string {
  return `${ROOT}plugins/${name}/index${EXTENSION}`
}

/** A module of core or the test kit, by its path in the repository (`core/plugin.ts`). */
export function ownModule(path: string): string {
  return ROOT + path.replace(/\.ts$/, EXTENSION)
}

let builtins: ReadonlySet<string> | undefined

/** Names of the built-in plugins. */
export function builtinPlugins(): ReadonlySet<string> {
  builtins ??= new Set(
    readdirSync(`${ROOT}plugins`, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && existsSync(builtinModule(entry.name)))
      .map(({ name }) => name),
  )
  return builtins
}
