/** One address through the tables, over and over: what it becomes in the end. Postfix: cleanup_map1n, virtual(5). */
import type { AddressMap } from '#postern'

/** An alias that goes beyond a limit; the message says what and where. */
export class UnreasonableAlias extends Error {}

/** Postfix's parameters. */
export interface Limits {
  readonly virtual_alias_expansion_limit: number
  readonly virtual_alias_recursion_limit: number
  readonly virtual_alias_address_length_limit: number
}

/** The addresses in place of one, in order; itself when no table knows it. Rejects with UnreasonableAlias or TableError. */
export type Expander = (address: string) => Promise<readonly string[]>

/** Builds it. */
export function createExpander(aliases: AddressMap, limits: Limits): Expander {
  return (address) => new Expansion(address, aliases, limits).run()
}

class Expansion {
  readonly #from: string
  readonly #aliases: AddressMap
  readonly #limits: Limits
  /** What the address has become so far; it grows while it is gone through. */
  readonly #addresses: string[]
  /** Addresses that are among their own results, without letter case: they stay. */
  readonly #final = new Set<string>()

  constructor(address: string, aliases: AddressMap, limits: Limits) {
    this.#from = address
    this.#aliases = aliases
    this.#limits = limits
    this.#addresses = [address]
  }

  async run(): Promise<readonly string[]> {
    for (let i = 0; i < this.#addresses.length; i++) {
      if (this.#addresses.length > this.#limits.virtual_alias_expansion_limit)
        throw new UnreasonableAlias(`map expansion size for ${this.#from}`)
      await this.#follow(i)
    }
    return this.#addresses
  }

  /** Looks one address up until nothing is found. Of a list the first takes its place, the others come last. */
  async #follow(i: number): Promise<void> {
    for (let times = 0; ; times++) {
      const address = this.#addresses[i] ?? ''
      if (this.#final.has(address.toLowerCase())) return
      if (times >= this.#limits.virtual_alias_recursion_limit) throw new UnreasonableAlias(`map nesting for ${this.#from}`)
      const found = await this.#aliases.map(address)
      if (found === undefined) return
      for (const result of found) this.#checkLength(result)
      const [first = '', ...more] = found
      this.#addresses[i] = first
      this.#addresses.push(...more)
      if (found.some((result) => result.toLowerCase() === address.toLowerCase())) this.#final.add(address.toLowerCase())
    }
  }

  #checkLength(address: string): void {
    if (Buffer.byteLength(address) > this.#limits.virtual_alias_address_length_limit)
      throw new UnreasonableAlias(`result ${address.slice(0, 300)}...`)
  }
}
