/** What `$names` in templates stand for: parameters, and two times in other units. */
import { parseTime, type Scope } from '#postern'

const SECOND = 1000
const UNITS: ReadonlyMap<string, number> = new Map([
  ['seconds', SECOND],
  ['minutes', 60 * SECOND],
  ['hours', 3600 * SECOND],
  ['days', 86_400 * SECOND],
  ['weeks', 604_800 * SECOND],
])
const TIMED = /^(delay_warning_time|maximal_queue_lifetime)_([a-z]+)$/

/** Times whose value has no unit. */
const BARE: ReadonlyMap<string, 'h' | 'd'> = new Map([
  ['delay_warning_time', 'h'],
  ['maximal_queue_lifetime', 'd'],
])

/** The value of a name; undefined when nobody knows it. */
export function templateValue(name: string, parameters: Scope): string | undefined {
  const [, time = '', unit = ''] = TIMED.exec(name) ?? []
  const divisor = UNITS.get(unit)
  if (divisor === undefined) return parameters.text(name)
  return String(Math.floor(parseTime(parameters.text(time) ?? '0', BARE.get(time)) / divisor))
}
