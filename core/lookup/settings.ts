/**
 * Settings of tables that are more than a name: a file of `name = value` lines as main.cf has them, or the same in braces,
 * `type:{ {hosts = a b}, {query = SELECT ...} }`. No `$name` is expanded, as in Postfix: passwords and queries stay as they are.
 */
import { resolve } from 'node:path'
import { bracedList, unbrace } from './braces.ts'
import { missing } from './changes.ts'
import { fileLines, type SourceLine } from './lines.ts'
import { suggest } from './suggest.ts'
import type { TableContext } from './table.ts'

/** Settings that a type knows, with their defaults; '' for none. */
export type Declared = Readonly<Record<string, string>>

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

interface Assigned {
  readonly value: string
  readonly line: number
}

export class Settings {
  /** `type:name`, for errors. */
  readonly spec: string
  /** The file they were read from; undefined for braces. */
  readonly file: string | undefined
  readonly #declared: Declared
  readonly #assigned: ReadonlyMap<string, Assigned>

  constructor(spec: string, file: string | undefined, declared: Declared, assigned: ReadonlyMap<string, Assigned>) {
    this.spec = spec
    this.file = file
    this.#declared = declared
    this.#assigned = assigned
  }

  isSet(name: string): boolean {
    return this.#assigned.has(name)
  }

  text(name: string): string {
    return this.#assigned.get(name)?.value ?? this.#declared[name] ?? ''
  }

  /** @throws Error when it is empty */
  required(name: string): string {
    const value = this.text(name)
    if (value === '') throw this.problem(name, 'is required')
    return value
  }

  /** Words between commas and white space. */
  list(name: string): string[] {
    return this.text(name)
      .split(/[\s,]+/)
      .filter((word) => word !== '')
  }

  /** yes or no. */
  flag(name: string): boolean {
    const value = this.text(name).toLowerCase()
    if (value !== 'yes' && value !== 'no') throw this.problem(name, `must be yes or no, not ${JSON.stringify(value)}`)
    return value === 'yes'
  }

  /** A whole number from `least`. */
  number(name: string, least = 0): number {
    const value = this.text(name)
    if (!/^\d{1,10}$/.test(value) || Number(value) < least)
      throw this.problem(name, `must be a whole number from ${least}, not "${value}"`)
    return Number(value)
  }

  /** Milliseconds; without a unit, the value is in seconds. */
  milliseconds(name: string): number {
    const [, amount, unit = 's'] = /^(\d{1,9}(?:\.\d{1,3})?) ?(ms|s|m|h)?$/.exec(this.text(name)) ?? []
    const value = Number(amount) * (UNITS[unit] ?? 1)
    if (amount === undefined || value <= 0 || value > 86_400_000)
      throw this.problem(name, `must be a time such as 5s, not "${this.text(name)}"`)
    return value
  }

  /** One of some words. */
  choice<const T extends string>(name: string, words: readonly T[]): T {
    const value = this.text(name).toLowerCase()
    const found = words.find((word) => word === value)
    if (found === undefined) throw this.problem(name, `must be one of ${words.join(', ')}, not ${JSON.stringify(value)}`)
    return found
  }

  /** An error about one setting, with its place. */
  problem(name: string, message: string): Error {
    const line = this.#assigned.get(name)?.line
    const place = this.file === undefined ? '' : line === undefined ? ` ${this.file}:` : ` ${this.file}:${line}:`
    return new Error(`table ${this.spec}:${place} ${name} ${message}`)
  }
}

/**
 * Reads the settings of a table. Names that the type does not know are told and ignored; of equal names the last counts.
 * @throws Error when the file can not be read, or a line is no setting
 */
export function readSettings(type: string, name: string, declared: Declared, context: TableContext): Settings {
  const isInline = name.startsWith('{')
  const file = isInline ? undefined : resolve(context.baseDirectory, name)
  // Braces may hold a password, which must not be in every log line about the table.
  const spec = isInline ? `${type}:{...}` : `${type}:${name}`
  const assigned = new Map<string, Assigned>()
  const warn = (line: number, text: string): void =>
    context.warn?.(`${spec}, line ${line}: ${text}`, { file: file ?? spec, line, text })
  for (const { text, line } of linesOf(spec, name, file)) {
    const equals = text.indexOf('=')
    const word = text.slice(0, Math.max(0, equals)).trim()
    if (word === '')
      throw new Error(
        `table ${spec}: ${file ?? 'setting'}:${line}: expected "name = value", found ${JSON.stringify(shown(text))}`,
      )
    if (!Object.hasOwn(declared, word)) {
      const near = suggest(word, Object.keys(declared))
      warn(line, `${word} is no setting of ${type} tables${near === undefined ? '' : `; did you mean ${near}?`}`)
      continue
    }
    if (assigned.has(word)) warn(line, `${word} is set again; the last value counts`)
    assigned.set(word, { value: text.slice(equals + 1).trim(), line })
  }
  return new Settings(spec, file, declared, assigned)
}

/** A line without what may be a secret: its first word. */
const shown = (text: string): string => text.split(/\s/, 1)[0] ?? ''

function* linesOf(spec: string, name: string, file: string | undefined): Generator<SourceLine> {
  if (file === undefined) {
    yield* bracedList(name).map((part, i) => ({ text: unbrace(part) ?? part, line: i + 1 }))
    return
  }
  try {
    yield* fileLines(file)
  } catch (error) {
    const why = missing(error) ? `no such file ${file}` : error instanceof Error ? error.message : String(error)
    throw new Error(`table ${spec}: ${why}`, { cause: error })
  }
}
