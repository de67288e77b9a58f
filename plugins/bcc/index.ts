/**
 * bcc: copies of all mail, or of mail by its sender or recipients, to addresses that nobody named. They tell nobody of their fate.
 * Postfix: always_bcc, sender_bcc_maps, recipient_bcc_maps.
 */
import {
  type AddressMap,
  addressRules,
  createAddressMap,
  declare,
  definePlugin,
  list,
  type NewRecipient,
  NOTIFY,
  splitList,
  text,
} from '#postern'
import type { BccOptions } from '../../schemas/plugins/bcc.d.ts'
import schema from '../../schemas/plugins/bcc.json' with { type: 'json' }

export const BCC = declare('plugin:bcc', {
  always_bcc: text('', 'Address that gets a copy of all mail from clients.'),
  sender_bcc_maps: list('', 'Tables from a sender, `@domain` or local user to the address that gets a copy.'),
  recipient_bcc_maps: list('', 'Tables from a recipient, `@domain` or local user to the address that gets a copy.'),
})

export default definePlugin<BccOptions>({
  name: 'bcc',
  stages: ['message', 'use'],
  schema,
  parameters: BCC,
  mountedBy: ['always_bcc', 'sender_bcc_maps', 'recipient_bcc_maps'],
  async setup(options, { parameters, tables, destinations }) {
    const always = parameters.expand(options.always_bcc).trim()
    const open = async (name: 'sender_bcc_maps' | 'recipient_bcc_maps') => {
      const opened = await Promise.all(splitList(parameters.expand(options[name])).map((spec) => tables.open(spec)))
      const map = createAddressMap(opened, addressRules(parameters), destinations)
      return opened.length === 0 ? undefined : (address: string) => copiesOf(address, map, name)
    }
    const bySender = await open('sender_bcc_maps')
    const byRecipient = await open('recipient_bcc_maps')
    if (always === '' && bySender === undefined && byRecipient === undefined) return {}
    return {
      async 'cleanup.copies'(recipients, { sender }) {
        const out = bySender === undefined || sender === '' ? [] : await bySender(sender)
        for (const one of recipients) {
          out.push(one)
          if (byRecipient !== undefined && one.copy !== true) out.push(...(await byRecipient(one.address)))
        }
        if (always !== '') out.push(copyTo(always))
        return out
      },
    }
  },
})

async function copiesOf(address: string, map: AddressMap, name: string): Promise<NewRecipient[]> {
  try {
    const found = await map.find(address)
    return found === undefined ? [] : [copyTo(found.value.trim())]
  } catch (error) {
    throw new Error(`${name} map lookup problem for ${address}`, { cause: error })
  }
}

function copyTo(address: string): NewRecipient {
  return { address, original: address, notify: NOTIFY.NEVER, copy: true }
}
