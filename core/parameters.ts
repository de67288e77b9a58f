/**
 * How a module or plugin declares the Postfix parameters that it honours: once, with type, default and documentation.
 * Values are written as in main.cf (`5m`, `10M`, `$name`, `${name?text}`); a declaration says what they mean.
 */

/** What a value is once parsed. Times are milliseconds, sizes are bytes. */
export type Kind = 'flag' | 'count' | 'time' | 'size' | 'text' | 'list' | 'code' | 'choice'

export interface Declaration<V = unknown> {
  readonly kind: Kind
  /** As in main.cf, unexpanded: `${stress?{10}:{300}}s`, `$myhostname`. */
  readonly default: string
  /** What it does, in our words, one or two sentences. */
  readonly doc: string
  /** For `choice`. */
  readonly choices?: readonly string[]
  /** For `time` without a unit: the unit meant (Postfix: s, h or d by parameter). */
  readonly unit?: 's' | 'm' | 'h' | 'd' | 'w'
  /** Read as written: its user expands `$name` itself, with names of its own (`default_rbl_reply`). */
  readonly raw?: boolean
  /** False until some code honours it: accepted, shown by `postern params`, warned about when set. */
  readonly live: boolean
  /** Carries the type of the parsed value; never set. */
  readonly value?: V
}

type More = { readonly live?: boolean; readonly raw?: boolean }

function declaration<V>(kind: Kind, fallback: string, doc: string, more: More & Partial<Declaration> = {}): Declaration<V> {
  return { kind, default: fallback, doc, live: true, ...more } as Declaration<V>
}

/** yes or no. */
export const flag = (fallback: string, doc: string, more?: More) => declaration<boolean>('flag', fallback, doc, more)
/** A whole number. */
export const count = (fallback: string, doc: string, more?: More) => declaration<number>('count', fallback, doc, more)
/** A time with unit s, m, h, d or w (default unit seconds), parsed to milliseconds. */
export const time = (fallback: string, doc: string, more?: More & { unit?: 's' | 'm' | 'h' | 'd' | 'w' }) =>
  declaration<number>('time', fallback, doc, more)
/** A number of bytes; K, M and G multiply by 1024. */
export const size = (fallback: string, doc: string, more?: More) => declaration<number>('size', fallback, doc, more)
/** Any text. */
export const text = (fallback: string, doc: string, more?: More) => declaration<string>('text', fallback, doc, more)
/** Words separated by commas or white space; `{a b}` keeps one word together. */
export const list = (fallback: string, doc: string, more?: More) => declaration<readonly string[]>('list', fallback, doc, more)
/** A reply code, 4xx or 5xx. */
export const code = (fallback: string, doc: string, more?: More) => declaration<number>('code', fallback, doc, more)
/** One of a few words. */
export const choice = <const C extends readonly string[]>(choices: C, fallback: C[number], doc: string, more?: More) =>
  declaration<C[number]>('choice', fallback, doc, { ...more, choices })

/** A named group of declarations: those of one module or plugin. */
export interface Declared<D extends Record<string, Declaration> = Record<string, Declaration>> {
  /** `smtpd`, `smtp`, `queue`, or `plugin:rbl`. */
  readonly owner: string
  readonly declarations: D
}

/** Groups declarations under their owner. */
export function declare<const D extends Record<string, Declaration>>(owner: string, declarations: D): Declared<D> {
  return Object.freeze({ owner, declarations: Object.freeze(declarations) })
}

/** The parsed values of a group, under their Postfix names. */
export type Values<D extends Record<string, Declaration>> = {
  readonly [K in keyof D]: D[K] extends Declaration<infer V> ? V : never
}

/** Parameter values as one listener, transport or the whole gateway sees them. */
export interface Scope {
  /** Parsed values of a group; computed once for each scope and group, frozen. @throws ParameterError */
  values<D extends Record<string, Declaration>>(declared: Declared<D>): Values<D>
  /** The expanded text of any known parameter; undefined when the name is unknown. */
  text(name: string): string | undefined
  /** Expands `$name`, `${name}`, `${name?x}`, `${name:x}`, `${name?{x}:{y}}`, `$$` in a text. */
  expand(template: string): string
  /** The same with other texts for some names, and for what refers to them: `under({ stress: 'yes' })`. */
  under(texts: Readonly<Record<string, string>>): Scope
}

/** A value that does not fit its declaration; `name` lets the configuration loader say where it stands. */
export class ParameterError extends Error {
  readonly parameter: string
  constructor(parameter: string, message: string) {
    super(message)
    this.name = 'ParameterError'
    this.parameter = parameter
  }
}
