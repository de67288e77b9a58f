/**
 * greylist: puts strangers off for a while, because senders of spam seldom come back. What it knows is shared state, so that
 * all workers and gateways agree. Postfix has none: behaviour and names are postgrey's.
 */
import {
  type AccessRequest,
  defer,
  definePlugin,
  parseTime,
  searchMail,
  searchRules,
  type Table,
  type Transaction,
} from '#postern'
import type { GreylistOptions } from '../../schemas/plugins/greylist.d.ts'
import schema from '../../schemas/plugins/greylist.json' with { type: 'json' }
import { GreylistMemory } from './memory.ts'
import { clientKey, senderKey } from './triplet.ts'

export default definePlugin<Required<GreylistOptions>>({
  name: 'greylist',
  stages: ['rcpt'],
  schema,
  async setup(options, { state, tables, matchList, parameters, clock }) {
    const memory = new GreylistMemory(state.use('greylist', { onFailure: options.on_failure }), {
      delay: timeOf(options, 'delay'),
      maxAge: timeOf(options, 'max_age'),
      retryWindow: timeOf(options, 'retry_window'),
      autoWhitelist: options.auto_whitelist_clients,
    })
    const clients =
      options.whitelist_clients.length === 0 ? undefined : await matchList(options.whitelist_clients, { parent: true })
    const recipients = await Promise.all(options.whitelist_recipients.map((spec) => tables.open(spec)))
    const rules = { ...searchRules(parameters), parent: true }
    const isWanted = async (address: string): Promise<boolean> => {
      for (const table of recipients as Table[]) if ((await searchMail(table, address, rules)) !== undefined) return true
      return false
    }
    /** Transactions that carry the header already. */
    const marked = new WeakSet<Transaction>()
    const mark = (request: AccessRequest, waited: number): void => {
      const { transaction } = request.session
      if (transaction === undefined || marked.has(transaction) || options.x_greylist_header === '') return
      marked.add(transaction)
      const values = { t: Math.round(waited / 1000), h: parameters.text('myhostname') ?? '', d: mailDate(clock.now()) }
      request.edit({ kind: 'prepend', header: expand(options.x_greylist_header, values) })
    }

    return {
      async access(request) {
        const { client, sender, recipient } = request
        if (recipient === undefined || (await clients?.client(client))) return undefined
        const address = recipient.text.toLowerCase()
        if (recipients.length > 0 && (await isWanted(address))) return undefined
        const network = clientKey(client, options)
        const triplet = `${network} <${senderKey(sender?.text ?? '')}> <${address}>`
        const judgement = await memory.judge(network, triplet, clock.now())
        if (!judgement.passes) {
          const text = expand(options.greylist_text, { s: Math.ceil(judgement.left / 1000), r: recipient.domain })
          // Another step may yet refuse for good.
          request.deferIfPermit(defer(450, '4.2.0', `<${recipient.text}>: Recipient address rejected: ${text}`))
        } else if (judgement.waited !== undefined) mark(request, judgement.waited)
        return undefined
      },
    }
  },
})

function timeOf(options: Required<GreylistOptions>, name: 'delay' | 'max_age' | 'retry_window'): number {
  try {
    return parseTime(options[name])
  } catch (error) {
    throw new Error(`${name}: ${(error as Error).message} ("${options[name]}")`)
  }
}

function expand(template: string, values: Readonly<Record<string, string | number>>): string {
  return template.replace(/%([a-z])/g, (whole, letter: string) =>
    Object.hasOwn(values, letter) ? String(values[letter]) : whole,
  )
}

/** RFC 5322 3.3 */
function mailDate(now: number): string {
  return new Date(now).toUTCString().replace('GMT', '+0000')
}
