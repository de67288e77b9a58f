/** The parameters of one listener, worked out once for all its sessions. */
import { ACCESS_PARAMETERS } from '../access/parameters.ts'
import type { ListenerRuntime } from '../generation.ts'
import type { Scope, Values } from '../parameters.ts'
import type { MatchList } from '../plugin.ts'
import { type ProbeSender, probeSenderOf } from '../probe-sender.ts'
import type { AddressRules } from '../protocol/address.ts'
import { SMTPD } from './parameters.ts'
import { type ClientLists, keywordSet, NO_LISTS } from './standing.ts'
import { noticedClasses } from './transcript.ts'
import { compileWords, type WordList } from './word-list.ts'

type Parameters = Values<typeof SMTPD.declarations>

/** How lines that end in LF alone are taken. */
export type BareNewline = 'no' | 'normalize' | 'reject'

export interface Settings extends Parameters {
  readonly myhostname: string
  /** `yes` in times of overload, else ''. */
  readonly stress: string
  readonly address: AddressRules
  /** Whom mail is taken for without a question. */
  readonly probeSender: ProbeSender
  readonly bareNewline: BareNewline
  /** cleanup_replace_stray_cr_lf */
  readonly replaceStrayCr: boolean
  /** smtpd_discard_ehlo_keywords, for clients that no table names. */
  readonly discarded: ReadonlySet<string>
  readonly lists: ClientLists
  readonly words: CommandWords
  /** notify_classes that a session can meet; undefined: none. */
  readonly noticed: ReadonlySet<string> | undefined
  /** smtpd_log_access_permit_actions; undefined: none is logged. */
  readonly permits: MatchList | undefined
}

/** Commands that are more or less than the table of commands says. */
export interface CommandWords {
  /** smtpd_noop_commands; undefined: none. */
  readonly noop: WordList | undefined
  /** smtpd_forbidden_commands */
  readonly forbidden: WordList
}

const NO_WORDS: CommandWords = Object.freeze({ noop: undefined, forbidden: () => false })

/** Those of calm times, and those of overload (`stress=yes`). */
export interface ListenerSettings {
  readonly calm: Settings
  readonly stressed: Settings
}

const known = new WeakMap<ListenerRuntime, Promise<ListenerSettings>>()
const ready = new WeakMap<ListenerRuntime, ListenerSettings>()

/** The settings of a listener where they are made already. */
export function readySettings(runtime: ListenerRuntime): ListenerSettings | undefined {
  return ready.get(runtime)
}

/**
 * Makes the settings of a listener, once; done at start and at reload, so that what is wrong is told then.
 * Rejects with ParameterError for a value that does not fit, or with what is wrong with a list or table.
 */
export function listenerSettings(runtime: ListenerRuntime): Promise<ListenerSettings> {
  let made = known.get(runtime)
  if (made === undefined) {
    made = make(runtime)
    known.set(runtime, made)
  }
  return made
}

async function make(runtime: ListenerRuntime): Promise<ListenerSettings> {
  const calm = derive(runtime.scope, NO_LISTS)
  const stressed = derive(runtime.stressed, NO_LISTS)
  const lists = await clientLists(runtime, calm)
  const logged = runtime.scope.values(ACCESS_PARAMETERS).smtpd_log_access_permit_actions
  const permits = logged.length === 0 ? undefined : await runtime.matchList(logged)
  const words = await commandWords(runtime, calm)
  const settings = { calm: { ...calm, lists, words, permits }, stressed: { ...stressed, lists, words, permits } }
  ready.set(runtime, settings)
  return settings
}

async function commandWords({ tables }: ListenerRuntime, values: Parameters): Promise<CommandWords> {
  const compile = (list: readonly string[]) => compileWords(list, (spec) => tables.open(spec))
  const { smtpd_noop_commands: noop, smtpd_forbidden_commands: forbidden } = values
  return { noop: noop.length === 0 ? undefined : await compile(noop), forbidden: await compile(forbidden) }
}

async function clientLists({ scope, matchList, tables }: ListenerRuntime, values: Parameters): Promise<ClientLists> {
  const features = (scope.text('parent_domain_matches_subdomains') ?? '').split(/[\s,]+/)
  const compile = (name: ListName): Promise<MatchList> | undefined =>
    values[name].length === 0 ? undefined : matchList(values[name], { parent: features.includes(name) })
  return {
    xclient: await compile('smtpd_authorized_xclient_hosts'),
    xforward: await compile('smtpd_authorized_xforward_hosts'),
    verp: await compile('smtpd_authorized_verp_clients'),
    bareNewline: await compile('smtpd_forbid_bare_newline_exclusions'),
    watched: values.debug_peer_level > 0 ? await compile('debug_peer_list') : undefined,
    flushed: await compile('fast_flush_domains'),
    keywords: await Promise.all(values.smtpd_discard_ehlo_keyword_address_maps.map((spec) => tables.open(spec))),
  }
}

type ListName =
  | 'smtpd_authorized_xclient_hosts'
  | 'smtpd_authorized_xforward_hosts'
  | 'smtpd_authorized_verp_clients'
  | 'smtpd_forbid_bare_newline_exclusions'
  | 'debug_peer_list'
  | 'fast_flush_domains'

function derive(scope: Scope, lists: ClientLists): Settings {
  const values = scope.values(SMTPD)
  const yes = (name: string): boolean => scope.text(name) === 'yes'
  return {
    ...values,
    myhostname: scope.text('myhostname') ?? 'localhost',
    stress: scope.text('stress') ?? '',
    address: {
      strict: values.strict_rfc821_envelopes,
      nullDomain: yes('resolve_null_domain'),
      numericDomain: yes('resolve_numeric_domain'),
      minUser: values.allow_min_user,
      appendsDomain: yes('append_dot_mydomain'),
      bangs: yes('swap_bangpath'),
      percents: yes('allow_percent_hack'),
    },
    probeSender: probeSenderOf(scope),
    bareNewline: bareNewline(values.smtpd_forbid_bare_newline),
    replaceStrayCr: scope.text('cleanup_replace_stray_cr_lf') !== 'no',
    discarded: keywordSet(values.smtpd_discard_ehlo_keywords),
    lists,
    words: NO_WORDS,
    noticed: noticedClasses(scope),
    permits: undefined,
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
