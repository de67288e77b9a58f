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
  readonly argument: 'none' | 'required' | 'optional'
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
  const found: RestrictionWord[] = []
  for (const part of splitCommas(text)) {
    const words = splitList(part)
    for (let i = 0; i < words.length; i++) {
      const name = words[i] ?? ''
      const next = words[i + 1]
      const argument = next !== undefined && isArgument(next, rows.get(name)?.argument, rows) ? next : ''
      if (argument !== '') i++
      found.push({ name, argument })
    }
  }
  return found
}

/** Does the word belong to the restriction before it, which takes such an argument, or which is not known? */
function isArgument(
  word: string,
  takes: RestrictionRow['argument'] | undefined,
  rows: RestrictionIndex['restrictions'],
): boolean {
  if (takes === 'required') return true
  if (takes === 'optional') return !rows.has(word)
  return takes === undefined && !/^[A-Za-z0-9_]+$/.test(word)
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
