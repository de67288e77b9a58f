/** Jobs that one transport passes on to another, within the delivery under way. Postfix: deliver_pass, best_mx_transport. */
import type { DeliveryAgent, DeliveryJob, DeliveryTimes, Outcome, Route } from '../smtp/types.ts'

/** Settles a recipient, by the transport that delivered. */
export type SettleBy = (recipient: number, outcome: Outcome, times: DeliveryTimes, transport: string) => void

/**
 * Delivers by the transport of the job's route, or by one that its agent passes recipients on to; what was passed on is not passed
 * on again. Rejects when there is no such transport.
 */
export async function deliverBy(
  job: DeliveryJob,
  agentFor: (transport: string) => DeliveryAgent | undefined,
  settle: SettleBy,
): Promise<void> {
  const by = (route: Route, mine: DeliveryJob): Promise<void> => {
    const agent = agentFor(route.transport)
    if (agent === undefined) throw new Error('mail transport unavailable')
    return agent.deliver(mine, (recipient, outcome, times) => settle(recipient, outcome, times, route.transport))
  }
  const pass = async (route: Route, recipient: number): Promise<void> => by(route, { ...job, route, recipients: [recipient] })
  await by(job.route, { ...job, pass })
}
