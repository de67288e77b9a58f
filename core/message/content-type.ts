/** Content-Type values (RFC 2045 5.1): type, subtype and parameters, read leniently, as mail has them. */

/** A Content-Type value, taken apart. Names are in lower case. */
export interface ContentType {
  readonly type: string
  readonly subtype: string
  readonly parameters: ReadonlyMap<string, string>
}

/**
 * Parses a Content-Type value: type, subtype and parameters (RFC 2045 5.1), with comments and folds, leniently. Undefined when
 * it does not begin with `type/subtype`. Of a repeated parameter the first counts.
 */
export function parseContentType(value: string): ContentType | undefined {
  const tokens = tokensOf(value)
  const [type, slash, subtype] = tokens
  if (type === undefined || slash !== '/' || subtype === undefined || SPECIAL.has(type) || SPECIAL.has(subtype)) return undefined
  const parameters = new Map<string, string>()
  for (let i = 3; i < tokens.length; i++) {
    if (tokens[i] !== ';' || tokens[i + 2] !== '=') continue
    const name = (tokens[i + 1] ?? '').toLowerCase()
    const text = tokens[i + 3]
    if (text !== undefined && !SPECIAL.has(text) && !parameters.has(name))
      parameters.set(name, text.startsWith('"') ? text.slice(1) : text)
  }
  return { type: type.toLowerCase(), subtype: subtype.toLowerCase(), parameters }
}

/** The word of a Content-Transfer-Encoding value in lower case (RFC 2045 6.1), or undefined when it begins with no word. */
export function parseEncoding(value: string): string | undefined {
  const [word] = tokensOf(value)
  return word === undefined || SPECIAL.has(word) || word.startsWith('"') ? undefined : word.toLowerCase()
}

const SPECIAL = new Set(['/', ';', '=', ',', '<', '>', '@', ':', '[', ']', '?'])

/** Words and specials; quoted strings begin with `"`, without their quotes and escapes; comments and blanks are gone. */
function tokensOf(value: string): string[] {
  const tokens: string[] = []
  let at = 0
  while (at < value.length) {
    const char = value[at] as string
    if (char <= ' ') at++
    else if (char === '(') at = commentEnd(value, at)
    else if (char === '"') {
      const [text, next] = quoted(value, at)
      tokens.push(`"${text}`)
      at = next
    } else if (SPECIAL.has(char)) {
      tokens.push(char)
      at++
    } else {
      const start = at
      while (
        at < value.length &&
        (value[at] as string) > ' ' &&
        !SPECIAL.has(value[at] as string) &&
        !'("'.includes(value[at] as string)
      )
        at++
      tokens.push(value.slice(start, at))
    }
  }
  return tokens
}

function commentEnd(value: string, start: number): number {
  let depth = 0
  for (let at = start; at < value.length; at++) {
    if (value[at] === '\\') at++
    else if (value[at] === '(') depth++
    else if (value[at] === ')' && --depth === 0) return at + 1
  }
  return value.length
}

function quoted(value: string, start: number): [string, number] {
  let text = ''
  for (let at = start + 1; at < value.length; at++) {
    if (value[at] === '"') return [text, at + 1]
    if (value[at] === '\\' && at + 1 < value.length) at++
    if (value[at] !== '\r' && value[at] !== '\n') text += value[at]
  }
  return [text, value.length]
}
