/**
 * Reading the source of a table: logical lines of a file (postmap(1): `#` comments, continuation by leading white space)
 * or of the `{ {rule}, {rule} }` form in the configuration; and files that are read again when they change.
 */
import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Table, TableContext } from './table.ts'

/** One logical line and the number of its first physical line, from 1. */
export interface SourceLine {
  readonly text: string
  readonly line: number
}

/** Logical lines without comments and empty lines. */
export function logicalLines(source: string): SourceLine[] {
  const lines: { text: string; line: number }[] = []
  let number = 0
  for (const raw of source.split('\n')) {
    number++
    const line = raw.replace(/\r$/, '')
    if (/^\s*(#|$)/.test(line)) continue
    const last = lines[lines.length - 1]
    if (/^\s/.test(line) && last !== undefined) last.text += line
    else lines.push({ text: line.trimStart(), line: number })
  }
  return lines.map(({ text, line }) => ({ text: text.trimEnd(), line }))
}

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

/** A rules table's lines: of the file `name`, or of an inline `{ {rule}, {rule} }`. */
function inlineLines(name: string): SourceLine[] | undefined {
  if (!name.startsWith('{')) return undefined
  return bracedList(name).map((rule, i) => ({ text: unbrace(rule) ?? rule, line: i + 1 }))
}

/** What a parsed source answers with. */
export type Find = (key: string) => string | undefined
/** Parses logical lines. `warn` tells of lines that are skipped. @throws Error naming the line */
export type Parse = (lines: SourceLine[], warn: (line: number, message: string) => void) => Find

/** How often, in milliseconds, a changed file is looked for. */
const CHECK_INTERVAL = 1000

/**
 * Opens a table that is read as a whole: from a file, read again when it changes, or from an inline list of rules.
 * A changed file that is broken is told once and the old contents stay.
 * @throws Error when it can not be read or parsed
 */
export function openSource(type: string, name: string, wholeKeys: boolean, parse: Parse, context: TableContext): Table {
  const spec = `${type}:${name}`
  const warn = context.warn ?? (() => {})
  const told = (line: number, message: string) => warn(`${spec}, line ${line}: ${message}`)
  const inline = inlineLines(name)
  if (inline !== undefined) {
    const find = parse(inline, told)
    return { spec, wholeKeys, lookup: find }
  }
  const path = resolve(context.baseDirectory, name)
  const load = (): { find: Find; stamp: string } => {
    const stamp = stampOf(path)
    try {
      return { find: parse(logicalLines(readFileSync(path, 'utf8')), told), stamp }
    } catch (error) {
      throw new Error(`table ${spec}: ${reason(error, path)}`, { cause: error })
    }
  }
  const now = context.now ?? Date.now
  let { find, stamp } = load()
  let checked = now()
  const refresh = (): void => {
    const time = now()
    if (time - checked < CHECK_INTERVAL && time >= checked) return
    checked = time
    try {
      const seen = stampOf(path)
      if (seen === stamp) return
      stamp = seen
      ;({ find, stamp } = load())
    } catch (error) {
      warn(`${error instanceof Error ? error.message : String(error)}; keeping the old contents`)
    }
  }
  return {
    spec,
    wholeKeys,
    lookup: (key) => {
      refresh()
      return find(key)
    },
  }
}

function stampOf(path: string): string {
  const s = statSync(path, { bigint: true, throwIfNoEntry: false })
  return s === undefined ? 'missing' : `${s.mtimeNs} ${s.size} ${s.ino}`
}

function reason(error: unknown, path: string): string {
  const code = (error as { code?: string }).code
  if (code === 'ENOENT') return `no such file ${path}`
  return error instanceof Error ? error.message : String(error)
}
