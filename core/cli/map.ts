/** `postern map`: lookup tables from the command line, with postmap(1)'s habits. */
import type { Command } from 'commander'
import { createTables, isTableSpec, type Table, TableError, type Tables, type WarningPlace } from '../lookup/index.ts'
import { type Input, PROCESS_STREAMS, type Streams } from './streams.ts'

export interface MapOptions {
  readonly json?: boolean
}

/** Lines of keys are read in pieces; one line may have this many characters. */
const LONGEST_KEY = 65_536

/**
 * Looks keys up; `-` takes them from the input, one in a line.
 * @returns exit status: 0 when any was found, 1 when none was or the table can not be opened, 75 when it can not be asked
 */
export async function query(
  spec: string,
  key: string,
  options: MapOptions,
  streams: Streams = PROCESS_STREAMS,
  input: Input = process.stdin,
): Promise<number> {
  const tables = open(streams)
  try {
    // postmap(1) has them the other way round.
    if (!isTableSpec(spec) && isTableSpec(key))
      throw new Error(`the table comes before the key: postern map query ${key} ${spec}`)
    const table = await tables.open(spec)
    return key === '-' ? await queryLines(table, options, streams, input) : await queryOne(table, key, options, streams)
  } catch (error) {
    return failed(error, streams)
  } finally {
    await tables.close()
  }
}

async function queryOne(table: Table, key: string, { json }: MapOptions, { out }: Streams): Promise<number> {
  const value = await table.lookup(key)
  if (json === true) out.write(`${JSON.stringify({ key, value: value ?? null })}\n`)
  else if (value !== undefined) out.write(`${value}\n`)
  return value === undefined ? 1 : 0
}

/** As postmap: keys that are found, with their values. In JSON, all. */
async function queryLines(table: Table, { json }: MapOptions, { out }: Streams, input: Input): Promise<number> {
  let found = 0
  for await (const key of lines(input)) {
    const value = await table.lookup(key)
    if (value !== undefined) found++
    if (json === true) out.write(`${JSON.stringify({ key, value: value ?? null })}\n`)
    else if (value !== undefined) out.write(`${key}\t${value}\n`)
  }
  return found === 0 ? 1 : 0
}

async function* lines(input: Input): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of input) {
    const parts = (rest + (typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true }))).split('\n')
    rest = parts.pop() ?? ''
    if (rest.length > LONGEST_KEY) throw new Error('a key is too long')
    for (const line of parts) yield line.replace(/\r$/, '')
  }
  if (rest !== '') yield rest
}

/**
 * Opens tables, counts what they have, and says what is wrong with them.
 * @returns exit status: 0, 1 when there is a problem, 75 when a table can not be asked
 */
export async function check(specs: readonly string[], options: MapOptions, streams: Streams = PROCESS_STREAMS): Promise<number> {
  const reports: CheckReport[] = []
  for (const spec of specs) reports.push(await checked(spec))
  if (options.json === true) streams.out.write(`${JSON.stringify(reports, undefined, 2)}\n`)
  else for (const report of reports) streams.out.write(described(report))
  if (reports.some(({ status }) => status === 75)) return 75
  return reports.some(({ status }) => status !== 0) ? 1 : 0
}

interface CheckReport {
  readonly table: string
  readonly status: number
  readonly entries?: number
  readonly source?: string
  readonly problems: readonly { readonly file?: string; readonly line?: number; readonly message: string }[]
}

async function checked(spec: string): Promise<CheckReport> {
  const problems: { file?: string; line?: number; message: string }[] = []
  const tables = createTables({
    baseDirectory: process.cwd(),
    warn: (message, place) =>
      problems.push(place === undefined ? { message } : { file: place.file, line: place.line, message: place.text }),
  })
  try {
    const report = (await (await tables.open(spec)).inspect?.()) ?? {}
    return { table: spec, status: problems.length === 0 ? 0 : 1, ...report, problems }
  } catch (error) {
    problems.push({ message: messageOf(error) })
    return { table: spec, status: error instanceof TableError ? 75 : 1, problems }
  } finally {
    await tables.close()
  }
}

function described({ table, status, entries, source, problems }: CheckReport): string {
  const lines = problems.map(({ file, line, message }) => (file === undefined ? message : `${file}:${line}: ${message}`))
  const count = entries === undefined ? 'opens' : entries === 1 ? '1 entry' : `${entries} entries`
  const where = source === undefined || table.endsWith(source) ? '' : ` (${source})`
  if (status === 0 || entries !== undefined || source !== undefined) lines.push(`${table}: ${count}${where}`)
  return `${lines.join('\n')}\n`
}

function open({ err }: Streams): Tables {
  const warn = (message: string, place?: WarningPlace): void => {
    err.write(`postern map: warning: ${place === undefined ? message : `${place.file}, line ${place.line}: ${place.text}`}\n`)
  }
  return createTables({ baseDirectory: process.cwd(), warn })
}

function failed(error: unknown, { err }: Streams): number {
  err.write(`postern map: ${messageOf(error)}\n`)
  return error instanceof TableError ? 75 : 1
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

export function addMap(program: Command): void {
  const map = program.command('map').description('look something up in a table, or see whether it is in order')
  map
    .command('query')
    .description('show the value of a key; exit status 1 when it is not there')
    .argument('<table>', 'type:name')
    .argument('<key>', 'the key, as it is asked for; - for one in each line of the input')
    .option('--json', 'as JSON')
    .action(async (table: string, key: string, options: MapOptions) => {
      process.exitCode = await query(table, key, options)
    })
  map
    .command('check')
    .description('open tables, count their entries, say what is wrong')
    .argument('<tables...>', 'type:name')
    .option('--json', 'as JSON')
    .action(async (tables: string[], options: MapOptions) => {
      process.exitCode = await check(tables, options)
    })
}
