/** Which delivery agent serves a transport, by the kind that its configuration names. */
import type { TransportConfig } from '../config/types.ts'
import type { Services, TransportRuntime } from '../generation.ts'
import { createSmtpAgent } from '../smtp/agent.ts'
import { createDiscardAgent } from '../smtp/discard.ts'
import { createErrorAgent, createRetryAgent } from '../smtp/error.ts'
import { createMaildirAgent } from '../smtp/maildir.ts'
import type { DeliveryAgent } from '../smtp/types.ts'

type MakeAgent = (runtime: TransportRuntime, services: Services) => DeliveryAgent

export const AGENTS: Readonly<Partial<Record<TransportConfig['agent'], MakeAgent>>> = Object.freeze({
  smtp: createSmtpAgent,
  lmtp: createSmtpAgent,
  discard: (_runtime, services) => createDiscardAgent(services),
  error: (_runtime, services) => createErrorAgent(services),
  retry: (_runtime, services) => createRetryAgent(services),
  maildir: (_runtime, services) => createMaildirAgent(services),
})
