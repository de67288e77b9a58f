/**
 * Where the defaults of Postfix 3.7 are not Postern's: an import writes the old value out, so that the gateway behaves as
 * before, and says beside it what would be better.
 */
import { expand, type Lookup } from '../config/expand.ts'
import type { Registry } from '../config/scope.ts'
import { splitList } from '../config/units.ts'

interface OldDefault {
  readonly name: string
  /** As `postconf -d` of 3.7 shows it. */
  readonly text: string
  /** Stands beside the value. */
  readonly advice: string
  /** Only worth a line when a parameter with such a name is set. */
  readonly when?: RegExp
  /** Without effect when this is set. */
  readonly unless?: string
}

const SERVER_TLS = /^smtpd_(tls_|use_tls|enforce_tls)/
const CLIENT_TLS = /^smtp_(tls_|use_tls|enforce_tls)/
const DIGEST = '${{$compatibility_level} <level {3.6} ? {md5} : {sha256}}'
const OLD_TLS = 'TLS 1.0 and 1.1 are broken: leave this out, and TLS begins at 1.2'

const OLD_DEFAULTS: readonly OldDefault[] = [
  {
    name: 'smtpd_forbid_bare_newline',
    text: 'no',
    advice: "Postfix's old default lets smuggled mail in: leave this out (normalize)",
  },
  {
    name: 'smtpd_forbid_unauth_pipelining',
    text: 'no',
    advice: "Postfix's old default tolerates clients that do not wait: leave this out (yes)",
  },
  { name: 'smtpd_tls_protocols', text: '>=TLSv1', advice: OLD_TLS, when: SERVER_TLS },
  { name: 'smtpd_tls_mandatory_protocols', text: '>=TLSv1', advice: OLD_TLS, when: SERVER_TLS },
  { name: 'smtp_tls_protocols', text: '>=TLSv1', advice: OLD_TLS, when: CLIENT_TLS },
  { name: 'smtp_tls_mandatory_protocols', text: '>=TLSv1', advice: OLD_TLS, when: CLIENT_TLS },
  { name: 'smtpd_tls_fingerprint_digest', text: DIGEST, advice: 'sha256 is the better digest', when: SERVER_TLS },
  { name: 'smtp_tls_fingerprint_digest', text: DIGEST, advice: 'sha256 is the better digest', when: CLIENT_TLS },
  {
    name: 'relay_domains',
    text: '${{$compatibility_level} <level {2} ? {$$mydestination} : {}}',
    advice: 'so below compatibility level 2; better list the domains',
  },
  {
    name: 'mynetworks_style',
    text: '${{$compatibility_level} <level {2} ? {subnet} : {host}}',
    advice: 'so below compatibility level 2: trusts the whole subnet; better set mynetworks',
    unless: 'mynetworks',
  },
  {
    name: 'smtpd_relay_before_recipient_restrictions',
    text: '${{$compatibility_level} <level {3.6} ? {no} : {yes}}',
    advice: 'so below compatibility level 3.6: the list of rcpt is asked before that of relay',
  },
  {
    name: 'append_dot_mydomain',
    text: '${{$compatibility_level} <level {1} ? {yes} : {no}}',
    advice: 'so below compatibility level 1',
  },
  {
    name: 'smtputf8_enable',
    text: '${{$compatibility_level} <level {1} ? {no} : {yes}}',
    advice: 'so below compatibility level 1',
  },
]

/** smtpd_relay_restrictions when main.cf does not set it. */
export const RELAY_DEFAULT =
  '${{$compatibility_level} <level {1} ? {} : {permit_mynetworks, permit_sasl_authenticated, defer_unauth_destination}}'

/** Compatibility level of a main.cf that names none. */
export const OLDEST_LEVEL = '0'

export interface Kept {
  readonly name: string
  readonly text: string
  readonly advice: string
}

/**
 * The old defaults that make a difference.
 * @param names all that the imported configuration sets, anywhere @param own those of main.cf: what a service sets holds for it alone
 */
export function oldDefaults(
  names: ReadonlySet<string>,
  own: { has(name: string): boolean },
  lookup: Lookup,
  registry: Registry,
): Kept[] {
  return OLD_DEFAULTS.flatMap(({ name, text, advice, when, unless }) => {
    if (own.has(name) || (unless !== undefined && own.has(unless))) return []
    if (when !== undefined && ![...names].some((each) => when.test(each))) return []
    const old = expand(text, lookup)
    return sameValue(old, ownDefault(name, registry)) ? [] : [{ name, text: old, advice }]
  })
}

function ownDefault(name: string, registry: Registry): string {
  const text = registry.get(name)?.declaration.default ?? ''
  // Conditions on the level are Postfix's own; everything else of a default stays as it is.
  return text.startsWith('${{$compatibility_level}') ? expand(text, () => '3.6') : text
}

/** The same words, whatever is between them. */
export function sameValue(a: string, b: string): boolean {
  if (a === b) return true
  try {
    return splitList(a).join(' ') === splitList(b).join(' ')
  } catch {
    return false
  }
}
