/** The addresses in a message's headers. */
import { ADDRESS_HEADERS, type HeaderList, headerText, parseAddresses, rawText } from '#postern'

/** The new address, or undefined when the tables do not know it. */
export type Mapper = (address: string) => Promise<string | undefined>

/** Rewrites each header that holds an address which the tables know; the others keep their bytes. */
export async function rewriteHeaders(headers: HeaderList, map: Mapper): Promise<void> {
  for (let i = 0; i < headers.length; i++) {
    const header = headers.at(i)
    if (header === undefined || !ADDRESS_HEADERS.has(header.name.toLowerCase())) continue
    const text = headerText(header.raw)
    // Nobody takes routes away on the way out, as the intake does.
    const list = parseAddresses(text.slice(text.indexOf(':') + 1), { withRoutes: true })
    const fresh: (string | undefined)[] = []
    for (const address of list.addresses) fresh.push(await map(address))
    if (fresh.some((address) => address !== undefined)) headers.replace(i, rawText(list.written(header.name, fresh)))
  }
}
