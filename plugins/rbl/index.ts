/**
 * rbl: refuses, or lets in, clients and names that DNS lists know.
 * Postfix: reject_rbl_client, reject_rhsbl_{client,reverse_client,helo,sender,recipient}, permit_dnswl_client,
 * permit_rhswl_client, reject_maps_rbl, default_rbl_reply, rbl_reply_maps, maps_rbl_reject_code, maps_rbl_domains.
 */
import {
  type AccessRequest,
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
import { Lookups } from './lookups.ts'
import { replier } from './reply.ts'
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

type Asked = Answer<'A'> | Promise<Answer<'A'>>
type Decision = Verdict | undefined | Promise<Verdict | undefined>

/** Among lists it stands for those of that parameter. */
const OF_PARAMETER = '$maps_rbl_domains'

/** Argument -> options, by restriction. */
function listed(subject: RblOptions['subject'], allow = false): (argument: string) => RblOptions {
  return (argument) => {
    if (argument === '') throw new Error('expected the domain name of a DNS list')
    return { lists: [argument], subject, allow, ahead: true }
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
    reject_maps_rbl: () => ({ lists: [OF_PARAMETER], subject: 'client', allow: false, ahead: true }),
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
    const lookups = new Lookups(dns, lists)
    const queryOf = QUERIES[options.subject]
    const refused = replier({
      code: values.maps_rbl_reject_code,
      template: values.default_rbl_reply,
      tables: await Promise.all(values.rbl_reply_maps.map((spec) => tables.open(spec))),
      allowed: expansionFilter(parameters),
      warn: (message) => log.warn(message),
    })
    /** An allow list that can not be asked: nothing may be refused for good now. */
    const unknown = ({ what, class: kind }: Query) => defer(450, '4.7.1', `<${what}>: ${kind} rejected: Service unavailable`)
    /** An answer that is remembered is told of once. */
    const told = new WeakSet<Answer>()
    const failed = (query: Query, { domain }: DnsList, answer: Answer, request: AccessRequest): void => {
      if (!told.has(answer)) log.warn(`${query.name}.${domain}: RBL lookup error: ${answer.reason}`)
      told.add(answer)
      if (options.allow) request.deferIfReject(unknown(query))
    }
    const listedBy = async (query: Query, list: DnsList, request: AccessRequest): Promise<Verdict> => {
      if (options.allow) return permit(ALLOWED[options.subject] ?? id, clientSubject(request))
      return refused({ list, query, reason: await lookups.reason(query, list) }, request)
    }
    /** The first in order that knows the subject decides, as if they were asked one by one. */
    const decide = (query: Query, answers: readonly Asked[], request: AccessRequest): Decision => {
      for (const [i, answer] of answers.entries()) {
        const list = lists[lists.length - answers.length + i]
        if (list === undefined) continue
        if (answer instanceof Promise) return answer.then((late) => decide(query, [late, ...answers.slice(i + 1)], request))
        if (answer.status === 'failed') failed(query, list, answer, request)
        if (answer.records.some(({ data }) => list.matches(data))) return listedBy(query, list, request)
      }
      return undefined
    }
    const begin = (request: AccessRequest): void => {
      const query = queryOf(request)
      if (query !== undefined) lookups.begin(query)
    }
    return {
      access(request) {
        const query = queryOf(request)
        return query === undefined ? undefined : decide(query, lookups.all(query), request)
      },
      ...(options.ahead ? { prepare: begin } : {}),
    }
  },
})
