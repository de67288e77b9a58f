/**
 * generic: replaces local addresses by ones that the world can answer, in envelope and headers of mail on its way out.
 * Postfix: smtp_generic_maps, generic(5).
 */
import { addressRules, createAddressMap, declare, definePlugin, list, quoteAddress, splitList } from '#postern'
import type { GenericOptions } from '../../schemas/plugins/generic.d.ts'
import schema from '../../schemas/plugins/generic.json' with { type: 'json' }
import { rewriteHeaders } from './headers.ts'

export const GENERIC = declare('plugin:generic', {
  smtp_generic_maps: list('', 'Tables that turn local addresses into ones the world can answer, on the way out.'),
})

export default definePlugin<GenericOptions>({
  name: 'generic',
  stages: ['deliver', 'use'],
  schema,
  parameters: GENERIC,
  async setup(options, { parameters, tables, destinations, log }) {
    const specs = splitList(parameters.expand(options.smtp_generic_maps))
    if (specs.length === 0) return {}
    const opened = await Promise.all(specs.map((spec) => tables.open(spec)))
    const found = createAddressMap(opened, addressRules(parameters, 'generic'), destinations)
    const map = async (address: string): Promise<string | undefined> => {
      // Nobody's address stays nobody's.
      const results = address === '' ? undefined : await found.map(address)
      if (results !== undefined && results.length > 1)
        log.warn(`multi-valued smtp_generic_maps result for ${quoteAddress(address)}`)
      return results?.[0]
    }
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
