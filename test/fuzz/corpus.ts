/**
 * What fuzzing has found, and what is worth a try each time: test/fuzz/corpus/TARGET.jsonl, an input and its reason in each line. Whatever
 * breaks a target joins it, shrunk, and is tried first ever after.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const DIRECTORY = join(import.meta.dirname, 'corpus')

/** An input of a target, and why it is kept. */
export interface Kept {
  readonly why: string
  readonly input: unknown
}

function fileOf(target: string): string {
  return join(DIRECTORY, `${target.replaceAll(/[^A-Za-z0-9]+/g, '-').toLowerCase()}.jsonl`)
}

/** All inputs that are kept for a target. */
export function keptFor(target: string): Kept[] {
  const file = fileOf(target)
  if (!existsSync(file)) return []
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean)
  return lines.map((line) => JSON.parse(line) as Kept).map(({ why, input }) => ({ why, input: decoded(input) }))
}

/** Keeps one more; false when it is there already. */
export function keep(target: string, why: string, input: unknown): boolean {
  const text = JSON.stringify(encoded(input))
  if (keptFor(target).some((each) => JSON.stringify(encoded(each.input)) === text)) return false
  mkdirSync(DIRECTORY, { recursive: true })
  appendFileSync(fileOf(target), `${JSON.stringify({ why, input: encoded(input) })}\n`)
  return true
}

/** Octets as `{ "octets": "latin1 text" }`; all else is JSON by itself. */
function encoded(value: unknown): unknown {
  if (value instanceof Uint8Array) return { octets: Buffer.from(value).toString('latin1') }
  if (Array.isArray(value)) return value.map(encoded)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, encoded(each)]))
}

function decoded(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decoded)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
  const [first] = entries
  if (entries.length === 1 && first?.[0] === 'octets' && typeof first[1] === 'string') return Buffer.from(first[1], 'latin1')
  return Object.fromEntries(entries.map(([name, each]) => [name, decoded(each)]))
}
