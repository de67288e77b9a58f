/** Which addresses of a message are completed: all of the envelope, and the headers of clients that are ours. */
import type { Session } from '../facts.ts'
import type { ListenerRuntime } from '../generation.ts'
import { ADDRESS_HEADERS, findAddresses, replaceAddresses } from '../message/addresses.ts'
import { type CompletionRules, completeAddress } from '../message/complete.ts'
import { type HeadSurvey, headerValueAt } from '../message/head.ts'
import { type HeaderBlock, headerText, rawText } from '../message/headers.ts'
import { ROUTE_PARAMETERS } from '../route/parameters.ts'
import { headerRewriteClients } from './clients.ts'
import { CLEANUP } from './parameters.ts'

export interface Completion {
  /** Completes an envelope address. */
  envelope(address: string): string
  /** How addresses in headers of this client's mail are completed; undefined: not at all. */
  headers(session: Session): CompletionRules | undefined
}

/** Reads the rules of a listener. @throws ParameterError */
export function completionOf(runtime: ListenerRuntime): Completion {
  const { scope } = runtime
  const values = scope.values(ROUTE_PARAMETERS)
  const { local_header_rewrite_clients, remote_header_rewrite_domain: remote } = scope.values(CLEANUP)
  const own: CompletionRules = {
    origin: values.append_at_myorigin ? values.myorigin : '',
    domain: values.append_dot_mydomain ? values.mydomain : '',
    bangs: values.swap_bangpath,
    percents: values.allow_percent_hack,
  }
  const others = remote === '' ? undefined : { ...own, origin: remote, domain: remote }
  const isOurs = headerRewriteClients(local_header_rewrite_clients, runtime)
  return {
    envelope: (address) => completeAddress(address, own),
    headers: (session) => (isOurs(session) ? own : others),
  }
}

/** Is there an address in the head that is not complete? */
export function hasIncomplete(head: Buffer, { counts, first, headers }: HeadSurvey, rules: CompletionRules): boolean {
  for (const [name, count] of counts) {
    if (!ADDRESS_HEADERS.has(name)) continue
    if (count > 1) return true
    const value = headerValueAt(head, first.get(name) ?? 0, headers)
    if (findAddresses(value).some(({ address }) => completeAddress(address, rules) !== address)) return true
  }
  return false
}

/** Completes the addresses in all headers that hold some; headers without incomplete ones keep their bytes. */
export function completeHeaders(headers: HeaderBlock, rules: CompletionRules): void {
  for (let i = 0; i < headers.length; i++) {
    const header = headers.at(i)
    if (header === undefined || !ADDRESS_HEADERS.has(header.name.toLowerCase())) continue
    const text = headerText(header.raw)
    const spans = findAddresses(text.slice(text.indexOf(':') + 1))
    const fresh = spans.map(({ address }) => {
      const complete = completeAddress(address, rules)
      return complete === address ? undefined : complete
    })
    if (fresh.some((address) => address !== undefined)) headers.replace(i, rawText(replaceAddresses(text, spans, fresh)))
  }
}
