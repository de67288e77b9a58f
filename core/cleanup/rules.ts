/** The parameters of a listener that concern its intake, made ready once. */
import type { ListenerRuntime } from '../generation.ts'
import { ADDRESS_HEADERS } from '../message/addresses.ts'
import { type WantedHeaders, wantedHeaders } from '../message/head.ts'
import type { Values } from '../parameters.ts'
import { byteSet } from './characters.ts'
import { type Completion, completionOf } from './completion.ts'
import { ENCODING_HEADERS } from './encoding.ts'
import { WATCHED } from './head.ts'
import { CLEANUP } from './parameters.ts'
import type { Strictness } from './strict.ts'
import { detectsUtf8 } from './utf8.ts'

export interface Rules {
  readonly values: Values<(typeof CLEANUP)['declarations']>
  /** Headers that are counted while the end of the head is looked for. */
  readonly watched: WantedHeaders
  readonly dropped: ReadonlySet<string>
  readonly completion: Completion
  readonly hostname: string
  /** Addresses are rewritten, and copies made: not so with `no_address_mappings` (receive_override_options). */
  readonly mapsAddresses: boolean
  /** Mail is looked at for what needs SMTPUTF8. */
  readonly detectsUtf8: boolean
  readonly strictness: Strictness | undefined
  readonly rejected: ReadonlySet<number>
  readonly stripped: ReadonlySet<number>
}

const NOTHING: ReadonlySet<number> = new Set()

/** Reads them. @throws ParameterError */
export function rulesOf(runtime: ListenerRuntime): Rules {
  const { scope } = runtime
  const values = scope.values(CLEANUP)
  const dropped = new Set(values.message_drop_headers.map((name) => name.toLowerCase()))
  // As Postfix has it, this switches off more than its name says.
  const isChecked = !values.receive_override_options.includes('no_header_body_checks')
  const hostname = scope.text('myhostname') ?? 'localhost'
  return {
    values,
    watched: wantedHeaders([...WATCHED, ...ENCODING_HEADERS, ...ADDRESS_HEADERS, ...dropped]),
    dropped,
    completion: completionOf(runtime),
    hostname,
    mapsAddresses: !values.receive_override_options.includes('no_address_mappings'),
    detectsUtf8: detectsUtf8(values.smtputf8_autodetect_classes),
    strictness: isChecked ? strictnessOf(values) : undefined,
    rejected: isChecked ? byteSet(values.message_reject_characters) : NOTHING,
    stripped: isChecked ? byteSet(values.message_strip_characters) : NOTHING,
  }
}

function strictnessOf(values: Rules['values']): Strictness | undefined {
  if (values.disable_mime_input_processing) return undefined
  const both = values.strict_8bitmime
  const headers = both || values.strict_7bit_headers
  const body = both || values.strict_8bitmime_body
  const encodings = values.strict_mime_encoding_domain
  return headers || body || encodings ? { headers, body, encodings } : undefined
}
