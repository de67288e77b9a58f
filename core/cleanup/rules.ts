/** The parameters of a listener that concern its intake, made ready once. */
import type { ListenerRuntime } from '../generation.ts'
import { ADDRESS_HEADERS } from '../message/addresses.ts'
import { type WantedHeaders, wantedHeaders } from '../message/head.ts'
import type { Values } from '../parameters.ts'
import { type Completion, completionOf } from './completion.ts'
import { WATCHED } from './head.ts'
import { CLEANUP } from './parameters.ts'

export interface Rules {
  readonly values: Values<(typeof CLEANUP)['declarations']>
  /** Headers that are counted while the end of the head is looked for. */
  readonly watched: WantedHeaders
  readonly dropped: ReadonlySet<string>
  readonly completion: Completion
  readonly hostname: string
  /** Addresses are rewritten, and copies made: not so with `no_address_mappings` (receive_override_options). */
  readonly mapsAddresses: boolean
}

/** Reads them. @throws ParameterError */
export function rulesOf(runtime: ListenerRuntime): Rules {
  const { scope } = runtime
  const values = scope.values(CLEANUP)
  const dropped = new Set(values.message_drop_headers.map((name) => name.toLowerCase()))
  const hostname = scope.text('myhostname') ?? 'localhost'
  return {
    values,
    watched: wantedHeaders([...WATCHED, ...ADDRESS_HEADERS, ...dropped]),
    dropped,
    completion: completionOf(runtime),
    hostname,
    mapsAddresses: !values.receive_override_options.includes('no_address_mappings'),
  }
}
