/** Addresses of mail exchangers, and what it means when there are none. */
import type { Resolver } from '#postern'

/** DNS did not say what had to be known. */
export class LookupFailure extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'LookupFailure'
  }
}

export class Addresses {
  readonly #dns: Resolver
  readonly #types: readonly ('A' | 'AAAA')[]

  /** @param protocols inet_protocols */
  constructor(dns: Resolver, protocols: string) {
    this.#dns = dns
    const all = protocols.includes('all')
    this.#types = (['A', 'AAAA'] as const).filter((type) => all || protocols.includes(type === 'A' ? 'ipv4' : 'ipv6'))
  }

  /** All addresses of a host. Rejects with LookupFailure when there is none, in the words of the system's resolver. */
  async of(host: string): Promise<readonly string[]> {
    const answers = await Promise.all(this.#types.map((type) => this.#dns.resolve(host, type)))
    const found = answers.flatMap(({ records }) => records.map(({ data }) => data))
    if (found.length > 0) return found
    const statuses = new Set(answers.map(({ status }) => status))
    throw new LookupFailure(`look up mail exchanger host ${host}: ${WORDS.find(([status]) => statuses.has(status))?.[1]}`)
  }
}

const WORDS = [
  ['failed', 'Temporary failure in name resolution'],
  ['empty', 'No address associated with hostname'],
  ['missing', 'Name or service not known'],
] as const
