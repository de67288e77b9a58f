/**
 * generic: replaces local addresses by ones that the world can answer, in envelope and headers of mail on its way out.
 * Postfix: smtp_generic_maps, generic(5).
 */
import { declare, definePlugin, list, splitList } from '#postern'
import type { GenericOptions } from '../../schemas/plugins/generic.d.ts'
import schema from '../../schemas/plugins/generic.json' with { type: 'json' }
import { rewriteHeaders } from './headers.ts'
import { createMapper } from './mapper.ts'

export const GENERIC = declare('plugin:generic', {
  smtp_generic_maps: list('', 'Tables that turn local addresses into ones the world can answer, on the way out.'),
})

export default definePlugin<GenericOptions>({
  name: 'generic',
  stages: ['deliver', 'use'],
  schema,
  parameters: GENERIC,
  async setup(options, { parameters, tables, destinations }) {
    const specs = splitList(parameters.expand(options.smtp_generic_maps))
    if (specs.length === 0) return {}
    const map = createMapper({
      tables: await Promise.all(specs.map((spec) => tables.open(spec))),
      delimiter: parameters.text('recipient_delimiter') ?? '',
      propagate: splitList(parameters.text('propagate_unmatched_extensions') ?? '').includes('generic'),
      origin: parameters.text('myorigin') ?? '',
      appendOrigin: parameters.text('append_at_myorigin') !== 'no',
      appendDomain: parameters.text('append_dot_mydomain') === 'yes' ? (parameters.text('mydomain') ?? '') : '',
      isLocal: async (address) => (await destinations.classify(address)) === 'local',
    })
    return {
      async 'smtp.envelope'({ sender, recipients }) {
        return {
          sender: (await map(sender)) ?? sender,
          recipients: await Promise.all(recipients.map(async (recipient) => (await map(recipient)) ?? recipient)),
        }
      },
      async 'smtp.message'(message) {
        await rewriteHeaders(message.headers, map)
        return message
      },
    }
  },
})
