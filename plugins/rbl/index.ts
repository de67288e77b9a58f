/**
 * rbl: refuses, or lets in, clients and names that DNS lists know.
 * Postfix: reject_rbl_client, reject_rhsbl_{client,reverse_client,helo,sender,recipient}, permit_dnswl_client,
 * permit_rhswl_client, reject_maps_rbl, default_rbl_reply, rbl_reply_maps, maps_rbl_reject_code, maps_rbl_domains.
 */
import {
  type Answer,
  clientSubject,
  code,
  declare,
  defer,
  definePlugin,
  expansionFilter,
  list,
  permit,
  text,
  type Verdict,
} from '#postern'
import type { RblOptions } from '../../schemas/plugins/rbl.d.ts'
import schema from '../../schemas/plugins/rbl.json' with { type: 'json' }
import { type DnsList, parseList } from './lists.ts'
import { type Listing, rblReply } from './reply.ts'
import { QUERIES, type Query } from './subjects.ts'

const PARAMETERS = declare('plugin:rbl', {
  maps_rbl_reject_code: code('554', 'Reply code for clients and names on a block list.'),
  default_rbl_reply: text(
    '$rbl_code Service unavailable; $rbl_class [$rbl_what] blocked using $rbl_domain${rbl_reason?; $rbl_reason}',
    'Reply to clients on a block list, with $name expansion, for lists without their own in rbl_reply_maps.',
    { raw: true },
  ),
  maps_rbl_domains: list('', 'The lists that reject_maps_rbl asks; better name them with reject_rbl_client.'),
  rbl_reply_maps: list('', 'Tables from a list (with its filter, or its domain alone) to the reply for it.'),
})

/** Among lists it stands for those of that parameter. */
const OF_PARAMETER = '$maps_rbl_domains'

/** Argument -> options, by restriction. */
function listed(subject: RblOptions['subject'], allow = false): (argument: string) => RblOptions {
  return (argument) => {
    if (argument === '') throw new Error('expected the domain name of a DNS list')
    return { lists: [argument], subject, allow }
  }
}

/** Names of permits in the log. */
const ALLOWED: Readonly<Partial<Record<NonNullable<RblOptions['subject']>, string>>> = {
  client: 'permit_dnswl_client',
  client_name: 'permit_rhswl_client',
}

export default definePlugin<RblOptions>({
  name: 'rbl',
  stages: ['connect', 'helo', 'mail', 'relay', 'rcpt', 'data', 'end_of_data', 'etrn', 'vrfy'],
  schema,
  parameters: PARAMETERS,
  restrictions: {
    reject_rbl_client: listed('client'),
    reject_rbl: listed('client'),
    reject_maps_rbl: () => ({ lists: [OF_PARAMETER], subject: 'client', allow: false }),
    reject_rhsbl_client: listed('client_name'),
    reject_rhsbl_reverse_client: listed('reverse_client'),
    reject_rhsbl_helo: listed('helo'),
    reject_rhsbl_sender: listed('sender'),
    reject_rhsbl_recipient: listed('recipient'),
    permit_dnswl_client: listed('client', true),
    permit_rhswl_client: listed('client_name', true),
  },
  async setup(options, { id, parameters, dns, tables, log }) {
    const values = parameters.values(PARAMETERS)
    const lists = options.lists.flatMap((each) => (each === OF_PARAMETER ? values.maps_rbl_domains : [each])).map(parseList)
    const allowed = expansionFilter(parameters)
    const replies = await Promise.all(values.rbl_reply_maps.map((spec) => tables.open(spec)))

    const ask = async (query: Query, { domain }: DnsList): Promise<Answer<'A'>> => {
      const answer = await dns.resolve(`${query.name}.${domain}`, 'A')
      if (answer.status === 'failed') log.warn(`${query.name}.${domain}: RBL lookup error: ${answer.reason}`)
      return answer
    }
    const reasonOf = async (query: Query, { domain }: DnsList): Promise<string> => {
      const answer = await dns.resolve(`${query.name}.${domain}`, 'TXT')
      // Of a text in several strings Postfix knows the first.
      return answer.records.map(({ data, strings = [data] }) => strings[0] ?? '').join(' / ')
    }
    const templateOf = async ({ spec, domain }: DnsList): Promise<string> => {
      for (const table of replies) {
        const found = (await table.lookup(spec)) ?? (await table.lookup(domain))
        if (found !== undefined) return found
      }
      return values.default_rbl_reply
    }
    const unreadable = (error: unknown): undefined => {
      log.warn(`rbl_reply_maps: ${error instanceof Error ? error.message : String(error)}`)
    }
    const isHit = (answer: Answer<'A'>, { matches }: DnsList) => answer.records.some(({ data }) => matches(data))
    /** An allow list that can not be asked: nothing may be refused for good now. */
    const unknown = ({ what, class: kind }: Query) => defer(450, '4.7.1', `<${what}>: ${kind} rejected: Service unavailable`)

    return {
      async access(request): Promise<Verdict | undefined> {
        const query = QUERIES[options.subject](request)
        if (query === undefined) return undefined
        // All are asked at once; the first in order that has an answer decides, as if asked one by one.
        const answers = lists.map((each) => ask(query, each))
        for (const [i, each] of lists.entries()) {
          const answer = (await answers[i]) as Answer<'A'>
          if (answer.status === 'failed' && options.allow) request.deferIfReject(unknown(query))
          if (!isHit(answer, each)) continue
          if (options.allow) return permit(ALLOWED[options.subject] ?? id, clientSubject(request))
          const listing: Listing = { list: each, query, reason: await reasonOf(query, each) }
          const template = await templateOf(each).catch(unreadable)
          if (template === undefined) return defer(451, '4.3.5', 'Server configuration error')
          return rblReply(template, values.maps_rbl_reject_code, listing, request, allowed)
        }
        return undefined
      },
    }
  },
})
