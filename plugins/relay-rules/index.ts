/**
 * relay-rules: who may send where. The restrictions that keep a gateway from being an open relay.
 * Postfix: permit_mynetworks, permit_inet_interfaces, permit_sasl_authenticated, permit_tls_clientcerts,
 * permit_tls_all_clientcerts, permit_auth_destination, permit_mx_backup, reject_unauth_destination, defer_unauth_destination,
 * check_relay_domains, relay_domains_reject_code, relay_clientcerts, permit_mx_backup_networks.
 */
import {
  type AccessRequest,
  clientSubject,
  code,
  declare,
  defer,
  definePlugin,
  list,
  type PluginContext,
  permit,
  refusal,
  stageSubject,
  type Table,
  TableError,
  type Verdict,
} from '#postern'
import type { RelayRulesOptions } from '../../schemas/plugins/relay-rules.d.ts'
import schema from '../../schemas/plugins/relay-rules.json' with { type: 'json' }
import { mxBackup } from './mx-backup.ts'

const PARAMETERS = declare('plugin:relay-rules', {
  relay_domains_reject_code: code('554', 'Reply code of reject_unauth_destination.'),
  permit_mx_backup_networks: list('', 'Networks that must hold every primary MX host of a domain that permit_mx_backup takes.'),
  relay_clientcerts: list('', 'Tables with the fingerprints of client certificates that permit_tls_clientcerts lets in.'),
})

type Rule = RelayRulesOptions['rule']
type Check = (request: AccessRequest) => Verdict | undefined | Promise<Verdict | undefined>

/** The code of defer_unauth_destination; no parameter changes it. */
const DEFER_CODE = 454

/** Lets the client in, and says by which rule. */
const welcome = (name: Rule, request: AccessRequest): Verdict => permit(name, clientSubject(request))

/** The answer of a rule about the recipient. */
function recipientIf(yes: boolean, name: Rule, recipient: string): Verdict | undefined {
  return yes ? permit(name, { name: recipient, class: 'Recipient address' }) : undefined
}

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
  return async (request) => {
    const { tls } = request.session
    for (const table of tables)
      for (const print of [tls?.fingerprint, tls?.publicKeyFingerprint])
        if (print !== undefined && (await table.lookup(print)) !== undefined) return welcome('permit_tls_clientcerts', request)
    return undefined
  }
}

/** Takes what comes from or goes to relay_domains; refuses all else in words of its own. */
async function relayDomains(context: PluginContext): Promise<Check> {
  const replyCode = context.parameters.values(PARAMETERS).relay_domains_reject_code
  const parent = (context.parameters.text('parent_domain_matches_subdomains') ?? '').split(/[\s,]+/).includes('relay_domains')
  const domains = await context.matchList(context.parameters.text('relay_domains') ?? '', { parent })
  return async (request) => {
    const { client, recipient } = request
    if (await domains.name(client.name)) return welcome('check_relay_domains', request)
    if (recipient === undefined) return undefined
    if (await context.destinations.isAuthorised(recipient.text)) return recipientIf(true, 'check_relay_domains', recipient.text)
    return refusal(replyCode, '5.7.1', `<${recipient.text}>: Recipient address rejected: Relay access denied`)
  }
}

/** Each rule, made ready for one pipeline entry. */
const RULES: Readonly<Record<Rule, (context: PluginContext) => Check | Promise<Check>>> = {
  permit_mynetworks: async (context) => {
    const parent = (context.parameters.text('parent_domain_matches_subdomains') ?? '').split(/[\s,]+/).includes('mynetworks')
    const networks = await context.matchList(context.parameters.text('mynetworks') ?? '', { parent })
    return (request) => {
      const mine = networks.client(request.client)
      const settle = (yes: boolean) => (yes ? welcome('permit_mynetworks', request) : undefined)
      return mine instanceof Promise ? mine.then(settle) : settle(mine)
    }
  },
  permit_inet_interfaces:
    ({ destinations }) =>
    (request) =>
      destinations.isOwnAddress(request.client.address) ? welcome('permit_inet_interfaces', request) : undefined,
  permit_sasl_authenticated: () => (request) =>
    request.session.sasl === undefined ? undefined : welcome('permit_sasl_authenticated', request),
  permit_tls_clientcerts: clientCertificates,
  permit_tls_all_clientcerts: () => (request) =>
    request.session.tls?.isTrusted === true ? welcome('permit_tls_all_clientcerts', request) : undefined,
  permit_mx_backup: (context) => mxBackup(context, context.parameters.values(PARAMETERS).permit_mx_backup_networks),
  check_relay_domains: relayDomains,
  permit_auth_destination:
    ({ destinations }) =>
    ({ recipient }) => {
      if (recipient === undefined) return undefined
      const ours = destinations.isAuthorised(recipient.text)
      const settle = (yes: boolean) => recipientIf(yes, 'permit_auth_destination', recipient.text)
      return ours instanceof Promise ? ours.then(settle) : settle(ours)
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
    const check = await RULES[options.rule](context)
    const failed = (error: unknown, request: AccessRequest): Verdict => {
      if (!(error instanceof TableError)) throw error
      context.log.warn(`${context.id}: ${error.message}`)
      return defer(451, '4.3.0', `<${request.recipient?.text ?? stageSubject(request).name}>: Temporary lookup failure`, {
        trouble: 'data',
      })
    }
    return {
      access(request) {
        try {
          const answer = check(request)
          return answer instanceof Promise ? answer.catch((error) => failed(error, request)) : answer
        } catch (error) {
          return failed(error, request)
        }
      },
    }
  },
})
