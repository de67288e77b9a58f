/**
 * Plugins that a parameter mounts: what is on in main.cf when a parameter is set, without a place in any list, is a step of
 * `use` here (smtpd_command_filter, smtpd_reject_footer), or of a transport's `deliver` (smtp_reply_filter). A step that the file
 * names itself takes its place.
 */

import { builtinModule } from './places.ts'
import { restrictionIndex } from './restrictions.ts'
import type { Place, StepConfig } from './types.ts'

/** Values that say no. */
const OFF: ReadonlySet<string> = new Set(['', 'no', '0'])

/**
 * The steps that the parameters of a listener or a transport ask for.
 * @param text expanded value of a parameter
 * @param named steps that the file names there
 * @param agent of a transport: only parameters with its name in front count
 */
export function impliedSteps(
  text: (name: string) => string | undefined,
  named: readonly StepConfig[],
  place: Place,
  agent?: string,
): readonly StepConfig[] {
  const steps: StepConfig[] = []
  for (const [name, { stages, mountedBy = [] }] of restrictionIndex().plugins) {
    if (stages.includes('deliver') !== (agent !== undefined)) continue
    const own = agent === undefined ? mountedBy : mountedBy.filter((each) => each.startsWith(`${agent}_`))
    const parameter = own.find((each) => !OFF.has((text(each) ?? '').trim().toLowerCase()))
    const module = builtinModule(name)
    if (parameter === undefined || named.some((step) => step.module === module)) continue
    const path = `parameters.${parameter}`
    steps.push({ name, module, id: name, timeout: 0, mode: 'enforce', onError: 'defer', path, place })
  }
  return steps
}

/**
 * Those that mail made here goes through too, though it comes from no listener: plugins about messages whoever sent them.
 * @param named steps that the file names for the whole gateway
 */
export function internalSteps(
  text: (name: string) => string | undefined,
  named: readonly StepConfig[],
  place: Place,
): readonly StepConfig[] {
  const { plugins } = restrictionIndex()
  return impliedSteps(text, named, place).filter(({ name }) => plugins.get(name)?.stages.includes('message'))
}
