/** One set of canonical tables: an address is looked up again and again, until nothing changes. Postfix: cleanup_map11. */
import { addressRules, createAddressMap, type IntakeRequest, type PluginContext, quoteAddress } from '#postern'

/** Rewrites an address. Rejects when a table fails. */
export type Rewriter = (address: string, request: IntakeRequest) => Promise<string>

/** So often, and no more; what it is then stays. */
const MOST = 10

/** Opens the tables; undefined when there are none. @param name of the parameter, for the log */
export async function openTables(
  name: string,
  specs: readonly string[],
  { parameters, tables, destinations, emit }: PluginContext,
): Promise<Rewriter | undefined> {
  if (specs.length === 0) return undefined
  const opened = await Promise.all(specs.map((spec) => tables.open(spec)))
  const map = createAddressMap(opened, addressRules(parameters, 'canonical'), destinations)
  return async (address, { queueId }) => {
    const warn = (message: string) => emit({ type: 'warning', where: 'cleanup', message: `${queueId}: ${message}` })
    const lookup = (each: string) =>
      map.map(each).catch((cause: unknown) => {
        throw new Error(`${name} map lookup problem for ${quoteAddress(each) || '""'}`, { cause })
      })
    let now = address
    for (let times = 0; times < MOST; times++) {
      const found = await lookup(now)
      if (found === undefined) return now
      const before = now
      now = found[0] ?? ''
      if (found.length > 1) warn(`multi-valued ${name} entry for ${quoteAddress(before)}`)
      if (now.toLowerCase() === before.toLowerCase()) return now
    }
    warn(`unreasonable ${name} map nesting for ${quoteAddress(now)} -- message not accepted, try again later`)
    return now
  }
}
