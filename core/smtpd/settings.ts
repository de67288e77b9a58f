/** The parameters of one listener, worked out once for all its sessions. */
import type { ListenerRuntime } from '../generation.ts'
import { CidrSet, parseCidr } from '../net/ip.ts'
import type { Values } from '../parameters.ts'
import type { AddressRules } from '../protocol/address.ts'
import { ehloLines } from '../protocol/ehlo.ts'
import { SMTPD } from './parameters.ts'

type Parameters = Values<typeof SMTPD.declarations>

/** How lines that end in LF alone are taken. */
export type BareNewline = 'no' | 'normalize' | 'reject'

export interface Settings extends Parameters {
  readonly myhostname: string
  readonly address: AddressRules
  readonly bareNewline: BareNewline
  readonly bareNewlineExclusions: CidrSet
  /** cleanup_replace_stray_cr_lf */
  readonly replaceStrayCr: boolean
  /** In upper case. */
  readonly noopCommands: ReadonlySet<string>
  readonly forbidden: (word: string) => boolean
  readonly discarded: ReadonlySet<string>
  /** For the log at each EHLO; empty: nothing to say. */
  readonly discardedText: string
  /** Keyword lines of EHLO before the `ehlo` hook. */
  readonly keywords: readonly string[]
}

const known = new WeakMap<ListenerRuntime, Settings>()

/** The settings of a listener. @throws ParameterError for a value that does not fit */
export function settingsOf(runtime: ListenerRuntime): Settings {
  const ready = known.get(runtime)
  if (ready !== undefined) return ready
  const made = derive(runtime)
  known.set(runtime, made)
  return made
}

const upper = (words: readonly string[]): ReadonlySet<string> => new Set(words.map((word) => word.toUpperCase()))

function derive({ scope }: ListenerRuntime): Settings {
  const values = scope.values(SMTPD)
  const yes = (name: string): boolean => scope.text(name) === 'yes'
  const discarded = upper(values.smtpd_discard_ehlo_keywords)
  return {
    ...values,
    myhostname: scope.text('myhostname') ?? 'localhost',
    address: {
      strict: values.strict_rfc821_envelopes,
      nullDomain: yes('resolve_null_domain'),
      numericDomain: yes('resolve_numeric_domain'),
      minUser: yes('allow_min_user'),
    },
    bareNewline: bareNewline(values.smtpd_forbid_bare_newline),
    bareNewlineExclusions: networks(values.smtpd_forbid_bare_newline_exclusions),
    replaceStrayCr: scope.text('cleanup_replace_stray_cr_lf') !== 'no',
    noopCommands: upper(values.smtpd_noop_commands),
    forbidden: forbiddenCommands(values.smtpd_forbidden_commands),
    discarded,
    discardedText: discarded.has('SILENT-DISCARD') ? '' : [...discarded].join(' '),
    keywords: ehloLines(
      {
        sizeLimit: values.message_size_limit,
        vrfy: !values.disable_vrfy_command,
        startTls: false,
        auth: [],
        smtputf8: values.smtputf8_enable,
      },
      discarded,
    ),
  }
}

const BARE_NEWLINE: ReadonlyMap<string, BareNewline> = new Map([
  ['no', 'no'],
  ['yes', 'normalize'],
  ['normalize', 'normalize'],
  ['reject', 'reject'],
])

/** Anything else is read as the safe choice. */
function bareNewline(text: string): BareNewline {
  return BARE_NEWLINE.get(text.toLowerCase()) ?? 'normalize'
}

/** The addresses and networks among the patterns; names and tables say nothing about an address alone. */
function networks(patterns: readonly string[]): CidrSet {
  const set = new CidrSet()
  for (const pattern of patterns) if (parseCidr(pattern) !== undefined) set.add(pattern)
  return set
}

const INLINE_PATTERN = /^(?:regexp|pcre):\{\s*\{?\s*\/(.*)\/([a-z]*)\s+[^{}]*\}?\s*\}$/

/** Words match whole and in any case; patterns as in a regexp table, where `i` makes case matter. */
function forbiddenCommands(list: readonly string[]): (word: string) => boolean {
  const words = upper(list)
  const patterns: RegExp[] = []
  for (const each of list) {
    const inline = INLINE_PATTERN.exec(each)
    if (inline !== null) patterns.push(new RegExp(inline[1] as string, inline[2]?.includes('i') ? '' : 'i'))
  }
  return (word) => words.has(word.toUpperCase()) || patterns.some((pattern) => pattern.test(word))
}
