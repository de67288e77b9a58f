/**
 * reply-filter: rewrites replies of servers, line by line, before the client reads them.
 * Postfix: smtp_reply_filter, lmtp_reply_filter.
 */
import { declare, definePlugin, text } from '#postern'

const PARAMETERS = declare('plugin:reply-filter', {
  smtp_reply_filter: text(
    '',
    'Table that rewrites replies of SMTP servers before they are read: from a line to its replacement, usually `pcre:` or `regexp:`.',
  ),
  lmtp_reply_filter: text('', 'The same for LMTP servers.'),
})

export default definePlugin({
  name: 'reply-filter',
  stages: ['deliver'],
  parameters: PARAMETERS,
  mountedBy: ['smtp_reply_filter', 'lmtp_reply_filter'],
  async setup(_options, { parameters, tables }) {
    const name = parameters.text('process_name') === 'lmtp' ? 'lmtp_reply_filter' : 'smtp_reply_filter'
    const spec = parameters.values(PARAMETERS)[name].trim()
    if (spec === '') return {}
    const table = await tables.open(spec)
    return {
      'smtp.reply'(line) {
        const found = table.lookup(line)
        // Replies are read in the tick in which they come: none can wait for a table.
        if (found instanceof Promise) throw new Error(`${spec}: ${name} needs a table that answers at once`)
        return found
      },
    }
  },
})
