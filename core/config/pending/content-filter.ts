/** Parameters that are accepted and not yet honoured: what sets them is told that they have no effect. */
import { declare, list } from '../../parameters.ts'

/** Known, and honoured once the plugin content-filter exists. */
export const CONTENT_FILTER_PENDING = declare('plugin:content-filter', {
  internal_mail_filter_classes: list('', 'Kinds of mail made here that content checks and milters see too: `bounce`, `notify`.', {
    live: false,
  }),
})
