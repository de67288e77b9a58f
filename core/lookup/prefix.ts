/**
 * What a pattern's matches must begin with, where that can be read off it: most keys do not, and the engine need not run for them.
 * Only ASCII is compared: case folding has letters outside of it that are equal to ones inside (K and the Kelvin sign).
 */

/** Characters that stand for themselves in regexp and pcre patterns. */
const PLAIN = /[A-Za-z0-9@_ !"#%&',\-:;<=>~`]/
/** After these a character need not be there at all. */
const OPTIONAL = /[*?{]/

/** `^user-.*@` begins with `user-`. Undefined: nothing can be said. */
export function literalPrefix(pattern: string): string | undefined {
  // With alternatives anywhere the beginning may be one of several.
  if (!pattern.startsWith('^') || pattern.includes('|')) return undefined
  let prefix = ''
  for (let i = 1; i < pattern.length; i++) {
    const escaped = pattern[i] === '\\'
    const c = escaped ? (pattern[i + 1] ?? '') : (pattern[i] ?? '')
    if (escaped ? !/[.@\-_]/.test(c) : !PLAIN.test(c)) break
    if (escaped) i++
    if (OPTIONAL.test(pattern[i + 1] ?? '')) break
    prefix += c
  }
  return prefix === '' ? undefined : prefix
}

/** Can a text begin so? False only when it is certain. @param ignoreCase ASCII letters of either case are equal */
export function mayBegin(text: string, prefix: string, ignoreCase: boolean): boolean {
  for (let i = 0; i < prefix.length; i++) {
    if (i >= text.length) return false
    const found = text.charCodeAt(i)
    if (found > 127) return true
    const wanted = prefix.charCodeAt(i)
    if (found === wanted) continue
    if (!ignoreCase || (found | 32) !== (wanted | 32) || (found | 32) < 97 || (found | 32) > 122) return false
  }
  return true
}
