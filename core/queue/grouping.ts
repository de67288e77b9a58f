/** Where a message's recipients go, and how they share deliveries. */
import type { Route } from '../smtp/types.ts'
import { type Active, deliveriesOf, type Share } from './active.ts'
import type { Envelope, Recipient } from './types.ts'

/** Undefined: nothing routes this recipient; it is deferred. A throw defers it too. */
export type Router = (envelope: Envelope, recipient: Recipient) => Route | undefined | Promise<Route | undefined>

const ROUTE_FAILED = { status: '4.3.0', reason: 'temporary failure of address resolution' }

/** Routes of the recipients with these indexes; at once when every one is known at once. */
export function routesOf(
  envelope: Envelope,
  indexes: readonly number[],
  router: Router,
  warn: (message: string) => void,
): readonly Route[] | Promise<readonly Route[]> {
  const failed = (error: unknown): Route => {
    warn(`${envelope.id}: route: ${error instanceof Error ? error.message : String(error)}`)
    return { transport: 'error', nexthop: '', failure: ROUTE_FAILED }
  }
  const routeOf = (index: number): Route | Promise<Route> => {
    try {
      const route = router(envelope, envelope.recipients[index] as Recipient)
      if (route instanceof Promise) return route.then((found) => found ?? failed('no route'), failed)
      return route ?? failed('no route')
    } catch (error) {
      return failed(error)
    }
  }
  const routes = indexes.map(routeOf)
  return routes.some((route) => route instanceof Promise) ? Promise.all(routes) : (routes as Route[])
}

/** Recipients that go the same way together, in deliveries of legal size. */
export function sharesOf(
  active: Active,
  indexes: readonly number[],
  routes: readonly Route[],
  recipientLimit: (transport: string) => number,
): Share[] {
  const { message } = active
  const groups = new Map<string, { route: Route; recipients: number[] }>()
  for (const [i, index] of indexes.entries()) {
    const route = routes[i]
    if (route === undefined) continue
    const address = recipientLimit(route.transport) === 1 ? message.envelope.recipients[index]?.address : ''
    const { failure } = route
    const refused = failure === undefined ? '' : `${failure.status} ${failure.reason}`
    const key = `${route.transport}\0${route.nexthop}\0${address}\0${refused}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { route, recipients: [index] })
    else group.recipients.push(index)
  }
  return [...groups.values()].map(({ route, recipients }) => ({
    active,
    route,
    // A sender address for each recipient: one delivery for each.
    deliveries: deliveriesOf(message, recipients, message.envelope.verp === undefined ? recipientLimit(route.transport) : 1),
  }))
}
