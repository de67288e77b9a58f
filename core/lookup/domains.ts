/** The `domain` setting: for keys of which domains a table is asked at all. Names, files of names, tables; `!` excludes. */

import { fileLines } from './lines.ts'
import { firstOf, type MaybePromise } from './maybe.ts'
import type { TableContext } from './table.ts'

/** Is the table asked for keys of this domain? */
export type Domains = (domain: string) => MaybePromise<boolean>

interface Pattern {
  readonly negated: boolean
  matches(domain: string): MaybePromise<boolean>
}

/** @param words of the setting @throws Error when a file or a table can not be opened */
export async function openDomains(words: readonly string[], context: TableContext): Promise<Domains> {
  const patterns = (await Promise.all(words.map((word) => patternsOf(word, false, context, 0)))).flat()
  return (domain) => {
    const found = firstOf(patterns, ({ negated, matches }) => {
      const matched = matches(domain)
      const decided = (is: boolean): boolean | undefined => (is ? !negated : undefined)
      return matched instanceof Promise ? matched.then(decided) : decided(matched)
    })
    return found instanceof Promise ? found.then((is) => is ?? false) : (found ?? false)
  }
}

/** How deep files may name files. */
const DEEPEST = 10

async function patternsOf(word: string, negated: boolean, context: TableContext, depth: number): Promise<Pattern[]> {
  if (word.startsWith('!')) return patternsOf(word.slice(1), !negated, context, depth)
  if (word.startsWith('/')) {
    if (depth > DEEPEST) throw new Error(`${word}: files name files too deeply`)
    const words = [...fileLines(word)].flatMap(({ text }) => text.split(/[\s,]+/))
    return (await Promise.all(words.map((each) => patternsOf(each, negated, context, depth + 1)))).flat()
  }
  if (/^[a-z][a-z0-9_-]*:/i.test(word)) {
    const table = await context.open(word)
    const isThere = (value: string | undefined): boolean => value !== undefined
    return [
      {
        negated,
        matches(domain) {
          const value = table.lookup(domain)
          return value instanceof Promise ? value.then(isThere) : isThere(value)
        },
      },
    ]
  }
  const name = word.toLowerCase()
  return [{ negated, matches: (domain) => domain === name }]
}
