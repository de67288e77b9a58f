/**
 * `$name` expansion as in main.cf (postconf(5)): `$name`, `${name}`, `$(name)`, `${name?text}`, `${name:text}`,
 * `${name?{text}:{text}}`, `${{a} == {b} ? {text} : {text}}` with == != < <= >= > (and `<level`
 * and so on, which compare compatibility levels such as 3.6), and `$$` for a dollar sign.
 */

/** The text can not be expanded. */
export class ExpansionError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'ExpansionError'
  }
}

/** Gives the expanded value of a name; undefined counts as empty. */
export type Lookup = (name: string) => string | undefined

const NAME = /[A-Za-z0-9_]+/y
const OPERATOR = /(?:==|!=|<=|>=|<|>)(?:level\b)?/y
/** Deeper nesting is a mistake, not a configuration. */
const MAX_DEPTH = 50

/** Expands a text. @throws ExpansionError on bad syntax */
export function expand(template: string, lookup: Lookup, depth = 0): string {
  if (depth > MAX_DEPTH) throw new ExpansionError('expressions are nested too deep')
  let out = ''
  let at = 0
  for (;;) {
    const dollar = template.indexOf('$', at)
    if (dollar < 0) return out + template.slice(at)
    out += template.slice(at, dollar)
    const next = template[dollar + 1]
    if (next === '$') {
      out += '$'
      at = dollar + 2
    } else if (next === '{' || next === '(') {
      const end = closing(template, dollar + 1)
      out += expression(template.slice(dollar + 2, end), lookup, depth)
      at = end + 1
    } else {
      const name = nameAt(template, dollar + 1)
      out += lookup(name) ?? ''
      at = dollar + 1 + name.length
    }
  }
}

/** The names that a text refers to, conditional ones included. */
export function namesIn(template: string): Set<string> {
  const names = new Set<string>()
  for (const match of template.replaceAll('$$', '').matchAll(/\$(?:\{\s*|\()?([A-Za-z0-9_]+)/g)) {
    if (match[1] !== undefined) names.add(match[1])
  }
  return names
}

function nameAt(text: string, at: number): string {
  NAME.lastIndex = at
  const match = NAME.exec(text)
  if (match === null) throw new ExpansionError('has a "$" that no name follows ("$$" stands for a dollar sign)')
  return match[0]
}

/** Index of the bracket that closes the one at `open`. */
function closing(text: string, open: number): number {
  const opener = text[open]
  const closer = opener === '{' ? '}' : ')'
  let depth = 0
  for (let i = open; i < text.length; i++) {
    if (text[i] === opener) depth++
    else if (text[i] === closer && --depth === 0) return i
  }
  throw new ExpansionError(`has a "$${opener}" without its "${closer}"`)
}

/** What stands between `${` and `}`. */
function expression(payload: string, lookup: Lookup, depth: number): string {
  const inner = (text: string): string => expand(text, lookup, depth + 1)
  let rest = payload.trimStart()
  let holds: boolean
  let plain: string | undefined
  if (rest.startsWith('{')) {
    const left = group(rest)
    OPERATOR.lastIndex = 0
    const operator = OPERATOR.exec(left.rest)?.[0]
    if (operator === undefined) throw new ExpansionError('has a comparison without ==, !=, <, <=, >= or >')
    const right = group(left.rest.slice(operator.length).trimStart())
    holds = compare(inner(left.body), operator, inner(right.body))
    rest = right.rest
  } else {
    const name = nameAt(rest, 0)
    const value = lookup(name) ?? ''
    holds = value !== ''
    plain = value
    rest = rest.slice(name.length).trimStart()
  }
  if (rest === '') {
    if (plain === undefined) throw new ExpansionError('has a comparison without "?" or ":"')
    return plain
  }
  return conditional(rest, holds, inner)
}

/** `?text`, `:text`, `?{text}`, `:{text}` or `?{text}:{text}`. */
function conditional(rest: string, holds: boolean, inner: (text: string) => string): string {
  const mark = rest[0]
  if (mark !== '?' && mark !== ':') throw new ExpansionError(`has "${rest}" where "?", ":" or "}" belongs`)
  const branch = rest.slice(1)
  if (!branch.trimStart().startsWith('{')) return holds === (mark === '?') ? inner(branch) : ''
  const first = group(branch.trimStart())
  if (mark === ':' || first.rest === '') {
    if (first.rest !== '') throw new ExpansionError(`has "${first.rest}" where "}" belongs`)
    return holds === (mark === '?') ? inner(first.body) : ''
  }
  if (!first.rest.startsWith(':')) throw new ExpansionError(`has "${first.rest}" where ":" or "}" belongs`)
  const otherwise = first.rest.slice(1).trimStart()
  if (!otherwise.startsWith('{')) return inner(holds ? first.body : otherwise)
  const second = group(otherwise)
  if (second.rest !== '') throw new ExpansionError(`has "${second.rest}" where "}" belongs`)
  return inner(holds ? first.body : second.body)
}

/** A leading `{body}` and what follows it. */
function group(text: string): { body: string; rest: string } {
  if (!text.startsWith('{')) throw new ExpansionError(`has "${text}" where "{" belongs`)
  const end = closing(text, 0)
  return { body: text.slice(1, end).trim(), rest: text.slice(end + 1).trim() }
}

/** Numbers are compared as numbers, compatibility levels part by part, all else as text. */
function compare(left: string, operator: string, right: string): boolean {
  const sign = operator.replace('level', '')
  const order = sign === operator ? plainOrder(left, right) : levelOrder(left, right)
  return ORDERS.get(sign)?.(order) ?? false
}

const ORDERS: ReadonlyMap<string, (order: number) => boolean> = new Map([
  ['==', (order: number) => order === 0],
  ['!=', (order: number) => order !== 0],
  ['<', (order: number) => order < 0],
  ['<=', (order: number) => order <= 0],
  ['>', (order: number) => order > 0],
  ['>=', (order: number) => order >= 0],
])

function plainOrder(left: string, right: string): number {
  if (/^\d+$/.test(left) && /^\d+$/.test(right)) return Number(left) - Number(right)
  return left < right ? -1 : Number(left > right)
}

/** `3.6` against `3.10`: missing parts are 0. */
function levelOrder(left: string, right: string): number {
  const [a, b] = [left, right].map((level) => level.split('.').map(Number))
  for (let i = 0; i < 3; i++) {
    const difference = (a?.[i] ?? 0) - (b?.[i] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
