/**
 * sender-login: lets clients use only the sender addresses that their login owns.
 * Postfix: reject_sender_login_mismatch, reject_authenticated_sender_login_mismatch,
 * reject_unauthenticated_sender_login_mismatch, reject_known_sender_login_mismatch, smtpd_sender_login_maps.
 */
import { type Address, declare, defer, definePlugin, list, type Refusal, reject, searchUser, splitList, userKeys } from '#postern'
import type { SenderLoginOptions } from '../../schemas/plugins/sender-login.d.ts'
import schema from '../../schemas/plugins/sender-login.json' with { type: 'json' }

const PARAMETERS = declare('plugin:sender-login', {
  smtpd_sender_login_maps: list('', 'Tables from sender address to the login names that own it.'),
})
type Clients = NonNullable<SenderLoginOptions['clients']>
type Owners = readonly string[] | undefined

const rejected = (sender: string, why: string): Refusal => reject(553, '5.7.1', `<${sender}>: Sender address rejected: ${why}`)

/** Logged in: the login must be one of the owners. A sender that nobody owns is nobody's, unless `mayBeFree`. */
function authenticated(sender: string, owners: Owners, login: string, mayBeFree: boolean): Refusal | undefined {
  if (owners === undefined ? mayBeFree : owners.includes(login.toLowerCase())) return undefined
  return rejected(sender, `not owned by user ${login}`)
}

/** Not logged in: a sender with an owner is refused. */
function unauthenticated(sender: string, owners: Owners): Refusal | undefined {
  return owners === undefined ? undefined : rejected(sender, 'not logged in')
}

type Rule = (sender: string, owners: Owners, login: string | undefined) => Refusal | undefined

const RULES: Readonly<Record<Clients, Rule>> = {
  all: (sender, owners, login) =>
    login === undefined ? unauthenticated(sender, owners) : authenticated(sender, owners, login, false),
  authenticated: (sender, owners, login) => (login === undefined ? undefined : authenticated(sender, owners, login, false)),
  unauthenticated: (sender, owners, login) => (login === undefined ? unauthenticated(sender, owners) : undefined),
  known_senders: (sender, owners, login) =>
    login === undefined ? unauthenticated(sender, owners) : authenticated(sender, owners, login, true),
}

const about = (clients: Clients) => (): SenderLoginOptions => ({ clients })

export default definePlugin<SenderLoginOptions>({
  name: 'sender-login',
  stages: ['connect', 'helo', 'mail', 'relay', 'rcpt', 'data', 'end_of_data', 'etrn', 'vrfy'],
  schema,
  parameters: PARAMETERS,
  restrictions: {
    reject_sender_login_mismatch: about('all'),
    reject_authenticated_sender_login_mismatch: about('authenticated'),
    reject_unauthenticated_sender_login_mismatch: about('unauthenticated'),
    reject_known_sender_login_mismatch: about('known_senders'),
  },
  async setup({ clients = 'all' }, { id, parameters, tables, destinations, log }) {
    if (parameters.text('smtpd_sasl_auth_enable') !== 'yes') {
      log.warn(`${id}: nobody can log in here (smtpd_sasl_auth_enable = no): it does nothing`)
      return { access: () => undefined }
    }
    const specs = parameters.values(PARAMETERS).smtpd_sender_login_maps
    const maps = await Promise.all(specs.map((spec) => tables.open(spec)))
    const delimiter = parameters.text('recipient_delimiter') ?? ''
    const origin = (parameters.text('myorigin') ?? '').toLowerCase()
    const rule = RULES[clients]

    /** Login names in lower case; undefined when no table knows the sender. */
    const ownersOf = async ({ text }: Address): Promise<Owners> => {
      const address = await destinations.resolve(text)
      const isOwn = address.endsWith(`@${origin}`) || (await destinations.classify(text)) === 'local'
      const hit = await searchUser(maps, userKeys(address, isOwn, delimiter))
      return hit === undefined ? undefined : splitList(hit.value.toLowerCase())
    }
    return {
      async access({ sender, session }) {
        if (sender === undefined || sender.text === '') return undefined
        let owners: Owners
        try {
          owners = await ownersOf(sender)
        } catch (error) {
          log.warn(`smtpd_sender_login_maps: ${error instanceof Error ? error.message : String(error)}`)
          return defer(451, '4.3.0', `<${sender.text}>: Temporary lookup failure`, { trouble: 'data' })
        }
        return rule(sender.text, owners, session.sasl?.username)
      },
    }
  },
})
