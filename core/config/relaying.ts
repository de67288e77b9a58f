/** Warns of settings that make an open relay, or that trust the whole internet. Postfix: SMTPD_ACCESS_README, "relay". */
import { parseCidr } from '../net/ip.ts'
import type { Section } from './assignments.ts'
import type { Report } from './report.ts'
import { type ListenerConfig, renderProblem, type StepConfig } from './types.ts'
import { wordsOf } from './units.ts'

/** Restrictions that stop a stranger from relaying. */
const STOPPERS = new Set(['reject_unauth_destination', 'defer_unauth_destination', 'reject', 'defer', 'defer_if_permit'])

/** Looks at every listener's relay steps, and at mynetworks. */
export function warnAboutRelaying(listeners: readonly ListenerConfig[], sections: readonly Section[], report: Report): void {
  const told = new Set<string>()
  for (const { pipeline, protocol } of listeners) {
    // It takes no mail: what its answers permit is for the asking server to decide.
    if (protocol === 'policy') continue
    const last = lastWord(pipeline.relay)
    if (last?.restriction?.name !== 'permit' || STOPPERS.has(lastWord(pipeline.rcpt)?.restriction?.name ?? '')) continue
    told.add(
      renderProblem({
        place: last.place,
        path: 'pipeline.relay',
        message: 'lets every client relay to everywhere',
        text: 'permit',
        suggestion: 'put reject_unauth_destination before it',
      }),
    )
  }
  report.warnings.push(...told)
  for (const { assignments, path, scope } of sections) {
    if (assignments.mynetworks === undefined) continue
    const wide = trusted(scope.text.bind(scope)).find((word) => parseCidr(word)?.prefix === 0)
    if (wide !== undefined) report.warning([...path, 'mynetworks'], 'trusts every address', { text: wide })
  }
}

/** The first step that settles relaying for every stranger who comes to it. */
function lastWord(steps: readonly StepConfig[] = []): StepConfig | undefined {
  return steps.find(
    ({ restriction, when, mode }) =>
      restriction !== undefined &&
      mode !== 'warn' &&
      when === undefined &&
      (restriction.name === 'permit' || STOPPERS.has(restriction.name)),
  )
}

function trusted(text: (name: string) => string | undefined): string[] {
  try {
    return wordsOf(text('mynetworks') ?? '').map((word) => word.replace(/^\[(.*)\](\/\d+)?$/, '$1$2'))
  } catch {
    // A loop or a bad expression; the check of values tells it.
    return []
  }
}
