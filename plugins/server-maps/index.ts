/**
 * server-maps: asks access(5) tables about the hosts behind a domain: its addresses, mail exchangers or name servers.
 * Postfix: check_{client,reverse_client_hostname,helo,sender,recipient}_{a,mx,ns}_access.
 */
import {
  type AccessRequest,
  defer,
  definePlugin,
  type Hit,
  searchAddress,
  searchDomain,
  searchRules,
  type Verdict,
} from '#postern'
import type { ServerMapsOptions } from '../../schemas/plugins/server-maps.d.ts'
import schema from '../../schemas/plugins/server-maps.json' with { type: 'json' }
import { FINDERS, type Host } from './servers.ts'
import { SUBJECTS } from './subjects.ts'

type SubjectName = ServerMapsOptions['subject']
type Servers = ServerMapsOptions['servers']

/** How restrictions call each subject. */
const WORDS: Readonly<Record<SubjectName, string>> = {
  client: 'client',
  reverse_client: 'reverse_client_hostname',
  helo: 'helo',
  sender: 'sender',
  recipient: 'recipient',
}
const SERVERS: readonly Servers[] = ['a', 'mx', 'ns']

function argued(subject: SubjectName, servers: Servers): (argument: string) => ServerMapsOptions {
  return (table) => {
    if (!table.includes(':')) throw new Error(`expected type:name, found "${table}"`)
    return { subject, servers, table }
  }
}

function restrictionOf(subject: SubjectName, servers: Servers): string {
  return `check_${WORDS[subject]}_${servers}_access`
}

export default definePlugin<ServerMapsOptions>({
  name: 'server-maps',
  stages: ['connect', 'helo', 'mail', 'relay', 'rcpt', 'data', 'end_of_data', 'etrn', 'vrfy'],
  schema,
  restrictions: Object.fromEntries(
    (Object.keys(WORDS) as SubjectName[]).flatMap((subject) =>
      SERVERS.map((servers) => [restrictionOf(subject, servers), argued(subject, servers)]),
    ),
  ),
  async setup(options, { tables, parameters, dns, actions, log }) {
    const table = await tables.open(options.table)
    const rules = searchRules(parameters)
    const subject = SUBJECTS[options.subject]
    const find = FINDERS[options.servers]
    const protocols = parameters.text('inet_protocols') ?? 'all'
    const restriction = restrictionOf(options.subject, options.servers)

    /** The first host in order that the table knows: by its name and the parents of that, then by its addresses. */
    const look = async (hosts: readonly Host[]): Promise<Hit | undefined> => {
      for (const host of hosts) {
        const named = host.name === undefined ? undefined : await searchDomain(table, host.name, rules)
        if (named !== undefined) return named
        for (const address of await host.addresses()) {
          const hit = await searchAddress(table, address)
          if (hit !== undefined) return hit
        }
      }
      return undefined
    }
    const answer = async (name: string, domain: string, request: AccessRequest): Promise<Verdict | undefined> => {
      const network = { dns, protocols, who: `${subject.class} ${name}`, warn: (message: string) => log.warn(message) }
      let hit: Hit | undefined
      try {
        hit = await look(await find(domain, network))
      } catch (error) {
        log.warn(`${options.table}: ${error instanceof Error ? error.message : String(error)}`)
        return defer(451, '4.3.5', `<${name}>: ${subject.class} rejected: Server configuration error`)
      }
      if (hit === undefined) return undefined
      return actions.restrictive(hit.value, request, { name, class: subject.class, source: options.table }, restriction)
    }
    return {
      access(request) {
        const found = subject.find(request)
        return found === undefined ? undefined : answer(found.name, found.domain, request)
      },
    }
  },
})
