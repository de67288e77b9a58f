/**
 * texthash, hash, btree, dbm, sdbm: exact keys with values, read from the text source that postmap(1) would index.
 * Keys are folded to lower case, as Postfix does for tables with fixed keys.
 */
import { Entries } from './entries.ts'
import { openSource, type Read } from './source.ts'
import type { Table, TableContext, TableType } from './table.ts'

const read: Read = (skip) => {
  const entries = new Entries()
  return {
    add({ text, line }) {
      const entry = splitEntry(text)
      if (entry?.[0].endsWith(':') && entry[0].length > 1) skip(line, 'record is in "key: value" format; is this an alias file?')
      if (entry === undefined || entry[1] === '') {
        skip(line, entry === undefined ? `unbalanced '"', line ignored` : 'expected format: key whitespace value')
      } else if (!entries.add(...entry)) {
        // The first of equal keys stays, as with postmap.
        skip(line, `duplicate entry: ${JSON.stringify(entry[0])}`)
      }
    },
    end() {
      entries.trim()
      return { find: (key) => entries.get(key), size: entries.size }
    },
  }
}

const [TAB, SPACE, QUOTE, BACKSLASH] = [9, 32, 34, 92]

/**
 * Key and value of a line. A double-quoted part of the key may contain white space, and stays quoted (postmap(1)).
 * Undefined when a quote is not closed.
 */
export function splitEntry(text: string): [key: string, value: string] | undefined {
  let quoted = false
  let i = 0
  for (; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c === BACKSLASH) i++
    else if (c === QUOTE) quoted = !quoted
    else if (!quoted && (c === SPACE || (c >= TAB && c <= TAB + 4) || (c > 127 && /\s/.test(text[i] ?? '')))) break
  }
  return quoted ? undefined : [text.slice(0, i), text.slice(i).trim()]
}

/** Opens the text source `source` as a table of another type. @throws Error when it can not be read */
export function openText(type: string, source: string, context: TableContext): Table {
  return openSource(type, source, false, read, context)
}

const hashLike = (name: string): TableType => ({ name, open: (source, context) => openText(name, source, context) })

/** Types that read a text source into memory. */
export const HASH_TYPES: readonly TableType[] = ['texthash', 'hash', 'btree', 'dbm', 'sdbm'].map(hashLike)
