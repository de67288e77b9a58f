/**
 * A view of DNS without the records that the operator wants ignored. Postfix: smtpd_dns_reply_filter and its like; a record is
 * looked up as text, `name ttl class type preference value`, and the action IGNORE drops it.
 */
import type { Table } from '../lookup/index.ts'
import type { Answer, DnsRecord, MxData, RecordType, Resolver } from '../net/types.ts'
import { oneLine } from '../reply.ts'

/** Types that are filtered. */
const FILTERED: ReadonlySet<RecordType> = new Set(['A', 'AAAA', 'MX', 'TXT'])

export interface DnsFilterOptions {
  /** Asked in this order. */
  readonly tables: readonly Table[]
  /** Told of actions that do not exist and of tables that can not be asked. */
  warn(message: string): void
  /** Told of each record that is dropped. */
  tell(message: string): void
}

/** Wraps a resolver. An answer all of whose records are dropped is a failure, marked as filtered. */
export function filteredDns(dns: Resolver, options: DnsFilterOptions): Resolver {
  return {
    async resolve<T extends RecordType>(name: string, type: T): Promise<Answer<T>> {
      const answer = await dns.resolve(name, type)
      if (answer.status !== 'found' || !FILTERED.has(type)) return answer
      try {
        const records = await kept(answer.records, options)
        return records.length > 0 ? { ...answer, records } : emptied(answer, name, type)
      } catch (error) {
        options.warn(`DNS reply filter: ${error instanceof Error ? error.message : String(error)}`)
        const reason = `Error looking up name=${oneLine(name)} type=${type}: Invalid DNS reply filter syntax`
        return { ...answer, status: 'failed', records: [], reason }
      }
    },
    // What is begun is filtered, and told of, when it is wanted.
    prefetch: (name, type) => dns.prefetch?.(name, type),
    // The process owns what is behind it.
    close: () => {},
  }
}

function emptied<T extends RecordType>(answer: Answer<T>, name: string, type: T): Answer<T> {
  const reason = `Error looking up name=${oneLine(name)} type=${type}: DNS reply filter drops all results`
  return { ...answer, status: 'failed', isFiltered: true, records: [], reason }
}

async function kept<T extends RecordType>(records: readonly DnsRecord<T>[], options: DnsFilterOptions): Promise<DnsRecord<T>[]> {
  const out: DnsRecord<T>[] = []
  for (const record of records) {
    const text = recordText(record)
    const action = await actionFor(text, options.tables)
    if (action?.trim().toUpperCase() === 'IGNORE') options.tell(`ignoring DNS RR: ${text}`)
    else {
      if (action !== undefined) options.warn(`unknown DNS filter action: "${action}"`)
      out.push(record)
    }
  }
  return out
}

async function actionFor(text: string, tables: readonly Table[]): Promise<string | undefined> {
  for (const table of tables) {
    const action = await table.lookup(text)
    if (action !== undefined) return action
  }
  return undefined
}

/** `example.test. 300 IN MX 10 mx.example.test.` */
function recordText({ name, ttl, type, data }: DnsRecord): string {
  const value = type === 'MX' ? mxText(data as MxData) : String(data)
  return oneLine(`${name}. ${ttl} IN ${type} ${value}`)
}

function mxText({ preference, exchange }: MxData): string {
  return `${preference} ${exchange === '.' ? '' : exchange}.`
}
