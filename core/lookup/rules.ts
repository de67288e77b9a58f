/** The rule language that cidr_table(5), regexp_table(5) and pcre_table(5) share: first match wins, nested if ... endif. */
import type { SourceLine } from './lines.ts'

/** A condition, and the text after it: the value of a rule, nothing for an `if`. */
export interface Rule<Subject> {
  /** What matched, for `value`; undefined: no match. */
  readonly matches: (subject: Subject) => unknown
  readonly rest: string
  /** The value for what matched; default: `rest`. */
  readonly value?: (matched: never) => string
}

interface Step<Subject> {
  readonly rule: Rule<Subject>
  /** For an `if`: where its `endif` is. */
  end?: number
}

/** Compiles one line's condition; undefined when the line is skipped (it has been told). @throws Error */
export type CompileRule<Subject> = (text: string, line: number) => Rule<Subject> | undefined

/**
 * Compiles a table; the result asks it.
 * @param emptyValues a rule without a value has the empty one; otherwise its line is ignored
 * @throws Error from `compile`, with its line number
 */
export function compileRules<Subject>(
  lines: readonly SourceLine[],
  warn: (line: number, message: string) => void,
  compile: CompileRule<Subject>,
  emptyValues = false,
): (subject: Subject) => string | undefined {
  const steps: Step<Subject>[] = []
  const open: { step: Step<Subject>; line: number }[] = []
  const never: Rule<Subject> = { matches: () => undefined, rest: '' }
  for (const { text, line } of lines) {
    const word = /^(if|endif)(?=[\s!/]|$)/i.exec(text)?.[1]?.toLowerCase()
    if (word === 'endif') {
      const start = open.pop()
      if (start === undefined) warn(line, 'ignoring "endif" without "if"')
      else start.step.end = steps.length
      continue
    }
    const rule = located(line, () => compile(word === 'if' ? text.slice(2).trim() : text, line))
    if (word === 'if') {
      // A condition that can not be read holds for nothing: its rules must not apply to everything.
      const step: Step<Subject> = { rule: rule ?? never, end: 0 }
      if (rule !== undefined && rule.rest !== '') warn(line, `ignoring extra text after "if" statement: ${rule.rest}`)
      steps.push(step)
      open.push({ step, line })
    } else if (rule !== undefined) {
      if (rule.rest === '')
        warn(line, emptyValues ? 'no replacement text: using empty string' : 'empty right-hand side, line ignored')
      if (rule.rest !== '' || emptyValues) steps.push({ rule })
    }
  }
  for (const { step, line } of open) {
    warn(line, '"if" has no matching "endif"')
    step.end = steps.length
  }
  return (subject) => evaluate(steps, subject)
}

function evaluate<Subject>(steps: readonly Step<Subject>[], subject: Subject): string | undefined {
  for (let i = 0; i < steps.length; i++) {
    const { rule, end } = steps[i] as Step<Subject>
    const matched = rule.matches(subject)
    if (end !== undefined) {
      if (matched === undefined) i = end - 1
    } else if (matched !== undefined) return rule.value === undefined ? rule.rest : rule.value(matched as never)
  }
  return undefined
}

function located<T>(line: number, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw new Error(`line ${line}: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
}
