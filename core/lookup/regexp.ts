/**
 * regexp_table(5) and pcre_table(5), both on a linear-time engine: `/pattern/flags value`, `!` negation, if ... endif,
 * `$1` `${1}` `$(1)` in values. Back-references and look-around can not be had in linear time and are refused at load.
 * A rule that can not be read is refused at load as well, where Postfix skips it: a refusal must not vanish by a slip of the pen.
 */
import { type Matcher, RE2JS } from 're2js'
import { nativeTest } from './native.ts'
import { literalPrefix, mayBegin } from './prefix.ts'
import { compileRules, type Rule } from './rules.ts'
import { openSource, type Read, wholly } from './source.ts'
import { EmptyResult, type Table, type TableType } from './table.ts'

/** What a flag letter toggles, by table type. Matching starts case-insensitive; pcre also lets `.` match a line end. */
const FLAGS: Readonly<Record<'regexp' | 'pcre', Readonly<Record<string, Toggle>>>> = {
  // `x` would make it a basic regular expression, which means something else in nearly every pattern.
  regexp: { i: 'ignoreCase', m: 'multiLine' },
  pcre: {
    i: 'ignoreCase',
    m: 'multiLine',
    s: 'dotAll',
    x: 'extended',
    A: 'anchored',
    E: 'dollarEnd',
    U: 'ungreedy',
    X: 'none',
  },
}
type Toggle = 'ignoreCase' | 'multiLine' | 'dotAll' | 'extended' | 'anchored' | 'dollarEnd' | 'ungreedy' | 'none'

/** A pattern as written, split: delimiters gone, flags applied. */
interface Pattern {
  readonly negated: boolean
  readonly source: string
  readonly toggled: ReadonlySet<Toggle>
  readonly rest: string
}

/** Splits `!/pattern/flags rest`. @throws Error */
export function splitPattern(text: string, type: 'regexp' | 'pcre'): Pattern {
  let i = 0
  let negated = false
  for (; i < text.length && /[!\s]/.test(text[i] as string); i++) if (text[i] === '!') negated = !negated
  const delimiter = text[i] ?? ''
  if (delimiter === '' || /[\p{L}\p{N}\\]/u.test(delimiter))
    throw new Error(`expected /pattern/flags, found ${JSON.stringify(text)}`)
  const start = ++i
  while (i < text.length && text[i] !== delimiter) i += text[i] === '\\' ? 2 : 1
  if (i >= text.length) throw new Error(`no closing ${JSON.stringify(delimiter)} in ${JSON.stringify(text)}`)
  const source = text.slice(start, i)
  const toggled = new Set<Toggle>()
  for (i++; i < text.length && !/[\s!]/.test(text[i] as string); i++) {
    const toggle = FLAGS[type][text[i] as string]
    if (toggle === undefined) throw new Error(`unknown ${type} option ${JSON.stringify(text[i])}`)
    if (toggled.has(toggle)) toggled.delete(toggle)
    else toggled.add(toggle)
  }
  return { negated, source, toggled, rest: text.slice(i).trim() }
}

/** The engine's own flags for a pattern. */
function compilePattern(type: 'regexp' | 'pcre', { source, toggled }: Pattern): RE2JS {
  let flags = 0
  if (!toggled.has('ignoreCase')) flags |= RE2JS.CASE_INSENSITIVE
  if (toggled.has('multiLine')) flags |= RE2JS.MULTILINE
  if (type === 'regexp' || !toggled.has('dotAll')) flags |= RE2JS.DOTALL
  let pattern = toggled.has('extended') ? withoutComments(source) : source
  if (type === 'pcre' && !toggled.has('dollarEnd') && !toggled.has('multiLine')) pattern = dollarBeforeNewline(pattern)
  if (toggled.has('ungreedy')) pattern = `(?U)${pattern}`
  if (toggled.has('anchored')) pattern = `\\A(?:${pattern})`
  try {
    return RE2JS.compile(pattern, flags)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new Error(`pattern /${source}/ can not be used: ${why} (look-around and back-references are not supported)`, {
      cause: error,
    })
  }
}

/** Does the pattern match? The engine runs only for texts that begin as its matches must, and where V8's own can not be trusted to end. */
function tester(expression: RE2JS, { source, toggled }: Pattern): (text: string) => boolean {
  if (toggled.has('multiLine') || toggled.has('extended') || toggled.has('anchored')) return (text) => expression.test(text)
  const ignoreCase = !toggled.has('ignoreCase')
  const native = nativeTest(source, ignoreCase)
  const prefix = literalPrefix(source)
  const slow = (text: string): boolean => (prefix === undefined || mayBegin(text, prefix, ignoreCase)) && expression.test(text)
  return native === undefined ? slow : (text) => native(text) ?? slow(text)
}

/** Visits the characters of a pattern outside of escapes and bracket expressions; `visit` gives the replacement. */
function outside(pattern: string, visit: (character: string, at: number) => string): string {
  let out = ''
  let inClass = false
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i] as string
    if (c === '\\') {
      out += pattern.slice(i, i + 2)
      i++
    } else if (inClass) {
      const named = /^\[:\^?\w+:\]/.exec(pattern.slice(i, i + 16))?.[0] ?? c
      if (named === ']') inClass = false
      out += named
      i += named.length - 1
    } else if (c === '[') {
      inClass = true
      // `[]a]` and `[^]a]` contain a bracket.
      const first = /^\[\^?\]?/.exec(pattern.slice(i, i + 3))?.[0] ?? '['
      out += first
      i += first.length - 1
    } else out += visit(c, i)
  }
  return out
}

/** /x: white space and # comments in a pattern mean nothing. */
function withoutComments(pattern: string): string {
  let comment = false
  return outside(pattern, (c) => {
    if (comment) {
      comment = c !== '\n'
      return ''
    }
    if (c === '#') comment = true
    return comment || /\s/.test(c) ? '' : c
  })
}

/** PCRE's `$` also matches before a final line end; the engine's does not. */
function dollarBeforeNewline(pattern: string): string {
  return outside(pattern, (c) => (c === '$' ? '(?:\\n?\\z)' : c))
}

/** Something like `$1` stands in a value. */
const GROUP = /\$[({]?\d/
const SUBSTITUTION = /\$(?:\$|(\d+)|\{(\d+)\}|\((\d+)\))/g

/** The parts of a value with `$1` in it; a function of the match when there are any. @throws Error when a group does not exist */
function template(text: string, groups: number): ((matcher: Matcher) => string) | undefined {
  if (!text.includes('$')) return undefined
  if (text.replace(SUBSTITUTION, '').includes('$'))
    throw new Error(`bad replacement syntax in ${JSON.stringify(text)} ("$$" stands for a dollar sign)`)
  for (const m of text.matchAll(SUBSTITUTION)) {
    const group = Number(m[1] ?? m[2] ?? m[3] ?? 0)
    if (group > groups || (group === 0 && m[0] !== '$$')) throw new Error(`out of range replacement index "${group}"`)
  }
  return (matcher) =>
    text.replace(SUBSTITUTION, (whole, a?: string, b?: string, c?: string) =>
      whole === '$$' ? '$' : (matcher.group(Number(a ?? b ?? c)) ?? ''),
    )
}

const reader = (type: 'regexp' | 'pcre', literal: boolean): Read =>
  wholly((lines, warn) => {
    const compile = (text: string, line: number): Rule<string> | undefined => {
      const pattern = splitPattern(text, type)
      if (literal && GROUP.test(pattern.rest.replaceAll('$$', ''))) {
        warn(line, 'regular expression substitution is not allowed: skipping this rule')
        return undefined
      }
      const expression = compilePattern(type, pattern)
      const test = tester(expression, pattern)
      if (pattern.negated) {
        if (GROUP.test(pattern.rest)) throw new Error('$number substitution in a negated rule')
        return { matches: (key) => (test(key) ? undefined : true), rest: pattern.rest.replaceAll('$$', '$') }
      }
      const value = template(pattern.rest, expression.groupCount())
      if (value === undefined) return { matches: (key) => (test(key) ? true : undefined), rest: pattern.rest }
      const matches = (key: string) => {
        if (!test(key)) return undefined
        const matcher = expression.matcher(key)
        return matcher.find() ? matcher : undefined
      }
      return { matches, rest: pattern.rest, value }
    }
    return compileRules<string>(lines, warn, compile, true)
  })

/** Refuses to give out the empty values that rules may have. */
function neverEmpty(table: Table): Table {
  const lookup = (key: string) => {
    const value = table.lookup(key)
    if (value === '') throw new EmptyResult(table.spec, key)
    return value
  }
  return { spec: table.spec, wholeKeys: true, lookup, inspect: () => table.inspect?.() ?? {}, close: () => table.close?.() }
}

const patternType = (name: 'regexp' | 'pcre'): TableType => ({
  name,
  open: (source, context) => neverEmpty(openSource(name, source, true, reader(name, context.literal === true), context)),
})

export const regexp = patternType('regexp')
export const pcre = patternType('pcre')
