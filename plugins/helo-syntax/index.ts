/**
 * helo-syntax: refuses HELO names and addresses that can not be right, by their looks alone.
 * Postfix: reject_invalid_helo_hostname, reject_non_fqdn_helo_hostname, reject_non_fqdn_sender, reject_non_fqdn_recipient,
 * permit_naked_ip_address, invalid_hostname_reject_code, non_fqdn_reject_code.
 */
import {
  type AccessRequest,
  type Address,
  code,
  declare,
  definePlugin,
  permit,
  type Refusal,
  refusal,
  type Verdict,
} from '#postern'
import type { HeloSyntaxOptions } from '../../schemas/plugins/helo-syntax.d.ts'
import schema from '../../schemas/plugins/helo-syntax.json' with { type: 'json' }
import { isAddress, isHeloName, isLiteral, isQualified } from './names.ts'

const PARAMETERS = declare('plugin:helo-syntax', {
  invalid_hostname_reject_code: code('501', 'Reply code of reject_invalid_helo_hostname.'),
  non_fqdn_reject_code: code('504', 'Reply code of reject_non_fqdn_helo_hostname, reject_non_fqdn_sender and _recipient.'),
})

interface Codes {
  readonly invalid_hostname_reject_code: number
  readonly non_fqdn_reject_code: number
}
type Check = (request: AccessRequest, codes: Codes) => Verdict | undefined

function helo(replyCode: number, name: string, why: string): Refusal {
  return refusal(replyCode, '5.5.2', `<${name}>: Helo command rejected: ${why}`)
}

/** A HELO in brackets is an address or it is wrong; both checks of HELO begin with this. */
function literal(name: string, codes: Codes): Refusal | undefined {
  return isLiteral(name) ? undefined : helo(codes.invalid_hostname_reject_code, name, 'invalid ip address')
}

function qualifiedAddress(address: Address | undefined, codes: Codes, kind: string): Refusal | undefined {
  if (address === undefined || address.text === '' || address.domain.startsWith('[') || isQualified(address.domain))
    return undefined
  const why = `<${address.text}>: ${kind} rejected: need fully-qualified address`
  return refusal(codes.non_fqdn_reject_code, '5.5.2', why)
}

const CHECKS: Readonly<Record<HeloSyntaxOptions['check'], Check>> = {
  invalid_helo: ({ helo: name }, codes) => {
    if (name === undefined || isHeloName(name) || isAddress(name)) return undefined
    if (name.startsWith('[')) return literal(name, codes)
    return helo(codes.invalid_hostname_reject_code, name, 'Invalid name')
  },
  non_fqdn_helo: ({ helo: name }, codes) => {
    if (name === undefined || (isHeloName(name) && isQualified(name))) return undefined
    if (name.startsWith('[')) return literal(name, codes)
    return helo(codes.non_fqdn_reject_code, name, 'need fully-qualified hostname')
  },
  naked_address: ({ helo: name = '' }, codes) => {
    if (!/^[0-9.:]+$/.test(name)) return undefined
    if (isAddress(name)) return permit('permit_naked_ip_address', { name, class: 'Helo command' })
    return helo(codes.invalid_hostname_reject_code, name, 'invalid ip address')
  },
  non_fqdn_sender: ({ sender }, codes) => qualifiedAddress(sender, codes, 'Sender address'),
  non_fqdn_recipient: ({ recipient }, codes) => qualifiedAddress(recipient, codes, 'Recipient address'),
}

const check = (name: HeloSyntaxOptions['check']) => (): HeloSyntaxOptions => ({ check: name })

export default definePlugin<HeloSyntaxOptions>({
  name: 'helo-syntax',
  stages: ['connect', 'helo', 'mail', 'relay', 'rcpt', 'data', 'end_of_data', 'etrn', 'vrfy'],
  schema,
  parameters: PARAMETERS,
  restrictions: {
    reject_invalid_helo_hostname: check('invalid_helo'),
    reject_invalid_hostname: check('invalid_helo'),
    reject_non_fqdn_helo_hostname: check('non_fqdn_helo'),
    reject_non_fqdn_hostname: check('non_fqdn_helo'),
    permit_naked_ip_address: check('naked_address'),
    reject_non_fqdn_sender: check('non_fqdn_sender'),
    reject_non_fqdn_recipient: check('non_fqdn_recipient'),
  },
  setup(options, { parameters }) {
    const codes = parameters.values(PARAMETERS)
    const ask = CHECKS[options.check]
    return { access: (request) => ask(request, codes) }
  },
})
