/**
 * What ldap_table(5) makes of directory entries: ordinary, special (names and URLs that are followed), terminal and leaf attributes.
 */

import { AnswerError } from './pool.ts'

/** An entry as the library gives it: values by attribute. */
export interface Entry {
  readonly dn: string
  readonly [attribute: string]: unknown
}

/** Finds entries from a base. @throws NotThere when the base does not exist */
export type Search = (base: string, options: SearchOptions) => Promise<readonly Entry[]>

export interface SearchOptions {
  readonly filter: string
  readonly scope?: 'sub' | 'base' | 'one'
  readonly attributes?: readonly string[]
}

/** The base of a search does not exist. */
export class NotThere extends AnswerError {}

/** Names of attributes, in lower case. */
export interface Wanted {
  readonly ordinary: readonly string[]
  readonly special: readonly string[]
  readonly terminal: readonly string[]
  readonly leaf: readonly string[]
  readonly all: readonly string[]
  /** How deep special attributes may lead (recursion_limit). */
  readonly depth: number
}

/** How many searches one lookup may make: directories can be full of circles. */
const MOST_SEARCHES = 10_000

/** One lookup. */
export class Expansion {
  readonly #search: Search
  readonly #wanted: Wanted
  #searches = 0

  constructor(search: Search, wanted: Wanted) {
    this.#search = search
    this.#wanted = wanted
  }

  /** The values of all entries that a search finds. @param mayBeMissing whether its base has to exist @throws Error */
  async valuesOf(base: string, filter: string, mayBeMissing: boolean): Promise<string[]> {
    return this.#follow(base, { filter }, 0, mayBeMissing)
  }

  async #follow(base: string, options: SearchOptions, depth: number, mayBeMissing = true): Promise<string[]> {
    if (depth > this.#wanted.depth) throw new AnswerError('recursion limit exceeded')
    if (++this.#searches > MOST_SEARCHES) throw new AnswerError('a lookup needs too many searches')
    const entries = await this.#search(base, options).catch((error: unknown) => {
      // A name that leads nowhere is passed over.
      if (mayBeMissing && error instanceof NotThere) return []
      throw error
    })
    const values: string[] = []
    for (const entry of entries) values.push(...(await this.#ofEntry(entry, depth)))
    return values
  }

  async #ofEntry(entry: Entry, depth: number): Promise<string[]> {
    const { ordinary, special, terminal, leaf } = this.#wanted
    const attributes = Object.entries(entry).map(([name, value]) => [name.toLowerCase(), texts(value)] as const)
    const has = (names: readonly string[]): boolean =>
      attributes.some(([name, found]) => names.includes(name) && found.length > 0)
    const isTerminal = has(terminal)
    const isLeaf = !has(special)
    const values: string[] = []
    for (const [name, found] of attributes) {
      if (isTerminal ? terminal.includes(name) : ordinary.includes(name) || (isLeaf && leaf.includes(name))) values.push(...found)
      else if (!isTerminal && special.includes(name)) for (const link of found) values.push(...(await this.#ofLink(link, depth)))
    }
    return values
  }

  #ofLink(link: string, depth: number): Promise<string[]> {
    if (!/^ldap[si]?:\/\//i.test(link)) return this.#follow(link, { filter: '(objectclass=*)', scope: 'base' }, depth + 1)
    const { base, attributes, scope, filter } = parseLdapUrl(link)
    const { all } = this.#wanted
    const both = attributes.length === 0 ? all : all.filter((name) => attributes.includes(name))
    if (both.length === 0) return Promise.resolve([])
    return this.#follow(base, { filter, scope, attributes: both }, depth + 1)
  }
}

/** Values of an attribute; `dn` is one too, that nobody asks for by this name. */
function texts(value: unknown): string[] {
  const all = Array.isArray(value) ? (value as unknown[]) : [value]
  return all.map((each) => (Buffer.isBuffer(each) ? each.toString() : String(each)))
}

/** RFC 4516: `ldap://host/base?attributes?scope?filter`; the host is that of the table. Never throws. */
export function parseLdapUrl(url: string): {
  readonly base: string
  readonly attributes: readonly string[]
  readonly scope: 'sub' | 'base' | 'one'
  readonly filter: string
} {
  const [, path = '', attributes = '', scope = '', filter = ''] =
    /^[a-z]+:\/\/[^/?]*\/?([^?]*)\??([^?]*)\??([^?]*)\??([^?]*)/i.exec(url) ?? []
  const names = attributes.split(',').map((name) => decoded(name).trim().toLowerCase())
  const level = scope.toLowerCase()
  return {
    base: decoded(path),
    attributes: names.filter((name) => name !== '' && name !== '*'),
    scope: level === 'sub' || level === 'one' ? level : 'base',
    filter: filter === '' ? '(objectclass=*)' : decoded(filter),
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
