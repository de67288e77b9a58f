/** main.cf and master.cf to the model of a pipeline file: what stands in it, before it is written. */
import { namesIn } from '../config/expand.ts'
import { knownParameters } from '../config/registry.ts'
import { wordsOf } from '../config/units.ts'
import type { Scope } from '../parameters.ts'
import { OLDEST_LEVEL, oldDefaults } from './defaults.ts'
import { ELSEWHERE, type KeepContext, type KeptParameter, keptParameters, mentionedNames } from './keep.ts'
import { processLimits, reportArguments } from './limits.ts'
import { type ImportedListener, importListeners } from './listeners.ts'
import { stepsOfList } from './lists.ts'
import type { Setting, Settings } from './main-cf.ts'
import type { Service } from './master-cf.ts'
import { ImportReport } from './report.ts'
import { mainScope, POSTFIX_PLACES, serviceScope, textOf } from './scopes.ts'
import { INTERNAL } from './services.ts'
import { accessStages, contentStep, finder, type ImportedStages, type PluginStep } from './stages.ts'
import { deliverSteps, type ImportedTransport, importTransports } from './transports.ts'

/** Everything that the file will say. */
export interface ImportedGateway {
  readonly directory: string
  readonly parameters: readonly KeptParameter[]
  readonly listeners: readonly ImportedListener[]
  readonly stages: ImportedStages
  readonly message: PluginStep | undefined
  readonly deliver: readonly PluginStep[]
  readonly transports: readonly ImportedTransport[]
  readonly logFile: Setting | undefined
}

/** What the parts of an import share. */
export interface ImportContext extends KeepContext {
  readonly settings: Settings
  readonly services: readonly Service[]
  readonly scope: Scope
}

/** @throws ImportError when a list can not be split */
export function importGateway(
  directory: string,
  settings: Settings,
  services: readonly Service[],
): { gateway: ImportedGateway; report: ImportReport } {
  const context = contextOf(directory, settings, services)
  const { scope, report } = context
  const stages = accessStages(scope, finder(settings), report)
  for (const name of mentionedNames(stepTexts(context, stages), settings)) context.mentioned.add(name)
  const gateway = {
    directory,
    parameters: gatewayParameters(context, directory),
    listeners: importListeners(context, stages),
    stages,
    message: contentStep(scope, finder(settings)),
    deliver: deliverSteps(scope, finder(settings)),
    transports: importTransports(context),
    logFile: settings.get('maillog_file'),
  }
  localDelivery(context)
  reportArguments(services, report)
  nobodyStopsRelaying(context, stages)
  return { gateway, report }
}

/** Everything that steps say: their arguments may have `$name`. */
function stepTexts({ services, scope, settings, registry, report, classes }: ImportContext, stages: ImportedStages): string[] {
  const texts = ({ steps }: ImportedStages): string[] => [...steps.values()].flat().map(({ text }) => text)
  const find = finder(settings)
  const own = services.filter(({ command }) => command === 'smtpd')
  return [
    ...texts(stages),
    ...own.flatMap(({ options }) =>
      texts(accessStages(serviceScope(options, scope, registry), finder(options, settings), report)),
    ),
    ...[...classes].flatMap((name) => stepsOfList(name, 'rcpt', { scope, report, find }).map(({ text }) => text)),
  ]
}

function contextOf(directory: string, main: Settings, services: readonly Service[]): ImportContext {
  const registry = knownParameters()
  const report = new ImportReport()
  // Options of the gateway's own services hold for the whole gateway.
  const settings = new Map(main)
  for (const { command, name, options } of services) {
    if (!INTERNAL.has(command) || (command === 'cleanup' && name !== 'cleanup')) continue
    for (const [option, setting] of options) settings.set(option, setting)
  }
  const scope = mainScope(settings, directory, registry)
  const classes = new Set(wordsOf(textOf(scope, 'smtpd_restriction_classes')))
  const texts = [...settings.values(), ...services.flatMap(({ options }) => [...options.values()])]
    .filter(({ name }) => registry.has(name) && !ELSEWHERE.has(name))
    .map(({ text }) => text)
  const all = [...settings.values(), ...services.flatMap(({ options }) => [...options.values()])].map(({ text }) => text)
  const used = mentionedNames(all, settings)
  return { settings, services, registry, report, scope, classes, used, mentioned: mentionedNames(texts, settings) }
}

/** Kept settings, restriction classes, old defaults, and what values refer to without setting it. */
function gatewayParameters(context: ImportContext, directory: string): KeptParameter[] {
  const { settings, registry, scope, services } = context
  const kept = keptParameters(settings, context)
  const names = new Set([...settings.keys(), ...services.flatMap(({ options }) => [...options.keys()])])
  const lookup = (name: string): string => textOf(scope, name)
  const added = oldDefaults(names, settings, lookup, registry).map(({ name, text, advice }) => ({
    name,
    value: text,
    note: advice,
  }))
  return [
    ...level(settings),
    ...kept,
    ...classParameters(context),
    ...processLimits(services, scope),
    ...places(kept, context, directory),
    ...added,
  ]
}

/** compatibility_level, where conditions in other values ask for it. */
function level(settings: Settings): KeptParameter[] {
  const setting = settings.get('compatibility_level')
  const asked = [...settings.values()].some(({ text }) => namesIn(text).has('compatibility_level'))
  if (setting === undefined)
    return asked ? [{ name: 'compatibility_level', value: OLDEST_LEVEL, note: 'not set in main.cf' }] : []
  const [major = 0, minor = 0] = setting.text.split('.').map(Number)
  const isOld = major < 3 || (major === 3 && minor < 6)
  return isOld || asked ? [{ name: setting.name, value: setting.text, setting }] : []
}

/** Restriction classes without what Postern does not know. */
function classParameters({ classes, settings, scope, report }: ImportContext): KeptParameter[] {
  return [...classes].map((name) => {
    const setting = settings.get(name)
    const steps = stepsOfList(name, 'rcpt', { scope, report, find: finder(settings) })
    const value = steps.flatMap(({ text, missing }) => (missing === undefined ? [text] : []))
    return { name, value: value.join(', '), ...(setting === undefined ? {} : { setting }) }
  })
}

/** `$config_directory` and other places of Postfix, where kept values refer to them. */
function places(kept: readonly KeptParameter[], { settings }: ImportContext, directory: string): KeptParameter[] {
  const names = mentionedNames(
    kept.map(({ value }) => String(value)),
    settings,
  )
  const known = new Map([...POSTFIX_PLACES, ['config_directory', directory]])
  return [...known].flatMap(([name, value]) =>
    names.has(name) && !settings.has(name) ? [{ name, value, note: 'as in Postfix' }] : [],
  )
}

/** Mail for mydestination goes to local(8) unless local_transport says otherwise. */
function localDelivery({ scope, report, settings }: ImportContext): void {
  const [transport] = textOf(scope, 'local_transport').split(':')
  if (transport === 'local' && textOf(scope, 'mydestination') !== '')
    report.add(
      'unsupported',
      'local_transport',
      'there is no local delivery: mail for $mydestination is deferred until local_transport names another transport',
      settings.get('local_transport')?.origin,
    )
}

/** smtpd(8) ends with an error where no list has the last word on relaying; here, own domains are served. */
function nobodyStopsRelaying({ services, report, settings }: ImportContext, { steps }: ImportedStages): void {
  const hasServer = services.some(({ command }) => command === 'smtpd')
  if (!hasServer || steps.get('relay')?.length !== 0) return
  report.add(
    'unsupported',
    'smtpd_relay_restrictions',
    'is empty, and smtpd_recipient_restrictions does not say who may relay: Postfix would not serve; here nothing is relayed',
    settings.get('smtpd_relay_restrictions')?.origin,
  )
}
