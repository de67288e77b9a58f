/** Warns of settings that make an open relay, or that trust the whole internet. Postfix: SMTPD_ACCESS_README, "relay". */
import { parseCidr } from '../net/ip.ts'
import type { Section } from './assignments.ts'
import type { Report } from './report.ts'
import { type ListenerConfig, renderProblem } from './types.ts'
import { wordsOf } from './units.ts'

/** Restrictions that stop a stranger from relaying. */
const STOPPERS = new Set(['reject_unauth_destination', 'defer_unauth_destination', 'reject', 'defer', 'defer_if_permit'])

/** Looks at every listener's relay steps, and at mynetworks. */
export function warnAboutRelaying(listeners: readonly ListenerConfig[], sections: readonly Section[], report: Report): void {
  const told = new Set<string>()
  for (const { pipeline, protocol } of listeners) {
    // It takes no mail: what its answers permit is for the asking server to decide.
    if (protocol === 'policy') continue
    for (const { restriction, when, mode, place } of pipeline.relay ?? []) {
      if (restriction === undefined || mode === 'warn' || when !== undefined) continue
      if (STOPPERS.has(restriction.name)) break
      if (restriction.name !== 'permit') continue
      told.add(
        renderProblem({
          place,
          path: 'pipeline.relay',
          message: 'lets every client relay to everywhere',
          text: 'permit',
          suggestion: 'put reject_unauth_destination before it',
        }),
      )
    }
  }
  report.warnings.push(...told)
  for (const { assignments, path, scope } of sections) {
    if (assignments.mynetworks === undefined) continue
    const wide = trusted(scope.text.bind(scope)).find((word) => parseCidr(word)?.prefix === 0)
    if (wide !== undefined) report.warning([...path, 'mynetworks'], 'trusts every address', { text: wide })
  }
}

function trusted(text: (name: string) => string | undefined): string[] {
  try {
    return wordsOf(text('mynetworks') ?? '').map((word) => word.replace(/^\[(.*)\](\/\d+)?$/, '$1$2'))
  } catch {
    // A loop or a bad expression; the check of values tells it.
    return []
  }
}
