/** main.cf and master.cf to the model of a pipeline file: what stands in it, before it is written. */
import { namesIn } from '../config/expand.ts'
import { knownParameters } from '../config/registry.ts'
import type { Registry } from '../config/scope.ts'
import type { Scope } from '../parameters.ts'
import { OLDEST_LEVEL, oldDefaults } from './defaults.ts'
import { ELSEWHERE, type KeepContext, type KeptParameter, keptParameters, mentionedNames } from './keep.ts'
import { processLimits, reportArguments } from './limits.ts'
import { type ImportedListener, importListeners } from './listeners.ts'
import { classesOf, classParameter, stepsOfList } from './lists.ts'
import type { Setting, Settings } from './main-cf.ts'
import type { Service } from './master-cf.ts'
import { ImportReport } from './report.ts'
import { mainScope, POSTFIX_PLACES, serviceScope, textOf } from './scopes.ts'
import { INTERNAL } from './services.ts'
import { accessStages, contentStep, finder, type ImportedStages, type PluginStep } from './stages.ts'
import { tablesByName } from './tables.ts'
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
  nobodyStopsRelaying(context)
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
  const classes = new Set([
    ...classesOf(scope),
    ...services.flatMap(({ options }) => classesOf(serviceScope(options, scope, registry))),
  ])
  const given = [...settings.values(), ...services.flatMap(({ options }) => [...options.values()])]
  const texts = given.filter(({ name }) => registry.has(name) && !ELSEWHERE.has(name)).map(({ text }) => text)
  const all = given.map(({ text }) => text)
  const used = mentionedNames(all, settings)
  const mentioned = mentionedNames([...texts, ...defaultsInUse(settings, registry)], settings)
  return { settings, services, registry, report, scope, classes, used, mentioned, tablesByName: tablesByName(all) }
}

/** Defaults that refer to other parameters: `$virtual_maps`. The `$alias_maps` of local_recipient_maps is for localDelivery(). */
function defaultsInUse(settings: Settings, registry: Registry): string[] {
  return [...registry].flatMap(([name, { declaration }]) => {
    const isUsed = declaration.live && !settings.has(name) && name !== 'local_recipient_maps'
    return isUsed && declaration.default.includes('$') ? [declaration.default] : []
  })
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

/** The restriction classes of main.cf, also those that only a service lists. */
function classParameters({ classes, settings, scope, report }: ImportContext): KeptParameter[] {
  const own = new Set(classesOf(scope))
  return [...classes]
    .filter((name) => own.has(name) || settings.has(name))
    .map((name) => classParameter(name, { scope, report, find: finder(settings) }))
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
  if (textOf(scope, 'mydestination') === '') return
  const [transport] = textOf(scope, 'local_transport').split(':')
  if (transport === 'local')
    report.add(
      'unsupported',
      'local_transport',
      'there is no local delivery: mail for $mydestination is deferred until local_transport names another transport',
      settings.get('local_transport')?.origin,
    )
  else if (settings.has('alias_maps') && !settings.has('local_recipient_maps'))
    report.add(
      'unsupported',
      'alias_maps',
      'its names are refused as unknown local recipients: list them in a table for local_recipient_maps',
      settings.get('alias_maps')?.origin,
    )
}

/** smtpd(8) ends with an error where no list has the last word on relaying; here, own domains are served. */
function nobodyStopsRelaying({ services, report, settings, scope, registry }: ImportContext): void {
  for (const { options } of services.filter(({ command }) => command === 'smtpd')) {
    const find = finder(options, settings)
    if (accessStages(serviceScope(options, scope, registry), find, report).steps.get('relay')?.length !== 0) continue
    report.add(
      'unsupported',
      'smtpd_relay_restrictions',
      'is empty, and smtpd_recipient_restrictions does not say who may relay: Postfix would not serve; here nothing is relayed',
      find('smtpd_relay_restrictions')?.origin,
    )
  }
}
