/** The discard transport: everything is delivered to nowhere, with the next hop as the reason. Postfix: discard(8). */
import type { Services } from '../generation.ts'
import { oneLine } from '../reply.ts'
import type { DeliveryAgent } from './types.ts'

/** Makes the agent of a transport whose agent is `discard`. */
export function createDiscardAgent(services: Services): DeliveryAgent {
  return {
    async deliver({ recipients, route }, settle) {
      const started = services.clock.now()
      const text = oneLine(route.nexthop === '' ? 'mail for this destination is discarded' : route.nexthop)
      for (const recipient of recipients)
        settle(
          recipient,
          { kind: 'sent', status: '2.0.0', text, relay: 'none' },
          { started, connected: started, finished: started },
        )
    },
    async close() {},
  }
}
