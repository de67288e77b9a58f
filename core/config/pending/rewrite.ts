/** Parameters that are accepted and not yet honoured: what sets them is told that they have no effect. */
import { declare, list } from '../../parameters.ts'

/** Known, and honoured once the plugin rewrite exists. */
export const REWRITE_PENDING = declare('plugin:rewrite', {
  canonical_maps: list('', 'Tables that rewrite addresses of envelope and headers on their way in.', { live: false }),
  sender_canonical_maps: list('', 'Tables that rewrite sender addresses on their way in.', { live: false }),
  recipient_canonical_maps: list('', 'Tables that rewrite recipient addresses on their way in.', { live: false }),
  virtual_alias_maps: list('$virtual_maps', 'Tables that turn one recipient into others.', { live: false }),
})
