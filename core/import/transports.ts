/** Delivery services of master.cf to transports, and the plugins that stand on the way out. */
import type { Scope } from '../parameters.ts'
import type { ImportContext } from './gateway.ts'
import { type KeptParameter, keptParameters } from './keep.ts'
import type { Origin, Setting } from './main-cf.ts'
import type { Service } from './master-cf.ts'
import { serviceScope, textOf } from './scopes.ts'
import { AGENTS, INTERNAL, STOCK_DELIVERY } from './services.ts'
import { finder, type PluginStep } from './stages.ts'

export interface ImportedTransport {
  readonly name: string
  readonly agent: string
  /** Undefined: none. */
  readonly flags: string | undefined
  readonly parameters: readonly KeptParameter[]
  /** Undefined: as the gateway. */
  readonly deliver: readonly PluginStep[] | undefined
  readonly origin: Origin
}

/** Transports that exist without being named. */
const USUAL: ReadonlyMap<string, string> = new Map([
  ['smtp', 'smtp'],
  ['relay', 'smtp'],
  ['lmtp', 'lmtp'],
  ['error', 'error'],
  ['retry', 'error'],
  ['discard', 'discard'],
])

const TRANSPORT_PARAMETERS = ['default_transport', 'relay_transport', 'local_transport', 'virtual_transport', 'mailbox_transport']

/** The services that deliver, but for those that are as they come. */
export function importTransports(context: ImportContext): ImportedTransport[] {
  return context.services.flatMap((service) => {
    if (service.type === 'inet' || service.type === 'pass' || INTERNAL.has(service.command)) return []
    if (service.command === 'smtpd') return []
    if (!AGENTS.has(service.command)) {
      missing(service, context)
      return []
    }
    return transport(service, context)
  })
}

function transport(service: Service, context: ImportContext): ImportedTransport[] {
  const { name, options, origin } = service
  const scope = serviceScope(options, context.scope, context.registry)
  const parameters = keptParameters(options, context, true)
  const shared = deliverSteps(context.scope, finder(context.settings))
  const own = deliverSteps(scope, finder(options, context.settings), service.command)
  const isSame = !SPEAKING.has(service.command) || JSON.stringify(described(own)) === JSON.stringify(described(shared))
  const flags = SPEAKING.has(service.command) ? flagsOf(service) : undefined
  if (USUAL.get(name) === service.command && flags === undefined && parameters.length === 0 && isSame) return []
  const agent = name === 'retry' && service.command === 'error' ? 'retry' : service.command
  return [{ name, agent, flags, parameters, deliver: isSame ? undefined : own, origin }]
}

/** `flags=DORX`: what they do not know, smtp(8) and lmtp(8) would not start with. */
function flagsOf({ flags }: Service): string | undefined {
  const letters = flags.flatMap((word) => /^flags=([DORX]+)$/.exec(word)?.[1] ?? []).join('')
  return letters === '' ? undefined : letters
}

const SPEAKING = new Set(['smtp', 'lmtp'])

const described = (steps: readonly PluginStep[]): unknown =>
  steps.map(({ plugin, options }) => [plugin, [...options].map(([name, { value }]) => [name, value])])

/** What smtp(8), or lmtp(8) with tables of its own, does to mail on its way out, as plugins. */
export function deliverSteps(scope: Scope, find: (name: string) => Setting | undefined, command = 'smtp'): PluginStep[] {
  const steps: PluginStep[] = []
  const name = command === 'lmtp' ? 'lmtp_generic_maps' : 'smtp_generic_maps'
  const maps = textOf(scope, name)
  const setting = find(name)
  if (maps !== '' && setting !== undefined)
    steps.push({ plugin: 'generic', options: new Map([['smtp_generic_maps', { value: maps.replaceAll('$', '$$$$'), setting }]]) })
  if (textOf(scope, 'smtp_pix_workarounds') !== '' || textOf(scope, 'smtp_pix_workaround_maps') !== '')
    steps.push({ plugin: 'pix-workarounds', options: new Map() })
  return steps
}

/** virtual_transport has a default that means something only to those who have such domains. */
const isUsed = (parameter: string, scope: Scope): boolean =>
  parameter !== 'virtual_transport' || textOf(scope, 'virtual_mailbox_domains') !== ''

/** A way to deliver that is not there: it matters when something names it, or when it is no stock service. */
function missing({ name, command, origin }: Service, { scope, report }: ImportContext): void {
  if (name === 'local') return
  const isNamed = TRANSPORT_PARAMETERS.some((each) => textOf(scope, each).split(':')[0] === name && isUsed(each, scope))
  const kind = isNamed || !STOCK_DELIVERY.has(name) ? 'unsupported' : 'ignored'
  const reason =
    command === 'spawn'
      ? 'no server is started for it: run it by itself, on a socket that the configuration names'
      : `there is no delivery by ${command}: mail for this transport is deferred`
  report.add(kind, name, reason, origin)
}
