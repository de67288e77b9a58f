/** schemas/restrictions.json: which built-in plugin serves each restriction, and where each plugin may stand. */
import type { FoundPlugin } from './declared.ts'

export function restrictionRows(plugins: readonly FoundPlugin[]): object {
  const restrictions = plugins.flatMap(({ name, plugin }) =>
    Object.entries(plugin.restrictions ?? {}).map(
      ([restriction, make]) => [restriction, { plugin: name, argument: takes(make) }] as const,
    ),
  )
  return {
    description: 'Generated: restrictions and the plugins that serve them; built-in plugins and where they may stand.',
    restrictions: Object.fromEntries(restrictions.sort(([a], [b]) => (a < b ? -1 : 1))),
    plugins: Object.fromEntries(
      plugins.map(({ name, plugin: { stages, mountedBy } }) => [
        name,
        { stages, ...(mountedBy === undefined ? {} : { mountedBy }) },
      ]),
    ),
  }
}

/** A restriction that fails without an argument needs one; one that fails with any takes none. */
function takes(make: (argument: string) => unknown): 'none' | 'required' | 'optional' {
  if (make.length === 0 || !succeeds(make, 'inline:{a=b}', 'example.org', 'inet:127.0.0.1:1', '1')) return 'none'
  return succeeds(make, '') ? 'optional' : 'required'
}

function succeeds(make: (argument: string) => unknown, ...candidates: readonly string[]): boolean {
  return candidates.some((argument) => {
    try {
      make(argument)
      return true
    } catch {
      return false
    }
  })
}
