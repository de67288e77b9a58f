/**
 * What a client may do and is offered, found out once its address and name are known, and again after XCLIENT.
 * Postfix: smtpd_authorized_xclient_hosts, smtpd_authorized_xforward_hosts, smtpd_authorized_verp_clients,
 * smtpd_discard_ehlo_keyword_address_maps,
 * smtpd_forbid_bare_newline_exclusions, debug_peer_list.
 */
import type { Client } from '../facts.ts'
import { chain, firstOf, type MaybePromise } from '../lookup/maybe.ts'
import type { Table } from '../lookup/table.ts'
import type { MatchList } from '../plugin.ts'
import type { Settings } from './settings.ts'

export interface Standing {
  readonly mayXclient: boolean
  readonly mayXforward: boolean
  readonly mayVerp: boolean
  /** smtpd_forbid_bare_newline does not hold. */
  readonly isExcused: boolean
  /** Its dialog is logged in detail. */
  readonly isWatched: boolean
  /** What it may be offered could not be found out. */
  readonly isUnsure: boolean
  /** EHLO keywords that it is not offered, in upper case. */
  readonly discarded: ReadonlySet<string>
}

/** Lists and tables about clients, compiled with the settings; undefined: empty. */
export interface ClientLists {
  readonly xclient: MatchList | undefined
  readonly xforward: MatchList | undefined
  readonly verp: MatchList | undefined
  readonly bareNewline: MatchList | undefined
  readonly watched: MatchList | undefined
  readonly keywords: readonly Table[]
  /** fast_flush_domains; about sites, not clients. */
  readonly flushed: MatchList | undefined
}

export const NO_LISTS: ClientLists = Object.freeze({
  xclient: undefined,
  xforward: undefined,
  verp: undefined,
  bareNewline: undefined,
  watched: undefined,
  keywords: Object.freeze([]),
  flushed: undefined,
})

/** Lists without which EHLO has no answer. */
const NEEDED = /^smtpd_(?:authorized|discard)_/

/** Asks all lists. One that fails says no, and is told: nobody gains a right by a broken table. */
export function standingOf(client: Client, settings: Settings, tell: (message: string) => void): MaybePromise<Standing> {
  const { lists } = settings
  let isUnsure = false
  const warn = (message: string): void => {
    isUnsure ||= NEEDED.test(message)
    tell(message)
  }
  const listed = (list: MatchList | undefined, name: string): MaybePromise<boolean> =>
    list === undefined ? false : careful(() => list.client(client), false, warn, `${name} lookup error for client`, client)
  const answers = [
    listed(lists.xclient, 'smtpd_authorized_xclient_hosts'),
    listed(lists.xforward, 'smtpd_authorized_xforward_hosts'),
    listed(lists.bareNewline, 'smtpd_forbid_bare_newline_exclusions'),
    listed(lists.watched, 'debug_peer_list'),
    listed(lists.verp, 'smtpd_authorized_verp_clients'),
  ] as const
  const discarded = discardedFor(client, settings, warn)
  if (!(discarded instanceof Promise) && !answers.some((answer) => answer instanceof Promise))
    return assembled(answers as readonly boolean[], discarded, isUnsure)
  return Promise.all([Promise.all(answers), discarded]).then(([given, words]) => assembled(given, words, isUnsure))
}

/** Clients of whom the lists say the same have one standing, and with it one reply to EHLO. */
const KNOWN = new WeakMap<ReadonlySet<string>, (Standing | undefined)[]>()

function assembled(answers: readonly boolean[], discarded: ReadonlySet<string>, isUnsure: boolean): Standing {
  const which = answers.reduce((bits, yes, i) => (yes ? bits | (1 << i) : bits), isUnsure ? 1 << answers.length : 0)
  let known = KNOWN.get(discarded)
  if (known === undefined) {
    known = new Array<Standing | undefined>(2 << answers.length).fill(undefined)
    KNOWN.set(discarded, known)
  }
  const [mayXclient = false, mayXforward = false, isExcused = false, isWatched = false, mayVerp = false] = answers
  const standing = known[which] ?? { mayXclient, mayXforward, mayVerp, isExcused, isWatched, discarded, isUnsure }
  known[which] = standing
  return standing
}

/** A table's words take the place of the list's. */
function discardedFor(client: Client, settings: Settings, warn: (message: string) => void): MaybePromise<ReadonlySet<string>> {
  const { lists, discarded } = settings
  if (lists.keywords.length === 0) return discarded
  const ask = () => firstOf(lists.keywords, (table) => table.lookup(client.address))
  const found = careful<string | undefined>(
    ask,
    undefined,
    warn,
    'smtpd_discard_ehlo_keyword_address_maps lookup error for',
    client,
  )
  return chain(found, (words) => (words === undefined ? discarded : keywordSet(words.split(/[\s,]+/))))
}

/** Keywords in upper case. */
export function keywordSet(words: readonly string[]): ReadonlySet<string> {
  return new Set(words.filter((word) => word !== '').map((word) => word.toUpperCase()))
}

function careful<T>(
  ask: () => MaybePromise<T>,
  otherwise: T,
  warn: (message: string) => void,
  what: string,
  client: Client,
): MaybePromise<T> {
  const failed = (error: unknown): T => {
    const cause = error instanceof Error ? error.message : String(error)
    warn(`${what} ${client.name}[${client.address}]: ${cause}`)
    return otherwise
  }
  try {
    const answer = ask()
    return answer instanceof Promise ? answer.catch(failed) : answer
  } catch (error) {
    return failed(error)
  }
}
