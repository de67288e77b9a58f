/** Lists in braces, as table names and values contain them: `{a, b, {c d}}`. */

/** The parts of `{a, b, {c d}}`: split at commas and white space, except inside braces. @throws Error on unbalanced braces */
export function bracedList(text: string): string[] {
  const body = unbrace(text)
  if (body === undefined) throw new Error(`expected "{ ... }", found ${JSON.stringify(text)}`)
  return splitList(body)
}

/** Splits at commas and white space outside of braces. @throws Error on unbalanced braces */
export function splitList(body: string): string[] {
  const parts: string[] = []
  let depth = 0
  let part = ''
  for (const c of body) {
    if (depth === 0 && part.startsWith('{') && !/[\s,]/.test(c)) throw new Error(`expected "," after ${JSON.stringify(part)}`)
    if (c === '{') depth++
    if (c === '}' && --depth < 0) throw new Error(`unbalanced "}" in ${JSON.stringify(body)}`)
    if (depth === 0 && /[\s,]/.test(c)) {
      if (part !== '') parts.push(part)
      part = ''
    } else part += c
  }
  if (depth !== 0) throw new Error(`missing "}" in ${JSON.stringify(body)}`)
  if (part !== '') parts.push(part)
  return parts
}

/** The text inside one pair of outer braces, trimmed; undefined when there is none. */
export function unbrace(text: string): string | undefined {
  const t = text.trim()
  return t.startsWith('{') && t.endsWith('}') && t.length >= 2 ? t.slice(1, -1).trim() : undefined
}
