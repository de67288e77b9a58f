/**
 * Where a recipient's mail goes, as trivial-rewrite(8) resolves: a step's own route, the message's filter, the transport
 * table, the transport of the address class, and the relay host.
 */
import { ask, type Hooks } from '../hooks.ts'
import { chain, firstOf, type MaybePromise, type Table } from '../lookup/index.ts'
import type { Scope } from '../parameters.ts'
import type { AddressClass, Destinations } from '../plugin.ts'
import { probeSenderOf } from '../probe-sender.ts'
import type { Envelope, Recipient } from '../queue/types.ts'
import type { Route } from '../smtp/types.ts'
import { senderKeys, transportKeys } from './keys.ts'
import { failureOf, type PartialRoute, parseRoute } from './nexthop.ts'
import { PROBE_ROUTE_PARAMETERS, ROUTE_PARAMETERS } from './parameters.ts'

export interface RouterDeps {
  readonly scope: Scope
  readonly destinations: Destinations
  openTable(spec: string): Promise<Table>
  /** Its `queue.route` is asked first. */
  readonly hooks?: Pick<Hooks, 'queue.route'>
  /** Names of the configured transports; lets `relay` and the like fall back to `smtp` where they are not defined. */
  readonly transports?: ReadonlySet<string>
  /** Routes address verification probes: the address_verify_* parameters stand for those of mail. */
  readonly probes?: boolean
  /** Milliseconds since 1970; for addresses that change with time. */
  readonly now?: () => number
}

/** @throws TableError, or StepError of a step, now or by rejection: the recipient is to be deferred */
export type Router = (envelope: Envelope, recipient: Recipient) => MaybePromise<Route>

type Values = ReturnType<typeof valuesOf>
const valuesOf = (scope: Scope) => scope.values(ROUTE_PARAMETERS)

function probeValues(scope: Scope): Values {
  const values = scope.values(PROBE_ROUTE_PARAMETERS)
  return {
    ...valuesOf(scope),
    transport_maps: values.address_verify_transport_maps,
    relayhost: values.address_verify_relayhost,
    sender_dependent_relayhost_maps: values.address_verify_sender_dependent_relayhost_maps,
    default_transport: values.address_verify_default_transport,
    sender_dependent_default_transport_maps: values.address_verify_sender_dependent_default_transport_maps,
    relay_transport: values.address_verify_relay_transport,
    local_transport: values.address_verify_local_transport,
    virtual_transport: values.address_verify_virtual_transport,
  }
}

interface RouteTables {
  readonly transport: readonly Table[]
  readonly relayhost: readonly Table[]
  readonly defaults: readonly Table[]
}

/** Opens the tables of a scope. @throws Error when one can not be opened */
export async function createRouter(deps: RouterDeps): Promise<Router> {
  const values = deps.probes === true ? probeValues(deps.scope) : valuesOf(deps.scope)
  const open = (specs: readonly string[]) => Promise.all(specs.map((spec) => deps.openTable(spec)))
  const tables: RouteTables = {
    transport: await open(values.transport_maps),
    relayhost: await open(values.sender_dependent_relayhost_maps),
    defaults: await open(values.sender_dependent_default_transport_maps),
  }
  const finish = (route: PartialRoute): Route => finished(route, deps.transports)
  const doubleBounce = `${deps.scope.text('double_bounce_sender') || ' '}@`.toLowerCase()
  const probeSender = probeSenderOf(deps.scope)
  const now = deps.now ?? Date.now
  const isOurs = (address: string): boolean =>
    address.slice(0, address.lastIndexOf('@') + 1).toLowerCase() === doubleBounce || probeSender.is(address, now())
  const plain = (envelope: Envelope, recipient: Recipient): MaybePromise<Route> => {
    if (envelope.filter !== undefined) return finish(filterRoute(envelope.filter, recipient))
    return chain(deps.destinations.resolve(recipient.address), (address) =>
      chain(deps.destinations.classify(address), (name) =>
        name === 'local' && isOurs(address)
          ? NOWHERE
          : chain(classRoute(name, domainOf(address), envelope.sender, values, tables), (base) => {
              // What is an alias and nothing else has no way of its own.
              if (name === 'virtual_alias') return finish(base)
              return chain(lookUp(tables.transport, transportKeys(address, values)), (entry) =>
                addressed(
                  finish(entry === undefined ? base : merged(base, parseRoute(entry), domainOf(address))),
                  recipient.address,
                  address,
                ),
              )
            }),
      ),
    )
  }
  const hooks = deps.hooks
  if (hooks === undefined) return plain
  return (envelope, recipient) =>
    chain(ask(hooks['queue.route'], { envelope, recipient }), (route) => route ?? plain(envelope, recipient))
}

/** Where what comes back of our own notices and probes ends: their senders at home have no mailbox. */
const NOWHERE: Route = Object.freeze({ transport: 'discard', nexthop: 'undeliverable postmaster notification discarded' })

/** Who asked us to route his mail is left out of the address: what is resolved is what is delivered. */
function addressed(route: Route, written: string, resolved: string): Route {
  const isSame = written === resolved || written.toLowerCase().replace(/\.$/, '') === resolved.toLowerCase()
  return isSame ? route : { ...route, address: resolved }
}

const domainOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1)

/** A table entry over the route of the class: an empty part leaves it, a transport alone goes to the recipient's domain. */
function merged(base: PartialRoute, entry: PartialRoute, domain: string): PartialRoute {
  if (entry.transport === '' && entry.nexthop === '') return base
  if (entry.transport === '') return { transport: base.transport, nexthop: entry.nexthop }
  return { transport: entry.transport, nexthop: entry.nexthop || (isRefusing(entry.transport) ? '' : domain) }
}

/** The route of an address class before the transport table. */
function classRoute(
  name: AddressClass,
  domain: string,
  sender: string,
  values: Values,
  tables: RouteTables,
): MaybePromise<PartialRoute> {
  switch (name) {
    case 'local':
      return withNexthop(parseRoute(values.local_transport), values.myhostname)
    case 'virtual_alias':
      return { transport: 'error', nexthop: '5.1.1 User unknown in virtual alias table' }
    case 'virtual_mailbox':
      return withNexthop(parseRoute(values.virtual_transport), domain)
    case 'relay':
      return withRelayhost(parseRoute(values.relay_transport), domain, sender, values, tables)
    case 'default': {
      const own = senderKeys(sender, values.empty_address_default_transport_maps_lookup_key, values.recipient_delimiter)
      return chain(lookUp(tables.defaults, own), (entry) => {
        const general = parseRoute(values.default_transport)
        const special = entry === undefined || isDunno(entry) ? general : parseRoute(entry)
        return withRelayhost({ ...special, transport: special.transport || general.transport }, domain, sender, values, tables)
      })
    }
  }
}

function withNexthop(route: PartialRoute, nexthop: string): PartialRoute {
  return route.nexthop === '' && !isRefusing(route.transport) ? { ...route, nexthop } : route
}

/** Next hop in order: the transport's own, the sender's relay host, relayhost, the recipient's domain. */
function withRelayhost(
  route: PartialRoute,
  domain: string,
  sender: string,
  values: Values,
  tables: RouteTables,
): MaybePromise<PartialRoute> {
  if (route.nexthop !== '' || isRefusing(route.transport)) return route
  const keys = senderKeys(sender, values.empty_address_relayhost_maps_lookup_key, values.recipient_delimiter)
  return chain(lookUp(tables.relayhost, keys), (entry) => ({
    transport: route.transport,
    nexthop: entry === undefined || isDunno(entry) ? values.relayhost || domain : entry,
  }))
}

const isDunno = (entry: string): boolean => entry.toUpperCase() === 'DUNNO'

/** FILTER and content_filter: the next hop when they name none is the recipient's domain. */
function filterRoute(filter: string, recipient: Recipient): PartialRoute {
  return withNexthop(parseRoute(filter), domainOf(recipient.address))
}

/** error and retry are no agents with a next hop: what follows is their text. */
const isRefusing = (transport: string): boolean => transport === 'error' || transport === 'retry'

/** Where a transport that Postfix always has is not defined here. */
const ALIASES: Readonly<Record<string, string>> = { relay: 'smtp' }

function finished({ transport, nexthop }: PartialRoute, known: ReadonlySet<string> | undefined): Route {
  if (isRefusing(transport)) return { transport, nexthop: '', failure: failureOf(transport, nexthop) }
  const alias = ALIASES[transport]
  const name = alias !== undefined && known?.has(transport) !== true ? alias : transport
  return { transport: name, nexthop }
}

/** The first value that the tables have for the keys; all keys of one table before the next. */
function lookUp(tables: readonly Table[], keys: readonly string[]): MaybePromise<string | undefined> {
  if (tables.length === 0) return undefined
  return firstOf(tables, (table) => firstOf(table.wholeKeys ? keys.slice(0, 1) : keys, (key) => table.lookup(key)))
}
