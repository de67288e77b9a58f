/**
 * Restriction lists as main.cf writes them, and the generated index (schemas/restrictions.json) of which built-in plugin
 * serves each restriction. Postfix: smtpd(8), access restrictions.
 */
import { readSchema } from './places.ts'
import { splitList } from './units.ts'

/** One restriction and its argument; '' when it has none. */
export interface RestrictionWord {
  readonly name: string
  readonly argument: string
}

/** A row of the index. */
export interface RestrictionRow {
  readonly plugin: string
  readonly argument: 'none' | 'required'
}

/** schemas/restrictions.json */
export interface RestrictionIndex {
  readonly restrictions: ReadonlyMap<string, RestrictionRow>
  /** Where each built-in plugin may stand. */
  readonly plugins: ReadonlyMap<string, { readonly stages: readonly string[]; readonly mountedBy?: readonly string[] }>
}

let index: RestrictionIndex | undefined

/** The generated index. */
export function restrictionIndex(): RestrictionIndex {
  const file = (index === undefined && readSchema<Record<'restrictions' | 'plugins', object>>('restrictions.json')) || undefined
  index ??= {
    restrictions: new Map(Object.entries(file?.restrictions ?? {})) as Map<string, RestrictionRow>,
    plugins: new Map(Object.entries(file?.plugins ?? {})) as Map<string, { stages: string[]; mountedBy?: string[] }>,
  }
  return index
}

/** `warn_if_reject` is no restriction: it changes the mode of the one that follows. */
export const WARN_IF_REJECT = 'warn_if_reject'

/**
 * Splits `permit_mynetworks, reject_rbl_client zen.example, permit` into restrictions. An argument is the word after a
 * restriction that takes one, before the next comma. A name that is not known here (a restriction class, a mistake) takes
 * the next word only when that can be no name itself.
 * @throws Error when braces do not match
 */
export function splitRestrictions(text: string, rows = restrictionIndex().restrictions): RestrictionWord[] {
  return splitCommas(text).flatMap((part) =>
    paired(splitList(part), (name, next) => {
      const takes = rows.get(name)?.argument
      return takes === undefined ? !name.includes(':') && !/^[A-Za-z0-9_]+$/.test(next) : takes === 'required'
    }),
  )
}

/**
 * The same as Postfix reads main.cf and tables: names in any case, commas are blanks, and a restriction that takes an argument
 * takes whatever comes next.
 * @throws Error when braces do not match
 */
export function splitAsPostfix(text: string, rows = restrictionIndex().restrictions): RestrictionWord[] {
  const words = paired(splitList(text), (name) => rows.get(name.toLowerCase())?.argument === 'required')
  return words.map(({ name, argument }) => {
    const lower = name.toLowerCase()
    return { name: rows.has(lower) || lower === WARN_IF_REJECT ? lower : name, argument }
  })
}

function paired(words: readonly string[], takes: (name: string, next: string) => boolean): RestrictionWord[] {
  const found: RestrictionWord[] = []
  for (let i = 0; i < words.length; i++) {
    const name = words[i] ?? ''
    const next = words[i + 1]
    const argument = next !== undefined && takes(name, next) ? next : ''
    if (argument !== '') i++
    found.push({ name, argument })
  }
  return found
}

/** What makes a restriction useless, by the plugin that serves it, in the words of Postfix's log. */
const DEMANDS: ReadonlyMap<string, (name: string, argument: string) => string | undefined> = new Map([
  ['access-maps', needsTable],
  ['server-maps', needsTable],
  [
    'policy-service',
    (name, server) => (server.includes(':') ? undefined : `restriction ${name} must be followed by transport:server`),
  ],
  [
    'basics',
    (name, seconds) => (name !== 'sleep' || /^\d+$/.test(seconds) ? undefined : 'restriction sleep must be followed by number'),
  ],
])

function needsTable(name: string, argument: string): string | undefined {
  return argument.includes(':') ? undefined : `restriction ${name}: bad argument "${argument || name}": need maptype:mapname`
}

/** Why Postfix answers 451 in place of a restriction; undefined: it does not. */
export function whyUseless({ name, argument }: RestrictionWord): string | undefined {
  const row = restrictionIndex().restrictions.get(name)
  if (row === undefined) return `unknown smtpd restriction: "${name}"`
  return DEMANDS.get(row.plugin)?.(name, argument)
}

/** Does Postfix pass over a restriction, for want of the domain that it would ask? */
export function isIdle(word: RestrictionWord): boolean {
  const takes = restrictionIndex().restrictions.get(word.name)?.argument
  return word.argument === '' && takes === 'required' && whyUseless(word) === undefined
}

/** Splits at commas outside braces. */
function splitCommas(text: string): string[] {
  const parts: string[] = []
  let depth = 0
  let start = 0
  for (let i = 0; i < text.length; i++) {
    const c = text[i]
    if (c === '{') depth++
    else if (c === '}') depth--
    else if (c === ',' && depth === 0) {
      parts.push(text.slice(start, i))
      start = i + 1
    }
  }
  parts.push(text.slice(start))
  return parts
}
