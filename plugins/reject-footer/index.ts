/**
 * reject-footer: adds text to refusals: whom to call, where to read more. The log keeps the refusal alone.
 * Postfix: smtpd_reject_footer, smtpd_reject_footer_maps.
 */
import {
  declare,
  definePlugin,
  expandTemplate,
  expansionFilter,
  filtered,
  list,
  type Reply,
  type Session,
  type Table,
  TableError,
  text,
} from '#postern'
import { withFooter } from './footer.ts'
import { namedValue } from './values.ts'

const PARAMETERS = declare('plugin:reject-footer', {
  smtpd_reject_footer: text(
    '',
    'Text that is added to 4xx and 5xx replies, with $names of its own; `\\n` begins a line, `\\c` in front continues the reply’s last.',
    { raw: true },
  ),
  smtpd_reject_footer_maps: list(
    '',
    'Tables from the whole reply to the text that is added to it, in place of smtpd_reject_footer; `DUNNO`: nothing is.',
  ),
})

export default definePlugin({
  name: 'reject-footer',
  stages: ['use'],
  parameters: PARAMETERS,
  mountedBy: ['smtpd_reject_footer', 'smtpd_reject_footer_maps'],
  async setup(_options, { parameters, tables, clock, log }) {
    const values = parameters.values(PARAMETERS)
    const fallback = values.smtpd_reject_footer.trim()
    const maps = await Promise.all(values.smtpd_reject_footer_maps.map((spec) => tables.open(spec)))
    if (fallback === '' && maps.length === 0) return {}
    const allowed = expansionFilter(parameters)
    const hostname = parameters.text('myhostname') ?? ''
    const expand = (template: string, session: Session): string =>
      expandTemplate(template, (name) => {
        const value = namedValue(name, session, { hostname, now: clock.now() })
        return value === undefined ? undefined : filtered(value, allowed)
      })
    const find = (key: string): string | undefined => {
      try {
        return lookUp(maps, key)
      } catch (error) {
        if (!(error instanceof TableError)) throw error
        // A refusal does not wait for its footer.
        log.warn(`smtpd_reject_footer_maps: ${error.message}`)
        return undefined
      }
    }
    return {
      reply(reply, session) {
        if (reply.code < 400) return undefined
        const template = find(lineOf(reply)) ?? fallback
        if (template === '' || template.toUpperCase() === 'DUNNO') return undefined
        return withFooter(reply, expand(template, session))
      },
    }
  },
})

/** `554 5.7.1 text`, what the tables are asked for. */
function lineOf({ code, status, text: lines }: Reply): string {
  const first = typeof lines === 'string' ? lines : (lines[0] ?? '')
  return status === undefined ? `${code} ${first}` : `${code} ${status} ${first}`
}

function lookUp(maps: readonly Table[], key: string): string | undefined {
  for (const table of maps) {
    const found = table.lookup(key)
    // A reply is written at once, with those of its group.
    if (found instanceof Promise) throw new Error(`${table.spec}: smtpd_reject_footer_maps needs tables that answer at once`)
    if (found !== undefined) return found
  }
  return undefined
}
