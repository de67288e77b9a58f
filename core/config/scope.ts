/** Parameters as one listener, transport or the whole gateway sees them: assignments over a parent over the defaults. */
import { type Declaration, type Declared, ParameterError, type Scope, type Values } from '../parameters.ts'
import { ExpansionError, expand } from './expand.ts'
import { MACHINE_DEFAULTS } from './machine.ts'
import type { Assignments } from './types.ts'
import { parseValue } from './units.ts'

/** Where a parameter was declared. */
export interface Registered {
  /** `smtpd`, `plugin:rbl`: see Declared. */
  readonly owner: string
  readonly declaration: Declaration
}

/** Every known parameter, by name. */
export type Registry = ReadonlyMap<string, Registered>

export interface ScopeOptions {
  readonly assignments: Assignments
  /** Asked for what the assignments do not set. */
  readonly parent?: Scope
  readonly registry: Registry
}

/**
 * A scope. As with `-o` in master.cf, an assignment here also changes what `$name` means in values set further up.
 */
export function createScope(options: ScopeOptions): Scope {
  return new LayeredScope(options)
}

/** All declarations in one map. @throws Error when a name is declared twice */
export function registryOf(...declared: readonly Declared[]): Registry {
  const registry = new Map<string, Registered>()
  for (const { owner, declarations } of declared) {
    for (const [name, declaration] of Object.entries(declarations)) {
      const other = registry.get(name)
      if (other !== undefined) throw new Error(`parameter ${name} is declared by ${other.owner} and by ${owner}`)
      registry.set(name, { owner, declaration })
    }
  }
  return registry
}

/** A scope of plain texts, for tests: what is not among the values has the default of its declaration. */
export function scopeOf(values: Readonly<Record<string, string>>, ...declared: readonly Declared[]): Scope {
  const place = { file: 'test', line: 1, column: 1 }
  const assignments = Object.fromEntries(Object.entries(values).map(([name, text]) => [name, { text, place }]))
  return createScope({ assignments, registry: registryOf(...new Set(declared)) })
}

class LayeredScope implements Scope {
  readonly #assigned: ReadonlyMap<string, string>
  readonly #parent: LayeredScope | undefined
  readonly #outer: Scope | undefined
  readonly #registry: Registry
  readonly #texts = new Map<string, string>()
  readonly #values = new WeakMap<Declared, object>()
  /** Names being expanded, outermost first. */
  readonly #open: string[] = []

  constructor({ assignments, parent, registry }: ScopeOptions) {
    this.#assigned = new Map(Object.entries(assignments).map(([name, { text }]) => [name, text]))
    this.#parent = parent instanceof LayeredScope ? parent : undefined
    this.#outer = parent instanceof LayeredScope ? undefined : parent
    this.#registry = registry
  }

  values<D extends Record<string, Declaration>>(declared: Declared<D>): Values<D> {
    const known = this.#values.get(declared)
    if (known !== undefined) return known as Values<D>
    const parsed: Record<string, unknown> = {}
    for (const [name, declaration] of Object.entries(declared.declarations)) {
      const text = declaration.raw === true ? this.#rawText(name, declaration) : this.text(name)
      parsed[name] = parseValue(name, text ?? this.#expanded(name, declaration.default), declaration)
    }
    const frozen = Object.freeze(parsed)
    this.#values.set(declared, frozen)
    return frozen as Values<D>
  }

  text(name: string): string | undefined {
    const registered = this.#registry.get(name)
    if (registered?.declaration.raw === true) return this.#rawText(name, registered.declaration)
    const ready = this.#texts.get(name)
    if (ready !== undefined) return ready
    if (this.#open.includes(name)) {
      const way = [...this.#open.slice(this.#open.indexOf(name)), name].map((each) => `$${each}`).join(' -> ')
      throw new ParameterError(this.#open[0] ?? name, `refers to itself: ${way}`)
    }
    const raw = this.#raw(name)
    const text = raw === undefined ? this.#fallback(name) : this.#expanded(name, raw)
    if (text !== undefined) this.#texts.set(name, text)
    return text
  }

  expand(template: string): string {
    try {
      return expand(template, (name) => this.text(name))
    } catch (error) {
      throw error instanceof ExpansionError ? new ParameterError(this.#open[0] ?? '', error.message) : error
    }
  }

  under(texts: Readonly<Record<string, string>>): Scope {
    const place = { file: '', line: 0, column: 0 }
    const assignments = Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, { text, place }]))
    return new LayeredScope({ assignments, parent: this, registry: this.#registry })
  }

  #rawText(name: string, declaration: Declaration): string {
    return this.#raw(name) ?? declaration.default
  }

  /** As assigned here or further up. */
  #raw(name: string): string | undefined {
    const own = this.#assigned.get(name)
    return own === undefined && this.#parent !== undefined ? this.#parent.#raw(name) : own
  }

  #fallback(name: string): string | undefined {
    const computed = MACHINE_DEFAULTS.get(name)
    if (computed !== undefined) return this.#within(name, () => computed(this.#known))
    const outer = this.#outer?.text(name)
    if (outer !== undefined) return outer
    const registered = this.#registry.get(name)
    return registered === undefined ? undefined : this.#expanded(name, registered.declaration.default)
  }

  readonly #known = {
    assigned: (name: string) => this.#raw(name) !== undefined,
    text: (name: string) => this.text(name),
  }

  #expanded(name: string, raw: string): string {
    if (!raw.includes('$')) return raw
    return this.#within(name, () => this.expand(raw))
  }

  #within<T>(name: string, work: () => T): T {
    this.#open.push(name)
    try {
      return work()
    } finally {
      this.#open.pop()
    }
  }
}
