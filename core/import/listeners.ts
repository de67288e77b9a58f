/** smtpd services of master.cf to listeners, each with the parameters and stages in which it differs from main.cf. */
import type { Stage } from '../plugin.ts'
import type { ImportContext } from './gateway.ts'
import { type KeptParameter, keptParameters, mentionedNames } from './keep.ts'
import { classesOf, classParameter, type ImportedStep } from './lists.ts'
import type { Origin } from './main-cf.ts'
import type { Service } from './master-cf.ts'
import { serviceScope, textOf } from './scopes.ts'
import { listenAddresses, splitServiceName } from './services.ts'
import { accessStages, contentStep, finder, type ImportedStages, type PluginStep } from './stages.ts'

export interface ImportedListener {
  readonly name: string
  readonly listen: readonly string[]
  readonly parameters: readonly KeptParameter[]
  /** Only the stages that differ from the gateway's. */
  readonly stages: ImportedStages
  /** `same`: as the gateway. */
  readonly message: PluginStep | undefined | 'same'
  readonly origin: Origin
}

/** Services that take mail from the network. */
export function importListeners(context: ImportContext, shared: ImportedStages): ImportedListener[] {
  const names = new Set<string>()
  return context.services.flatMap((service) => {
    const listened = networkService(service, context)
    if (listened === undefined) return []
    const listen = listenAddresses({ ...service, name: listened }, serviceScope(service.options, context.scope, context.registry))
    if (listen === undefined) {
      context.report.add('unsupported', service.name, 'nobody knows the port of this service', service.origin)
      return []
    }
    return [{ name: uniqueName(listened, names), listen, ...settingsOf(service, context, shared), origin: service.origin }]
  })
}

/** The address words under which a service takes SMTP; undefined when it takes none. */
function networkService({ name, type, command, origin }: Service, { services, report }: ImportContext): string | undefined {
  if (command === 'smtpd' && type === 'inet') return name
  if (command === 'smtpd' && type === 'pass') return services.find((each) => each.command === 'postscreen')?.name
  if (command === 'postscreen') report.add('unsupported', 'postscreen', 'clients come to smtpd at once', origin)
  else if (type === 'inet' && command !== 'smtpd') report.add('unsupported', name, `there is no ${command} service`, origin)
  else if (command === 'smtpd') report.add('unsupported', name, 'smtpd listens on the network only', origin)
  return undefined
}

function uniqueName(service: string, taken: Set<string>): string {
  const { port } = splitServiceName(service)
  const base = /^\d+$/.test(port) ? `smtp-${port}` : port
  let name = base
  for (let i = 2; taken.has(name); i++) name = `${base}-${i}`
  taken.add(name)
  return name
}

function settingsOf(
  service: Service,
  context: ImportContext,
  shared: ImportedStages,
): Pick<ImportedListener, 'parameters' | 'stages' | 'message'> {
  const scope = serviceScope(service.options, context.scope, context.registry)
  const find = finder(service.options, context.settings)
  const cleanup = context.services.find(
    ({ name, command }) => command === 'cleanup' && name === textOf(scope, 'cleanup_service_name') && name !== 'cleanup',
  )
  // Content is looked at by the cleanup service that this smtpd names.
  const checked = cleanup === undefined ? scope : serviceScope(cleanup.options, scope, context.registry)
  const content = contentStep(checked, finder(service.options, cleanup?.options ?? new Map(), context.settings))
  // What the cleanup service is told holds for the mail of this listener; its name in the log is not the listener's.
  const inner = [...(cleanup?.options ?? [])].filter(([name]) => name !== 'syslog_name')
  const options = new Map([...service.options, ...inner].filter(([name]) => name !== 'cleanup_service_name'))
  const isSame = cleanup === undefined && !service.options.has('receive_override_options')
  const name = nameParameter(service, context)
  return {
    parameters: [
      ...(name === undefined ? [] : [name]),
      ...keptParameters(options, context, true),
      ...classesOf(scope)
        .filter((each) => service.options.has(each))
        .map((each) => classParameter(each, { scope, report: context.report, find })),
    ],
    stages: differing(accessStages(scope, find, context.report), shared),
    message: isSame ? 'same' : content,
  }
}

/** `$service_name` is what master.cf calls the service, where a value asks for it and the listener is called otherwise. */
function nameParameter({ name, options, origin }: Service, { settings }: ImportContext): KeptParameter | undefined {
  if (/^[A-Za-z]/.test(name) && !name.includes(':')) return undefined
  const texts = [...settings.values(), ...options.values()].map(({ text }) => text)
  if (!mentionedNames(texts, settings).has('service_name')) return undefined
  const setting = { name: 'service_name', text: name, origin, lineOf: () => origin.from }
  return { name: setting.name, value: name, setting }
}

function differing(own: ImportedStages, shared: ImportedStages): ImportedStages {
  const texts = (steps: readonly ImportedStep[] | undefined): string => JSON.stringify(steps?.map(({ text }) => text) ?? [])
  const steps = new Map<Stage, readonly ImportedStep[]>()
  for (const [stage, list] of own.steps) if (texts(list) !== texts(shared.steps.get(stage))) steps.set(stage, list)
  return { steps, comments: own.comments }
}
