/** What one entry asks of DNS: whether lists know a name, and what they say of it. */
import type { Answer, Resolver } from '#postern'
import type { DnsList } from './lists.ts'
import type { Query } from './subjects.ts'

type MaybePromise<T> = T | Promise<T>

/** The answers of an entry's lists to one query: asked all at once, looked at in order. */
export class Lookups {
  readonly #dns: Resolver
  readonly #lists: readonly DnsList[]

  constructor(dns: Resolver, lists: readonly DnsList[]) {
    this.#dns = dns
    this.#lists = lists
  }

  /** Begins to ask, for a later `all`. */
  begin({ name }: Query): void {
    for (const { domain } of this.#lists) this.#dns.prefetch?.(`${name}.${domain}`, 'A')
  }

  /** In the order of the lists; what is remembered is there at once. */
  all({ name }: Query): MaybePromise<Answer<'A'>>[] {
    return this.#lists.map(({ domain }) => {
      const asked = `${name}.${domain}`
      return this.#dns.known?.(asked, 'A') ?? this.#dns.resolve(asked, 'A')
    })
  }

  /** `$rbl_reason` */
  async reason({ name }: Query, { domain }: DnsList): Promise<string> {
    const answer = await this.#dns.resolve(`${name}.${domain}`, 'TXT')
    // Of a text in several strings Postfix knows the first.
    return answer.records.map(({ data, strings = [data] }) => strings[0] ?? '').join(' / ')
  }
}
