/** The argument of check_ccert_access: a table, or `{ type:name, { search_order = cert_fingerprint, pubkey_fingerprint } }`. */
import { splitList } from '#postern'
import type { AccessMapsOptions } from '../../schemas/plugins/access-maps.d.ts'

type Order = NonNullable<AccessMapsOptions['search_order']>

const FINGERPRINTS: ReadonlySet<string> = new Set(['cert_fingerprint', 'pubkey_fingerprint'])

/** The order of check_ccert_access where none is given. */
export const USUAL_ORDER: Order = ['cert_fingerprint', 'pubkey_fingerprint']

/** @throws Error naming what is wrong */
export function certificateArgument(argument: string): { table: string; search_order: Order } {
  const text = argument.trim()
  if (!text.startsWith('{')) return { table: text, search_order: [...USUAL_ORDER] }
  const [table = '', ...settings] = splitList(inside(text))
  let order: Order = [...USUAL_ORDER]
  for (const setting of settings) {
    const [name = '', value = ''] = inside(setting).split('=', 2)
    if (name.trim() !== 'search_order') throw new Error(`unknown setting "${name.trim()}"`)
    order = splitList(value) as Order
    const wrong = order.find((each) => !FINGERPRINTS.has(each))
    if (wrong !== undefined) throw new Error(`no search_order "${wrong}": use cert_fingerprint, pubkey_fingerprint`)
  }
  return { table, search_order: order }
}

function inside(text: string): string {
  const trimmed = text.trim()
  return trimmed.startsWith('{') && trimmed.endsWith('}') ? trimmed.slice(1, -1).trim() : trimmed
}
