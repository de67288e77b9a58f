/**
 * virtual-alias: recipients become others, in any domain: one address or a list, again and again until nothing is found.
 * Postfix: virtual_alias_maps, virtual_alias_expansion_limit, virtual_alias_recursion_limit, virtual_alias_address_length_limit.
 */
import {
  addressRules,
  count,
  createAddressMap,
  declare,
  defer,
  definePlugin,
  type IntakeRequest,
  list,
  type NewRecipient,
  splitList,
} from '#postern'
import type { VirtualAliasOptions } from '../../schemas/plugins/virtual-alias.d.ts'
import schema from '../../schemas/plugins/virtual-alias.json' with { type: 'json' }
import { createExpander, UnreasonableAlias } from './expand.ts'
import { replaced } from './notify.ts'

export const VIRTUAL_ALIAS = declare('plugin:virtual-alias', {
  virtual_alias_maps: list(
    '$virtual_maps',
    'Tables from a recipient, `@domain` or local user to the addresses that take its place.',
  ),
  virtual_alias_expansion_limit: count('1000', 'How many addresses one recipient may become.'),
  virtual_alias_recursion_limit: count('1000', 'How often an address that was found is looked up again.'),
  virtual_alias_address_length_limit: count('1000', 'Bytes of an address that a table gives.'),
})

export default definePlugin<VirtualAliasOptions>({
  name: 'virtual-alias',
  stages: ['message', 'use'],
  schema,
  parameters: VIRTUAL_ALIAS,
  mountedBy: ['virtual_alias_maps'],
  async setup(options, { parameters, tables, destinations, emit }) {
    const specs = splitList(parameters.expand(options.virtual_alias_maps))
    if (specs.length === 0) return {}
    const opened = await Promise.all(specs.map((spec) => tables.open(spec)))
    const aliases = createAddressMap(opened, addressRules(parameters, 'virtual'), destinations)
    const expand = createExpander(aliases, parameters.values(VIRTUAL_ALIAS))

    /** The recipients that take the place of one; undefined: the message can not be taken. */
    const aliased = async (one: NewRecipient, { queueId, refuse }: IntakeRequest): Promise<readonly NewRecipient[]> => {
      try {
        return replaced(one, await expand(one.address))
      } catch (error) {
        if (!(error instanceof UnreasonableAlias))
          throw new Error(`virtual_alias_maps map lookup problem for ${one.address}`, { cause: error })
        const message = `${queueId}: unreasonable virtual_alias_maps ${error.message} -- message not accepted, try again later`
        emit({ type: 'warning', where: 'cleanup', message })
        refuse({ ...defer(451, '4.6.0', 'Alias expansion error'), told: true })
        return [one]
      }
    }

    return {
      async 'cleanup.aliases'(recipients, request) {
        const out: NewRecipient[] = []
        for (const one of recipients) out.push(...(await aliased(one, request)))
        return out
      },
    }
  },
})
