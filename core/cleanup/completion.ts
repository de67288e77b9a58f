/** Which addresses of a message are completed: all of the envelope, and the headers of clients that are ours. */
import type { Session } from '../facts.ts'
import type { ListenerRuntime } from '../generation.ts'
import { type CompletionRules, completeAddress } from '../message/complete.ts'
import type { Scope } from '../parameters.ts'
import { ROUTE_PARAMETERS } from '../route/parameters.ts'
import { headerRewriteClients } from './clients.ts'
import { CLEANUP } from './parameters.ts'

export interface Completion {
  /** Completes an envelope address. */
  envelope(address: string): string
  /** How addresses in headers of this client's mail are completed; undefined: not at all. Rejects with TableError. */
  headers(session: Session): CompletionRules | undefined | Promise<CompletionRules | undefined>
}

/** How addresses of mail from here are completed. */
export function ownCompletion(scope: Scope): CompletionRules {
  const values = scope.values(ROUTE_PARAMETERS)
  return {
    origin: values.append_at_myorigin ? values.myorigin : '',
    domain: values.append_dot_mydomain ? values.mydomain : '',
    bangs: values.swap_bangpath,
    percents: values.allow_percent_hack,
  }
}

/** Reads the rules of a listener. @throws ParameterError */
export function completionOf(runtime: ListenerRuntime): Completion {
  const { scope } = runtime
  const own = ownCompletion(scope)
  const { local_header_rewrite_clients, remote_header_rewrite_domain: remote } = scope.values(CLEANUP)
  const others = remote === '' ? undefined : { ...own, origin: remote, domain: remote }
  const isOurs = headerRewriteClients(local_header_rewrite_clients, runtime)
  return {
    envelope: (address) => completeAddress(address, own),
    headers: (session) => {
      const known = isOurs(session)
      return known instanceof Promise ? known.then((yes) => (yes ? own : others)) : known ? own : others
    },
  }
}
