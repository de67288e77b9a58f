/**
 * unknown-names: refuses clients, HELO names and addresses whose names DNS does not know.
 * Postfix: reject_unknown_client_hostname, reject_unknown_reverse_client_hostname, reject_unknown_helo_hostname,
 * reject_unknown_sender_domain, reject_unknown_recipient_domain, unknown_*_reject_code, *_tempfail_action.
 */
import { isIPv4, isIPv6 } from 'node:net'
import {
  type AccessRequest,
  choice,
  code,
  declare,
  definePlugin,
  type PluginContext,
  type Refusal,
  refusal,
  TableError,
  type Values,
  type Verdict,
} from '#postern'
import type { UnknownNamesOptions } from '../../schemas/plugins/unknown-names.d.ts'
import schema from '../../schemas/plugins/unknown-names.json' with { type: 'json' }
import { type Known, lookUpName } from './names.ts'

const ACTIONS = ['defer_if_permit', 'defer'] as const
const PARAMETERS = declare('plugin:unknown-names', {
  unknown_client_reject_code: code('450', 'Reply code of reject_unknown_client_hostname and _reverse_client_hostname.'),
  unknown_hostname_reject_code: code('450', 'Reply code of reject_unknown_helo_hostname.'),
  unknown_address_reject_code: code('450', 'Reply code of reject_unknown_sender_domain and reject_unknown_recipient_domain.'),
  reject_tempfail_action: choice(ACTIONS, 'defer_if_permit', 'What a temporary failure of these restrictions means.'),
  // The defaults are expanded before they are compared with the choices.
  unknown_helo_hostname_tempfail_action: choice(
    ACTIONS,
    '$reject_tempfail_action' as 'defer',
    'What a DNS failure means for reject_unknown_helo_hostname.',
  ),
  unknown_address_tempfail_action: choice(
    ACTIONS,
    '$reject_tempfail_action' as 'defer',
    'What a DNS failure means for reject_unknown_sender_domain and reject_unknown_recipient_domain.',
  ),
})
type Settings = Values<(typeof PARAMETERS)['declarations']>
type Check = (request: AccessRequest, settings: Settings) => Verdict | undefined | Promise<Verdict | undefined>

/** The code of temporary failures; no parameter changes it. */
const TEMPORARY = 450

/** A client whose name is not known, or not known now. */
function client(which: 'nameStatus' | 'reverseStatus', status: string, what: string): Check {
  return ({ client: peer }, settings) => {
    const found = peer[which]
    if (found === 'ok') return undefined
    const replyCode = found === 'temporary' ? TEMPORARY : settings.unknown_client_reject_code
    return refusal(replyCode, status, `Client host rejected: cannot find your ${what}, [${peer.address}]`)
  }
}

function tempfail(request: AccessRequest, action: (typeof ACTIONS)[number], refused: Refusal): Refusal | undefined {
  if (action === 'defer') return refused
  request.deferIfPermit(refused)
  return undefined
}

/** What the filter dropped may be good or bad: the administrator is told, and the list goes on. */
function warnFiltered({ log }: PluginContext, name: string, order: string): undefined {
  log.warn(`${name}: ${order} lookup error: DNS reply filter drops all results`)
}

function helo(context: PluginContext): Check {
  const syntaxCode = context.parameters.text('invalid_hostname_reject_code')
  return async (request, settings) => {
    const name = request.helo
    if (name === undefined) return undefined
    const head = `<${name}>: Helo command rejected: `
    if (name.startsWith('[')) {
      const inner = name.endsWith(']') ? name.slice(1, -1) : ''
      const isLiteral = isIPv4(inner) || (/^ipv6:/i.test(inner) && isIPv6(inner.slice(5)))
      return isLiteral ? undefined : refusal(Number(syntaxCode), '5.5.2', `${head}invalid ip address`)
    }
    const known = await lookUpName(name, context.dns, ['A', 'AAAA', 'MX'])
    if (known === 'yes' || known === 'nullMX') return undefined
    if (known === 'filtered') return warnFiltered(context, name, 'address or MX')
    const text = `${head}Host not found`
    if (known === 'no' || known === 'malformed') return refusal(settings.unknown_hostname_reject_code, '5.7.1', text)
    return tempfail(request, settings.unknown_helo_hostname_tempfail_action, refusal(TEMPORARY, '4.7.1', text))
  }
}

/** The words of a reply about an address. */
interface AddressWords {
  readonly class: string
  readonly unknown: string
  readonly nullMx: readonly [code: number, status: string]
}

function domain(context: PluginContext, which: 'sender' | 'recipient', words: AddressWords): Check {
  const { dns, destinations } = context
  return async (request, settings) => {
    const address = request[which]
    if (address === undefined || address.domain === '' || address.domain.startsWith('[')) return undefined
    let resolved: string
    try {
      // What is delivered here needs no DNS.
      const name = await destinations.classify(address.text)
      if (name !== 'relay' && name !== 'default') return undefined
      resolved = await destinations.resolve(address.text)
    } catch (error) {
      if (!(error instanceof TableError)) throw error
      context.log.warn(`${context.id}: ${error.message}`)
      return refusal(451, '4.3.0', `<${address.text}>: Temporary lookup failure`, { trouble: 'data' })
    }
    const target = resolved.slice(resolved.lastIndexOf('@') + 1)
    const known: Known = await lookUpName(target, dns, ['MX', 'A', 'AAAA'])
    const head = `<${address.text}>: ${words.class} rejected: `
    const missing = `${head}Domain not found`
    if (known === 'yes') return undefined
    if (known === 'filtered') return warnFiltered(context, target, 'MX or address')
    if (known === 'nullMX') return refusal(...words.nullMx, `${head}Domain ${target} does not accept mail (nullMX)`)
    if (known === 'no') return refusal(settings.unknown_address_reject_code, words.unknown, missing)
    if (known === 'malformed')
      return refusal(settings.unknown_address_reject_code, words.unknown, `${head}Malformed DNS server reply`)
    return tempfail(request, settings.unknown_address_tempfail_action, refusal(TEMPORARY, words.unknown, missing))
  }
}

const CHECKS: Readonly<Record<UnknownNamesOptions['subject'], (context: PluginContext) => Check>> = {
  client: () => client('nameStatus', '4.7.25', 'hostname'),
  reverse_client: () => client('reverseStatus', '4.7.1', 'reverse hostname'),
  helo,
  sender: (context) => domain(context, 'sender', { class: 'Sender address', unknown: '4.1.8', nullMx: [550, '5.7.27'] }),
  recipient: (context) => domain(context, 'recipient', { class: 'Recipient address', unknown: '4.1.2', nullMx: [556, '5.1.10'] }),
}

const about = (subject: UnknownNamesOptions['subject']) => (): UnknownNamesOptions => ({ subject })

export default definePlugin<UnknownNamesOptions>({
  name: 'unknown-names',
  stages: ['connect', 'helo', 'mail', 'relay', 'rcpt', 'data', 'end_of_data', 'etrn', 'vrfy'],
  schema,
  parameters: PARAMETERS,
  restrictions: {
    reject_unknown_client_hostname: about('client'),
    reject_unknown_client: about('client'),
    reject_unknown_reverse_client_hostname: about('reverse_client'),
    reject_unknown_helo_hostname: about('helo'),
    reject_unknown_hostname: about('helo'),
    reject_unknown_sender_domain: about('sender'),
    reject_unknown_address: about('sender'),
    reject_unknown_recipient_domain: about('recipient'),
  },
  setup(options, context) {
    const settings = context.parameters.values(PARAMETERS)
    const check = CHECKS[options.subject](context)
    return { access: (request) => check(request, settings) }
  },
})
