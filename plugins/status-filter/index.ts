/**
 * status-filter: changes the status or the text of deliveries, and so whether mail bounces or waits.
 * Postfix: smtp_delivery_status_filter, lmtp_delivery_status_filter, default_delivery_status_filter.
 */
import { declare, definePlugin, list, type Outcome, type Table } from '#postern'
import { filteredOutcome, keyOf } from './filter.ts'

const NAMES = ['smtp_delivery_status_filter', 'lmtp_delivery_status_filter'] as const

const PARAMETERS = declare('plugin:status-filter', {
  default_delivery_status_filter: list('', 'Tables that rewrite the status and text of deliveries, for all clients.'),
  smtp_delivery_status_filter: list(
    '$default_delivery_status_filter',
    'Tables that rewrite the status and text of deliveries by SMTP: from `5.1.1 text` to another status, and text where one is given.',
  ),
  lmtp_delivery_status_filter: list('$default_delivery_status_filter', 'The same for deliveries by LMTP.'),
})

export default definePlugin({
  name: 'status-filter',
  stages: ['deliver'],
  parameters: PARAMETERS,
  mountedBy: NAMES,
  async setup(_options, { parameters, tables, log }) {
    const name = NAMES[parameters.text('process_name') === 'lmtp' ? 1 : 0]
    const opened = await Promise.all(parameters.values(PARAMETERS)[name].map((spec) => tables.open(spec)))
    if (opened.length === 0) return {}
    return {
      'smtp.outcome'(outcome) {
        const found = lookUp(opened, keyOf(outcome), name, (text) => log.warn(text))
        if (found === undefined) return undefined
        const changed: Outcome | undefined = filteredOutcome(outcome, found)
        if (changed === undefined) log.warn(`${name}: bad status code: ${found}`)
        return changed
      },
    }
  },
})

/** A table that can not be asked changes nothing: the delivery itself has happened, or has not. */
function lookUp(tables: readonly Table[], key: string, name: string, warn: (text: string) => void): string | undefined {
  for (const table of tables) {
    try {
      const found = table.lookup(key)
      if (found instanceof Promise) {
        found.catch(() => {})
        warn(`${name}: ${table.spec} is on the network and can not be used here`)
      } else if (found !== undefined) return found
    } catch {
      warn(`${table.spec} lookup error for "${key}"`)
      return undefined
    }
  }
  return undefined
}
