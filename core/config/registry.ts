/**
 * Every parameter that Postern knows, from schemas/parameters.json: generated from the declarations in the modules and
 * plugins that own them, so that a configuration can be checked without loading any of them.
 */
import type { Declaration, Declared } from '../parameters.ts'
import { readSchema } from './places.ts'
import type { Registered, Registry } from './scope.ts'

/** One row of schemas/parameters.json. */
export interface ParameterRow {
  readonly name: string
  readonly owner: string
  readonly kind: Declaration['kind']
  readonly default: string
  readonly doc: string
  readonly live: boolean
  readonly raw?: boolean
  readonly choices?: readonly string[]
  readonly unit?: 's' | 'm' | 'h' | 'd' | 'w'
}

let known: Registry | undefined

/** The generated registry. */
export function knownParameters(): Registry {
  known ??= new Map(
    (readSchema<{ parameters: ParameterRow[] }>('parameters.json')?.parameters ?? []).map(({ name, owner, ...declaration }) => [
      name,
      { owner, declaration },
    ]),
  )
  return known
}

/** The known parameters and those of third-party plugins. @throws Error when one is declared twice */
export function withPlugins(declared: Iterable<Declared>): Registry {
  const registry = new Map<string, Registered>(knownParameters())
  for (const { owner, declarations } of declared) {
    for (const [name, declaration] of Object.entries(declarations)) {
      const other = registry.get(name)
      if (other !== undefined && other.owner !== owner) throw new Error(`${owner}: parameter ${name} belongs to ${other.owner}`)
      registry.set(name, { owner, declaration })
    }
  }
  return registry
}
