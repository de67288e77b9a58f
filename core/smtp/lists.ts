/**
 * Tables and lists about servers, opened with the configuration. Postfix: smtp_discard_ehlo_keyword_address_maps and the LMTP
 * client's, debug_peer_list, smtp_connection_cache_destinations.
 */
import type { TransportRuntime } from '../generation.ts'
import { firstOf, type MaybePromise } from '../lookup/maybe.ts'
import { splitList } from '../lookup/search.ts'
import type { Table } from '../lookup/table.ts'
import type { MatchList } from '../plugin.ts'
import type { Host } from './hooked.ts'
import { type AgentName, settingsOf } from './parameters.ts'

export interface ServerLists {
  /** The keywords of a server that are ignored, where a table knows its address. @throws TableError, or rejects with it */
  keywordsFor(host: Host): MaybePromise<readonly string[] | undefined>
  /** Is its dialog logged line by line? Undefined: nobody's is. A list that fails says no. */
  readonly isWatched: ((host: Host) => MaybePromise<boolean>) | undefined
  /** Are connections to this next hop always kept? Without brackets and port. A list that fails says no. */
  isKept(domain: string): MaybePromise<boolean>
}

const known = new WeakMap<TransportRuntime, Promise<ServerLists>>()

/**
 * The lists of a transport, made once; at start and at reload, so that what is wrong is told then.
 * Rejects with ParameterError, or with what is wrong with a list or table.
 */
export function serverLists(runtime: TransportRuntime): Promise<ServerLists> {
  let made = known.get(runtime)
  if (made === undefined) {
    made = make(runtime)
    known.set(runtime, made)
  }
  return made
}

async function make(runtime: TransportRuntime): Promise<ServerLists> {
  const { scope, config, tables } = runtime
  const agent: AgentName = config.agent === 'lmtp' ? 'lmtp' : 'smtp'
  const settings = settingsOf(scope, agent)
  const specs = settings.discard_ehlo_keyword_address_maps
  const maps = tables === undefined ? [] : await Promise.all(specs.map((spec) => tables.open(spec)))
  const watched = await watchedPeers(runtime)
  return {
    keywordsFor: (host) => keywordsFor(maps, host),
    isWatched: watched === undefined ? undefined : (host) => matches(watched, host),
    isKept: await keptDestinations(runtime, settings.connection_cache_destinations),
  }
}

function keywordsFor(maps: readonly Table[], { address }: Host): MaybePromise<readonly string[] | undefined> {
  if (maps.length === 0) return undefined
  const found = firstOf(maps, (table) => table.lookup(address))
  return found instanceof Promise ? found.then(wordsOf) : wordsOf(found)
}

const wordsOf = (text: string | undefined): readonly string[] | undefined => text?.split(/[\s,]+/).filter((word) => word !== '')

async function watchedPeers({ scope, matchList }: TransportRuntime): Promise<MatchList | undefined> {
  const list = splitList(scope.text('debug_peer_list') ?? '')
  if (list.length === 0 || Number(scope.text('debug_peer_level')) <= 0) return undefined
  const parents = splitList(scope.text('parent_domain_matches_subdomains') ?? '')
  return matchList?.(list, { parent: parents.includes('debug_peer_list') })
}

/** Names and addresses as they stand there; with tables, files or exceptions it is a list like others. */
async function keptDestinations(
  { matchList }: TransportRuntime,
  words: readonly string[],
): Promise<(domain: string) => MaybePromise<boolean>> {
  if (words.every((word) => !/^!|^\/|^[a-z]+:/.test(word))) {
    const listed = new Set(words.map((word) => word.toLowerCase()))
    return (domain) => listed.has(domain.toLowerCase())
  }
  const list = await matchList?.(words, { parent: false })
  return (domain) => list !== undefined && matches(list, { name: domain, address: domain, port: 0, family: 4 })
}

function matches(
  list: MatchList,
  { name, address, port, family }: Omit<Host, 'preference' | 'authenticated'>,
): MaybePromise<boolean> {
  if (family === 'unix') return false
  const facts = { address, port, family, name, reverseName: name, nameStatus: 'ok', reverseStatus: 'ok' } as const
  try {
    const answer = list.client(facts)
    return answer instanceof Promise ? answer.catch(() => false) : answer
  } catch {
    return false
  }
}
