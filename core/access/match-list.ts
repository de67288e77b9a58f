/**
 * Match lists, as mynetworks and relay_domains are: names, `.parent` domains, addresses, networks, `type:name` tables,
 * `/file` includes and `!` exceptions, tried in order. Compiled once; only tables can make an answer wait.
 * Postfix: match_list semantics of mynetworks, relay_domains, debug_peer_list and the like (postconf(5)).
 */
import { readFileSync } from 'node:fs'
import type { Client } from '../facts.ts'
import {
  addressKeys,
  chain,
  domainKeys,
  firstOf,
  isTableSpec,
  logicalLines,
  type MaybePromise,
  splitList,
  type Table,
} from '../lookup/index.ts'
import { type Cidr, cidrMatch, type Ip, parseCidr, parseIp, strayBits } from '../net/ip.ts'
import type { MatchList } from '../plugin.ts'

export interface MatchListDeps {
  openTable(spec: string): Promise<Table>
  /** `example.org` matches its subdomains (parent_domain_matches_subdomains); else only `.example.org` does. */
  readonly parent?: boolean
}

/** What is asked: a name, an address, or both. */
interface Subject {
  readonly name: string | undefined
  readonly address: string | undefined
  ip: Ip | undefined
}

interface Pattern {
  readonly negated: boolean
  readonly matches: (subject: Subject) => MaybePromise<boolean>
}

/** How deep files may include files. */
const DEEPEST = 20

/**
 * Compiles a list. @throws Error for a pattern that can not be: a bad network, a missing file, an unknown table type
 */
export async function createMatchList(patterns: string | readonly string[], deps: MatchListDeps): Promise<MatchList> {
  const words = typeof patterns === 'string' ? splitList(patterns) : patterns.flatMap((each) => splitList(each))
  const compiled = await Promise.all(flatten(words, false, 0).map((word) => compile(word.text, word.negated, deps)))
  const test = (subject: Subject): MaybePromise<boolean> => decide(compiled, subject)
  return Object.freeze({
    client: ({ name, address }: Client) => test({ name: name.toLowerCase(), address, ip: parseIp(address) }),
    name: (name: string) => test({ name: name.toLowerCase(), address: undefined, ip: undefined }),
    address: (address: string) => test({ name: undefined, address, ip: parseIp(address) }),
  })
}

function decide(patterns: readonly Pattern[], subject: Subject): MaybePromise<boolean> {
  for (let i = 0; i < patterns.length; i++) {
    const pattern = patterns[i] as Pattern
    const matched = pattern.matches(subject)
    if (matched instanceof Promise)
      return matched.then((yes) => (yes ? !pattern.negated : decide(patterns.slice(i + 1), subject)))
    if (matched) return !pattern.negated
  }
  return false
}

interface Word {
  readonly text: string
  readonly negated: boolean
}

/** The words with `!` taken off and files read in. */
function flatten(words: readonly string[], negated: boolean, depth: number): Word[] {
  if (depth > DEEPEST) throw new Error(`match list: files include each other too deeply`)
  return words.flatMap((word) => {
    let text = word
    let not = negated
    while (text.startsWith('!')) {
      text = text.slice(1).trimStart()
      not = !not
    }
    if (text === '') throw new Error(`match list: "!" without a pattern`)
    if (!text.startsWith('/')) return [{ text, negated: not }]
    return flatten(
      logicalLines(read(text)).flatMap((line) => splitList(line.text)),
      not,
      depth + 1,
    )
  })
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new Error(`match list: can not read ${path}: ${error instanceof Error ? error.message : error}`, { cause: error })
  }
}

async function compile(text: string, negated: boolean, deps: MatchListDeps): Promise<Pattern> {
  if (isTableSpec(text)) return { negated, matches: tablePattern(await deps.openTable(text), deps.parent === true) }
  const network = networkOf(text)
  if (network !== undefined) return { negated, matches: ({ ip }) => ip !== undefined && cidrMatch(network, ip) }
  return { negated, matches: namePattern(text.toLowerCase(), deps.parent === true) }
}

/** A network or address pattern; undefined for names. @throws Error for one that is neither */
function networkOf(text: string): Cidr | undefined {
  if (!/^\[|^[0-9.]+(\/|$)|:|\//.test(text)) return undefined
  const cidr = parseCidr(text)
  if (cidr !== undefined) return cidr
  const meant = strayBits(text)
  if (meant !== undefined) throw new Error(`non-null host address bits in "${text}", perhaps you should use "${meant}" instead`)
  throw new Error(`bad net/mask pattern: "${text}"`)
}

function namePattern(pattern: string, parent: boolean): Pattern['matches'] {
  if (pattern.startsWith('.')) return ({ name }) => name !== undefined && !parent && name.endsWith(pattern) && name !== pattern
  const suffix = `.${pattern}`
  return ({ name }) => name !== undefined && (name === pattern || (parent && name.endsWith(suffix)))
}

function tablePattern(table: Table, parent: boolean): Pattern['matches'] {
  const found = (keys: readonly string[]) => firstOf(keys, (key) => table.lookup(key))
  const whole = (keys: readonly string[]) => (table.wholeKeys ? keys.slice(0, 1) : keys)
  return ({ name, address }) => {
    const byName = name === undefined ? undefined : found(whole(domainKeys(name, parent)))
    return chain(byName, (value): MaybePromise<boolean> => {
      if (value !== undefined) return true
      if (address === undefined) return false
      return chain(found(addressKeys(address).slice(0, 1)), (hit) => hit !== undefined)
    })
  }
}
