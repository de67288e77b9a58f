/**
 * What all tables with settings have in common: reading them, again when their file changes; folding the key; which domains are asked for;
 * the result format and its limit; and that any failure of what stands behind is a temporary one.
 */
import { Watch } from './changes.ts'
import { type Domains, openDomains } from './domains.ts'
import { fill, format, type Key, needsOf, parseTemplate, type Quote, splitKey, suffices, type Template } from './expansion.ts'
import { chain, type MaybePromise } from './maybe.ts'
import { type Declared, readSettings, type Settings } from './settings.ts'
import { type Table, type TableContext, TableError, type TableReport, type TableType } from './table.ts'

/** What a type makes of its settings. All methods may throw or reject with any Error. */
export interface Backend {
  /** The values of a key, before the result format. */
  find(query: Query): MaybePromise<readonly string[]>
  /** Looks whether it can be asked. */
  inspect?(): MaybePromise<TableReport>
  close?(): MaybePromise<void>
}

/** One lookup. */
export interface Query {
  readonly key: Key
  /** The templates that {@link ConfiguredType.queries} named, filled. */
  readonly texts: readonly string[]
}

/** A text with % expansions that is made for every key. */
export interface QueryText {
  readonly setting: string
  readonly text: string
  /** How what stands at a place of the text is quoted. */
  readonly quoteAt?: (at: number) => Quote
}

export interface ConfiguredType {
  readonly name: string
  readonly declared: Declared
  /** The templates that are filled with the key. */
  queries(settings: Settings): readonly QueryText[]
  /** The setting that holds the result format; `result_format` where this is not there. */
  resultFormat?(settings: Settings): string
  /** @throws Error when the settings are wrong; a server is not spoken to yet */
  open(settings: Settings, context: TableContext): Promise<Backend> | Backend
}

/** Settings that all such types have. */
export const COMMON: Declared = { domain: '', result_format: '%s', expansion_limit: '0' }

export function configuredType(type: ConfiguredType): TableType {
  return { name: type.name, open: (name, context) => openConfigured(type, name, context) }
}

/** Everything that one reading of the settings gives. */
interface State {
  readonly backend: Backend
  readonly queries: readonly Template[]
  readonly result: Template
  readonly needs: ReturnType<typeof needsOf>
  readonly domains: Domains | undefined
  readonly limit: number
}

async function openConfigured(type: ConfiguredType, name: string, context: TableContext): Promise<Table> {
  const settings = readSettings(type.name, name, type.declared, context)
  return new ConfiguredTable(type, name, settings, await stateOf(type, settings, context), context)
}

async function stateOf(type: ConfiguredType, settings: Settings, context: TableContext): Promise<State> {
  const template = ({ setting, text, quoteAt }: QueryText): Template => {
    try {
      return parseTemplate(text, quoteAt)
    } catch (error) {
      throw settings.problem(setting, `is an ${(error as Error).message}`)
    }
  }
  const queries = type.queries(settings).map(template)
  const setting = type.resultFormat?.(settings) ?? 'result_format'
  const result = template({ setting, text: settings.text(setting) })
  const words = settings.list('domain')
  const domains = words.length === 0 ? undefined : await openDomains(words, context)
  const limit = settings.number('expansion_limit')
  const backend = await type.open(settings, context)
  return { backend, queries, result, needs: needsOf(queries, result), domains, limit }
}

class ConfiguredTable implements Table {
  readonly spec: string
  readonly wholeKeys = false
  readonly #type: ConfiguredType
  readonly #name: string
  readonly #context: TableContext
  readonly #watch: Watch | undefined
  #state: State
  #isReading = false
  #isClosed = false

  constructor(type: ConfiguredType, name: string, { spec, file }: Settings, state: State, context: TableContext) {
    this.spec = spec
    this.#type = type
    this.#name = name
    this.#context = context
    this.#watch = file === undefined ? undefined : new Watch([file], context.now)
    this.#state = state
  }

  lookup(key: string): MaybePromise<string | undefined> {
    if (!this.#isReading && this.#watch?.changed() === true) void this.#readAgain()
    const state = this.#state
    // What a server could take for the end of something is in no key of any table.
    if (/[\0\r\n]/.test(key)) return undefined
    const parts = splitKey(key.toLowerCase())
    if (!suffices(parts, state.needs)) return undefined
    return this.#guarded(() => {
      if (state.domains === undefined) return this.#ask(state, parts)
      // With a list of domains, only whole addresses are looked up.
      if (parts.domain === undefined || parts.user === '') return undefined
      return chain(state.domains(parts.domain), (is) => (is ? this.#ask(state, parts) : undefined))
    })
  }

  #ask(state: State, key: Key): MaybePromise<string | undefined> {
    const query = { key, texts: state.queries.map((template) => fill(template, key)) }
    return chain(state.backend.find(query), (values) => this.#joined(state, values, key))
  }

  #joined({ result, limit }: State, values: readonly string[], key: Key): string | undefined {
    const formatted: string[] = []
    for (const value of values) {
      const text = format(result, clean(value), key)
      if (text !== undefined) formatted.push(text)
      if (limit > 0 && formatted.length > limit) throw new Error(`expansion limit exceeded for key: '${key.text}'`)
    }
    return formatted.length === 0 ? undefined : formatted.join(',')
  }

  #guarded<T>(work: () => MaybePromise<T>): MaybePromise<T> {
    try {
      const done = work()
      return done instanceof Promise ? done.catch((error: unknown) => this.#fail(error)) : done
    } catch (error) {
      return this.#fail(error)
    }
  }

  #fail(error: unknown): never {
    if (error instanceof TableError) throw error
    throw new TableError(this.spec, error instanceof Error && error.message !== '' ? error.message : String(error), error)
  }

  async #readAgain(): Promise<void> {
    this.#isReading = true
    try {
      const settings = readSettings(this.#type.name, this.#name, this.#type.declared, this.#context)
      const old = this.#state
      const state = await stateOf(this.#type, settings, this.#context)
      if (this.#isClosed) await state.backend.close?.()
      else {
        this.#state = state
        await old.backend.close?.()
      }
    } catch (error) {
      this.#context.warn?.(`${error instanceof Error ? error.message : String(error)}; keeping the old settings`)
    } finally {
      this.#isReading = false
    }
  }

  inspect(): MaybePromise<TableReport> {
    return this.#guarded(() => this.#state.backend.inspect?.() ?? {})
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#state.backend.close?.()
  }
}

/** A value can not end a line of what it becomes part of. */
const clean = (value: string): string => (/[\0\r\n]/.test(value) ? value.replace(/[\0\r\n]+/g, ' ').trim() : value)
