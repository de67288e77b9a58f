/**
 * command-filter: rewrites command lines of clients before they are read, by a table from the line to what stands for it.
 * Postfix: smtpd_command_filter.
 */
import { declare, definePlugin, EmptyResult, text } from '#postern'

const PARAMETERS = declare('plugin:command-filter', {
  smtpd_command_filter: text(
    '',
    'Table that rewrites command lines before they are read: from the whole line to its replacement, usually `pcre:` or `regexp:`.',
  ),
})

export default definePlugin({
  name: 'command-filter',
  stages: ['use'],
  parameters: PARAMETERS,
  mountedBy: ['smtpd_command_filter'],
  async setup(_options, { parameters, tables }) {
    const spec = parameters.values(PARAMETERS).smtpd_command_filter.trim()
    if (spec === '') return {}
    const table = await tables.open(spec)
    // Here nothing is as good an answer as any: the line is no command then.
    const answer = (line: string) => {
      try {
        return table.lookup(line)
      } catch (error) {
        if (error instanceof EmptyResult) return ''
        throw error
      }
    }
    return {
      line(line) {
        const found = answer(line)
        // Commands of a group are read together: none can wait for another's table.
        if (found instanceof Promise) throw new Error(`${spec}: smtpd_command_filter needs a table that answers at once`)
        return found
      },
    }
  },
})
