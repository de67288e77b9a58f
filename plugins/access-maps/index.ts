/**
 * access-maps: asks access(5) tables about the client, HELO, sender, recipient, ETRN domain, certificate or login, and does
 * what they say.
 * Postfix: check_client_access, check_reverse_client_hostname_access, check_helo_access, check_sender_access,
 * check_recipient_access, check_etrn_access, check_ccert_access, check_sasl_access.
 */
import { type AccessRequest, defer, definePlugin, searchRules, type Verdict } from '#postern'
import type { AccessMapsOptions } from '../../schemas/plugins/access-maps.d.ts'
import schema from '../../schemas/plugins/access-maps.json' with { type: 'json' }
import { certificateArgument } from './certificates.ts'
import { SUBJECTS } from './subjects.ts'

type SubjectName = AccessMapsOptions['subject']

/** The name of the restriction that asks about each subject. */
const RESTRICTIONS: Readonly<Record<SubjectName, string>> = {
  client: 'check_client_access',
  reverse_client: 'check_reverse_client_hostname_access',
  helo: 'check_helo_access',
  sender: 'check_sender_access',
  recipient: 'check_recipient_access',
  etrn: 'check_etrn_access',
  certificate: 'check_ccert_access',
  login: 'check_sasl_access',
}

function argued(subject: SubjectName): (argument: string) => AccessMapsOptions {
  return (argument) => {
    const { table, search_order } =
      subject === 'certificate' ? certificateArgument(argument) : { table: argument, search_order: [] }
    if (!table.includes(':')) throw new Error(`expected type:name, found "${argument}"`)
    return { subject, table, search_order }
  }
}

export default definePlugin<AccessMapsOptions>({
  name: 'access-maps',
  stages: ['connect', 'helo', 'mail', 'relay', 'rcpt', 'data', 'end_of_data', 'etrn', 'vrfy'],
  schema,
  restrictions: Object.fromEntries(
    (Object.keys(RESTRICTIONS) as SubjectName[]).map((subject) => [RESTRICTIONS[subject], argued(subject)]),
  ),
  async setup(options, { tables, parameters, destinations, actions, log }) {
    const table = await tables.open(options.table)
    const row = SUBJECTS[options.subject]
    const search = { table, rules: searchRules(parameters), destinations, order: options.search_order ?? [] }

    const unreadable = (error: unknown, name: string): Verdict => {
      log.warn(`${options.table}: ${error instanceof Error ? error.message : String(error)}`)
      return defer(451, '4.3.5', `<${name}>: ${row.class} rejected: Server configuration error`)
    }
    const apply = (value: string | undefined, request: AccessRequest, name: string) => {
      if (value === undefined) return undefined
      const subject = { name, class: row.class, source: options.table }
      return row.mayPermit === false
        ? actions.restrictive(value, request, subject, RESTRICTIONS[options.subject])
        : actions.apply(value, request, subject)
    }
    return {
      access(request) {
        const name = row.name(request)
        if (name === undefined) return undefined
        let hit: ReturnType<typeof row.search>
        try {
          hit = row.search(request, search)
        } catch (error) {
          return unreadable(error, name)
        }
        if (!(hit instanceof Promise)) return apply(hit?.value, request, name)
        return hit.then(
          (late) => apply(late?.value, request, name),
          (error) => unreadable(error, name),
        )
      },
    }
  },
})
