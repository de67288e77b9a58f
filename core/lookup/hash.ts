/**
 * texthash, hash, btree, lmdb, cdb, dbm, sdbm: exact keys with values, read from the text source that postmap(1) would index.
 * Keys are folded to lower case, as Postfix does for tables with fixed keys.
 */
import { openSource, type Parse } from './source.ts'
import type { TableType } from './table.ts'

const parse: Parse = (lines, warn) => {
  const entries = new Map<string, string>()
  for (const { text, line } of lines) {
    const entry = splitEntry(text)
    if (entry === undefined || entry[1] === '') {
      warn(line, entry === undefined ? `unbalanced '"', line ignored` : 'expected format: key whitespace value')
      continue
    }
    const [key, value] = entry
    const folded = key.toLowerCase()
    // The first of equal keys stays, as with postmap.
    if (entries.has(folded)) warn(line, `duplicate entry: ${JSON.stringify(key)}`)
    else entries.set(folded, value)
  }
  return (key) => entries.get(key.toLowerCase())
}

/**
 * Key and value of a line. A double-quoted part of the key may contain white space, and stays quoted (postmap(1)).
 * Undefined when a quote is not closed.
 */
export function splitEntry(text: string): [key: string, value: string] | undefined {
  let quoted = false
  let i = 0
  for (; i < text.length; i++) {
    const c = text[i] as string
    if (c === '\\') i++
    else if (c === '"') quoted = !quoted
    else if (!quoted && /\s/.test(c)) break
  }
  return quoted ? undefined : [text.slice(0, i), text.slice(i).trim()]
}

const hashLike = (name: string): TableType => ({
  name,
  open: (source, context) => openSource(name, source, false, parse, context),
})

/** Types that read a text source into memory. */
export const HASH_TYPES: readonly TableType[] = ['texthash', 'hash', 'btree', 'lmdb', 'cdb', 'dbm', 'sdbm'].map(hashLike)
