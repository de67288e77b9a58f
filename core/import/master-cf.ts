/** master.cf: services with their -o options. master(5). */
import { unbrace } from '../config/units.ts'
import { type LogicalLine, lineAt, logicalLines } from './logical.ts'
import { ImportError, type Origin, type Setting, type Settings } from './main-cf.ts'

/** One service. */
export interface Service {
  /** `smtp`, `192.0.2.1:587`. */
  readonly name: string
  readonly type: string
  /** The daemon: `smtpd`, `smtp`. */
  readonly command: string
  /** How many there may be at a time; 0: no limit; undefined: default_process_limit. */
  readonly processes: number | undefined
  /** Parameters given by `-o`. */
  readonly options: Settings
  /** All other arguments. */
  readonly flags: readonly string[]
  readonly origin: Origin
}

const FIELDS = 8
const TYPES = new Set(['inet', 'unix', 'unix-dgram', 'fifo', 'pass'])

/** Services in the order of the file; the last of a name and type holds. @throws ImportError for a line that is no service */
export function readMaster(source: string, file = 'master.cf'): Service[] {
  const services = new Map<string, Service>()
  for (const line of logicalLines(source)) {
    const service = readService(line, file)
    services.set(`${service.name} ${service.type}`, service)
  }
  return [...services.values()]
}

function readService(line: LogicalLine, file: string): Service {
  const words = wordsWithPlaces(line)
  const [name, type] = words.map(({ word }) => word)
  const command = words[FIELDS - 1]?.word
  if (name === undefined || type === undefined || command === undefined || !TYPES.has(type))
    throw new ImportError(`${file}:${line.from}: expected the ${FIELDS} fields of a service, found ${JSON.stringify(line.text)}`)
  const limit = words[FIELDS - 2]?.word ?? ''
  const processes = /^\d+$/.test(limit) ? Number(limit) : undefined
  return {
    name,
    type,
    command,
    processes,
    ...readArguments(words.slice(FIELDS), file),
    origin: { file, from: line.from, to: line.to },
  }
}

interface Word {
  readonly word: string
  readonly line: number
}

function wordsWithPlaces(line: LogicalLine): Word[] {
  let at = 0
  return splitWords(line.text).map((word) => {
    at = line.text.indexOf(word, at)
    const place = lineAt(line, at)
    at += word.length
    return { word, line: place }
  })
}

/** Words separated by white space alone; `{...}` stays together. */
function splitWords(text: string): string[] {
  const words: string[] = []
  let depth = 0
  let word = ''
  for (const c of text) {
    if (c === '{') depth++
    else if (c === '}') depth--
    if (depth <= 0 && /\s/.test(c)) {
      if (word !== '') words.push(word)
      word = ''
    } else word += c
  }
  return word === '' ? words : [...words, word]
}

/** `-o name=value`, `-oname=value`, `-o { name = value with spaces }`. */
function readArguments(words: readonly Word[], file: string): { options: Settings; flags: string[] } {
  const options = new Map<string, Setting>()
  const flags: string[] = []
  for (let i = 0; i < words.length; i++) {
    const { word, line } = words[i] as Word
    if (!word.startsWith('-o')) {
      flags.push(word)
      continue
    }
    const given = word === '-o' ? words[++i] : { word: word.slice(2), line }
    const match = /^([^\s=]+)\s*=\s*(.*)$/s.exec(unbrace(given?.word ?? ''))
    if (match?.[1] === undefined) throw new ImportError(`${file}:${line}: expected "-o name=value"`)
    const at = given?.line ?? line
    options.set(match[1], { name: match[1], text: (match[2] ?? '').trim(), origin: { file, from: at, to: at }, lineOf: () => at })
  }
  return { options, flags }
}
