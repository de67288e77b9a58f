/**
 * access-maps: asks access(5) tables about the client, HELO, sender or recipient, and does what they say.
 * Postfix: check_client_access, check_reverse_client_hostname_access, check_helo_access, check_sender_access,
 * check_recipient_access.
 */
import { type AccessRequest, defer, definePlugin, searchRules, type Verdict } from '#postern'
import type { AccessMapsOptions } from '../../schemas/plugins/access-maps.d.ts'
import schema from '../../schemas/plugins/access-maps.json' with { type: 'json' }
import { SUBJECTS } from './subjects.ts'

/** The name of the restriction that asks about each subject. */
const RESTRICTIONS: Readonly<Record<AccessMapsOptions['subject'], string>> = {
  client: 'check_client_access',
  reverse_client: 'check_reverse_client_hostname_access',
  helo: 'check_helo_access',
  sender: 'check_sender_access',
  recipient: 'check_recipient_access',
}

function argued(subject: AccessMapsOptions['subject']): (argument: string) => AccessMapsOptions {
  return (argument) => {
    if (!argument.includes(':')) throw new Error(`${RESTRICTIONS[subject]}: expected type:name, found "${argument}"`)
    return { subject, table: argument }
  }
}

export default definePlugin<AccessMapsOptions>({
  name: 'access-maps',
  stages: ['connect', 'helo', 'mail', 'relay', 'rcpt', 'data', 'end_of_data', 'etrn', 'vrfy'],
  schema,
  restrictions: Object.fromEntries(
    (Object.keys(RESTRICTIONS) as AccessMapsOptions['subject'][]).map((subject) => [RESTRICTIONS[subject], argued(subject)]),
  ),
  async setup(options, { tables, parameters, destinations, actions, log }) {
    const table = await tables.open(options.table)
    const rules = searchRules(parameters)
    const row = SUBJECTS[options.subject]

    const unreadable = (error: unknown, name: string): Verdict => {
      log.warn(`${options.table}: ${error instanceof Error ? error.message : String(error)}`)
      return defer(451, '4.3.5', `<${name}>: ${row.class} rejected: Server configuration error`)
    }
    const apply = (value: string | undefined, request: AccessRequest, name: string) =>
      value === undefined ? undefined : actions.apply(value, request, { name, class: row.class, source: options.table })
    return {
      access(request) {
        const name = row.name(request)
        if (name === undefined) return undefined
        try {
          const hit = row.search(table, request, rules, destinations)
          if (!(hit instanceof Promise)) return apply(hit?.value, request, name)
          return hit.then(
            (late) => apply(late?.value, request, name),
            (error) => unreadable(error, name),
          )
        } catch (error) {
          return unreadable(error, name)
        }
      },
    }
  },
})
