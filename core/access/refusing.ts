/** Which addresses routing gives to the error or retry transport: their mail can be refused before it is taken. */
import type { Table } from '../lookup/index.ts'
import { chain } from '../lookup/index.ts'
import type { Scope } from '../parameters.ts'
import type { Destinations } from '../plugin.ts'
import { parseRoute } from '../route/nexthop.ts'
import { ROUTE_PARAMETERS } from '../route/parameters.ts'
import { createRouter } from '../route/router.ts'

const TABLES = ['transport_maps', 'sender_dependent_default_transport_maps'] as const
const TRANSPORTS = ['local_transport', 'virtual_transport', 'relay_transport', 'default_transport'] as const

/** Asks the routes of a scope, where any of them can refuse. @throws Error when a table can not be opened */
export async function createRefusing(
  scope: Scope,
  destinations: Omit<Destinations, 'refusal'>,
  openTable: (spec: string) => Promise<Table>,
): Promise<Destinations['refusal']> {
  const values = scope.values(ROUTE_PARAMETERS)
  const isRefusing = TRANSPORTS.some((name) => ['error', 'retry'].includes(parseRoute(values[name]).transport))
  if (!isRefusing && TABLES.every((name) => values[name].length === 0)) return () => undefined
  const route = await createRouter({ scope, destinations: { ...destinations, refusal: () => undefined }, openTable })
  return (address, sender) => {
    const recipient = { address, original: address }
    return chain(route({ ...NOBODY, sender, recipients: [recipient] }, recipient), ({ failure }) => failure)
  }
}

/** No message: routing asks for its sender only. */
const NOBODY = Object.freeze({
  id: '' as never,
  arrived: 0,
  origin: { listener: '', clientName: '', clientAddress: '', clientPort: 0, helo: '', protocol: 'SMTP' },
} as const)
