/** One address through the tables: search order and results of generic(5). */
import { extensionAt, quoteAddress, type Table } from '#postern'

/** The new address, or undefined when the tables do not know it. */
export type Mapper = (address: string) => Promise<string | undefined>

export interface MapperRules {
  readonly tables: readonly Table[]
  /** recipient_delimiter. */
  readonly delimiter: string
  /** An extension that the table did not know is put onto the result (propagate_unmatched_extensions). */
  readonly propagate: boolean
  readonly origin: string
  /** append_at_myorigin. */
  readonly appendOrigin: boolean
  /** What is added to a domain without a dot (append_dot_mydomain); '' for nothing. */
  readonly appendDomain: string
  /** Is its domain one of this gateway's own? Then the user name alone is looked up too. */
  isLocal(address: string): Promise<boolean>
}

interface Key {
  readonly key: string
  /** The part of the local part that the key leaves out: `+foo`. */
  readonly extension: string
}

/** Builds it. It rejects with TableError when a table fails. */
export function createMapper(rules: MapperRules): Mapper {
  return async (address) => {
    if (address === '') return undefined
    for (const { key, extension } of await keysOf(address, rules)) {
      const found = await find(rules.tables, key, key === quoteAddress(address).toLowerCase())
      if (found !== undefined) return completed(found.trim(), address, extension, rules)
    }
    return undefined
  }
}

/** Each key goes through all tables before the next; tables of patterns are asked for the whole address only. */
async function find(tables: readonly Table[], key: string, isWhole: boolean): Promise<string | undefined> {
  for (const table of tables) {
    if (table.wholeKeys && !isWhole) continue
    const found = await table.lookup(key)
    if (found !== undefined) return found
  }
  return undefined
}

/** `user+foo@domain`, `user@domain`, `user+foo`, `user`, `@domain`; as tables write them: quoted where needed, in lower case. */
async function keysOf(address: string, rules: MapperRules): Promise<Key[]> {
  const at = address.lastIndexOf('@')
  const local = at < 0 ? address : address.slice(0, at)
  const domain = at < 0 ? '' : address.slice(at)
  const cut = extensionAt(local, rules.delimiter)
  const forms = [{ user: local, extension: '' }]
  if (cut > 0) forms.push({ user: local.slice(0, cut), extension: local.slice(cut) })
  const keys = forms.map(({ user, extension }) => ({ key: quoteAddress(user + domain), extension }))
  const isOwn = domain === '' || domain.slice(1).toLowerCase() === rules.origin.toLowerCase() || (await rules.isLocal(address))
  if (isOwn) for (const { user, extension } of forms) keys.push({ key: quoteAddress(user), extension })
  if (domain !== '') keys.push({ key: domain, extension: '' })
  return keys.map(({ key, extension }) => ({ key: key.toLowerCase(), extension }))
}

/** A result made whole: `@other` keeps the user, a bare user gets myorigin, a bare host mydomain. */
function completed(found: string, address: string, extension: string, rules: MapperRules): string {
  const at = address.lastIndexOf('@')
  const local = at < 0 ? address : address.slice(0, at)
  let result = found.startsWith('@') ? local + found : plain(found)
  const split = result.lastIndexOf('@')
  if (split < 0 && rules.appendOrigin && rules.origin !== '') result = `${result}@${rules.origin}`
  else if (split >= 0 && rules.appendDomain !== '' && !/[.[\]]/.test(result.slice(split + 1))) result += `.${rules.appendDomain}`
  if (extension === '' || !rules.propagate || found.startsWith('@')) return result
  const end = result.lastIndexOf('@')
  return end < 0 ? result + extension : result.slice(0, end) + extension + result.slice(end)
}

/** A result may be written quoted, as in a header; inside it is not. */
function plain(found: string): string {
  const quoted = /^"((?:[^"\\]|\\.)*)"(@.*)?$/.exec(found)
  return quoted === null ? found : `${(quoted[1] ?? '').replaceAll(/\\(.)/g, '$1')}${quoted[2] ?? ''}`
}
