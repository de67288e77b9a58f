/** A table that can not be opened, where no step opened it: which parameter names it, and where. */
import { createScope, type Registry } from './scope.ts'
import { type Configuration, ConfigurationError } from './types.ts'
import { wordsOf } from './units.ts'

/** The same error with the place of the parameter whose value names the table; as it is when nobody does. */
export function withPlace(error: unknown, config: Configuration, registry: Registry): unknown {
  if (error instanceof ConfigurationError || !(error instanceof Error)) return error
  const { message } = error
  const whole = createScope({ assignments: config.parameters, registry })
  for (const { parameters } of [config, ...config.listeners, ...config.transports]) {
    const scope = parameters === config.parameters ? whole : createScope({ assignments: parameters, parent: whole, registry })
    for (const [name, { place }] of Object.entries(parameters)) {
      const tables = wordsOf(textOf(() => scope.text(name))).map((word) => word.replace(/^!/, ''))
      if (!tables.some((table) => table.includes(':') && message.startsWith(`table ${table}: `))) continue
      return new ConfigurationError([{ place, path: `parameters.${name}`, message }])
    }
  }
  return error
}

function textOf(read: () => string | undefined): string {
  try {
    return read() ?? ''
  } catch {
    return ''
  }
}
