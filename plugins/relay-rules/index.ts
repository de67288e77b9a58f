/**
 * relay-rules: who may send where. The restrictions that keep a gateway from being an open relay.
 * Postfix: permit_mynetworks, permit_inet_interfaces, permit_sasl_authenticated, permit_tls_clientcerts,
 * permit_auth_destination, reject_unauth_destination, defer_unauth_destination, relay_domains_reject_code, relay_clientcerts.
 */
import {
  type AccessRequest,
  code,
  declare,
  definePlugin,
  list,
  type PluginContext,
  permit,
  refusal,
  type Table,
  type Verdict,
} from '#postern'
import type { RelayRulesOptions } from '../../schemas/plugins/relay-rules.d.ts'
import schema from '../../schemas/plugins/relay-rules.json' with { type: 'json' }

const PARAMETERS = declare('plugin:relay-rules', {
  relay_domains_reject_code: code('554', 'Reply code of reject_unauth_destination.'),
  relay_clientcerts: list('', 'Tables with the fingerprints of client certificates that permit_tls_clientcerts lets in.'),
})

type Rule = RelayRulesOptions['rule']
type Check = (request: AccessRequest) => Verdict | undefined | Promise<Verdict | undefined>

/** The code of defer_unauth_destination; no parameter changes it. */
const DEFER_CODE = 454

const permitIf = (yes: boolean): Verdict | undefined => (yes ? permit() : undefined)

/** Refuses, with this code, recipients that are not ours to take. */
function unauthorised(context: PluginContext, replyCode: number): Check {
  const denied = ({ text }: { readonly text: string }) => refusal(replyCode, '5.7.1', `<${text}>: Relay access denied`)
  return ({ recipient }) => {
    if (recipient === undefined) return undefined
    const ours = context.destinations.isAuthorised(recipient.text)
    if (ours instanceof Promise) return ours.then((yes) => (yes ? undefined : denied(recipient)))
    return ours ? undefined : denied(recipient)
  }
}

async function clientCertificates(context: PluginContext): Promise<Check> {
  const specs = context.parameters.values(PARAMETERS).relay_clientcerts
  const tables: readonly Table[] = await Promise.all(specs.map((spec) => context.tables.open(spec)))
  return async ({ session }) => {
    const prints = [session.tls?.fingerprint, session.tls?.publicKeyFingerprint]
    for (const table of tables)
      for (const print of prints) if (print !== undefined && (await table.lookup(print)) !== undefined) return permit()
    return undefined
  }
}

/** Each rule, made ready for one pipeline entry. */
const RULES: Readonly<Record<Rule, (context: PluginContext) => Check | Promise<Check>>> = {
  permit_mynetworks: async (context) => {
    const parent = (context.parameters.text('parent_domain_matches_subdomains') ?? '').split(/[\s,]+/).includes('mynetworks')
    const networks = await context.matchList(context.parameters.text('mynetworks') ?? '', { parent })
    return ({ client }) => {
      const mine = networks.client(client)
      return mine instanceof Promise ? mine.then(permitIf) : permitIf(mine)
    }
  },
  permit_inet_interfaces:
    ({ destinations }) =>
    ({ client }) =>
      permitIf(destinations.isOwnAddress(client.address)),
  permit_sasl_authenticated:
    () =>
    ({ session }) =>
      permitIf(session.sasl !== undefined),
  permit_tls_clientcerts: clientCertificates,
  permit_auth_destination:
    ({ destinations }) =>
    ({ recipient }) => {
      if (recipient === undefined) return undefined
      const ours = destinations.isAuthorised(recipient.text)
      return ours instanceof Promise ? ours.then(permitIf) : permitIf(ours)
    },
  reject_unauth_destination: (context) => unauthorised(context, context.parameters.values(PARAMETERS).relay_domains_reject_code),
  defer_unauth_destination: (context) => unauthorised(context, DEFER_CODE),
}

const rule = (name: Rule) => (): RelayRulesOptions => ({ rule: name })

export default definePlugin<RelayRulesOptions>({
  name: 'relay-rules',
  stages: ['connect', 'helo', 'mail', 'relay', 'rcpt', 'data', 'end_of_data', 'etrn', 'vrfy'],
  schema,
  parameters: PARAMETERS,
  restrictions: Object.fromEntries((Object.keys(RULES) as Rule[]).map((name) => [name, rule(name)])),
  async setup(options, context) {
    return { access: await RULES[options.rule](context) }
  },
})
