/**
 * The error and retry transports: mail bounces (error) or waits (retry) with the next hop as the reason, which may begin with
 * an enhanced status: `error:5.1.1 no such user here`. Postfix: error(8).
 */
import type { Services } from '../generation.ts'
import { oneLine } from '../reply.ts'
import type { DeliveryAgent, Outcome } from './types.ts'

/** Makes the agent of a transport whose agent is `error`. */
export function createErrorAgent(services: Services): DeliveryAgent {
  return failing(services, 'bounced')
}

/** Makes the agent of a transport whose agent is `retry`. */
export function createRetryAgent(services: Services): DeliveryAgent {
  return failing(services, 'deferred')
}

function failing(services: Services, kind: 'bounced' | 'deferred'): DeliveryAgent {
  return {
    async deliver({ recipients, route }, settle) {
      const started = services.clock.now()
      const outcome: Outcome = { kind, ...failureOf(route.nexthop, kind === 'bounced' ? '5' : '4'), relay: 'none' }
      for (const recipient of recipients) settle(recipient, outcome, { started, connected: started, finished: started })
    },
    async close() {},
  }
}

/** Status and text of a next hop; a status of another class gets the right one. */
function failureOf(nexthop: string, klass: '4' | '5'): { readonly status: string; readonly reason: string } {
  const given = /^([245])(\.\d{1,3}\.\d{1,3})[ \t]+(\S.*)$/.exec(nexthop.trim())
  if (given !== null) return { status: `${klass}${given[2]}`, reason: oneLine(given[3] ?? '') }
  return {
    status: `${klass}.0.0`,
    reason: oneLine(nexthop.trim() === '' ? 'mail for this destination is refused' : nexthop.trim()),
  }
}
