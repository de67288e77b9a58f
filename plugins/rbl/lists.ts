/** DNS lists: how `zen.example=127.0.0.[2..11;99]` is written, which name is asked, and which answers count. */

/** A list and the answers that count. */
export interface DnsList {
  /** As written, with the filter: a key of rbl_reply_maps. */
  readonly spec: string
  readonly domain: string
  /** Does an A record with this address count? */
  readonly matches: (address: string) => boolean
}

type OctetTest = (octet: number) => boolean

/** Parses `domain` or `domain=d.d.d.d`. @throws Error for a bad pattern */
export function parseList(spec: string): DnsList {
  const equals = spec.indexOf('=')
  const domain = (equals === -1 ? spec : spec.slice(0, equals)).trim().replace(/\.$/, '')
  if (!/^[a-z0-9_]([-a-z0-9_.]*[a-z0-9_])?$/i.test(domain)) throw new Error(`bad DNS list name: ${JSON.stringify(spec)}`)
  if (equals === -1) return { spec, domain, matches: () => true }
  const octets = octetTests(spec.slice(equals + 1).trim(), spec)
  const matches = (address: string) => {
    const parts = address.split('.')
    return parts.length === 4 && octets.every((test, i) => test(Number(parts[i])))
  }
  return { spec, domain, matches }
}

/** `127.0.[2..3;9].[1..10]` as four tests. */
function octetTests(pattern: string, spec: string): readonly OctetTest[] {
  const fields = pattern.match(/\[[^\]]*\]|[^.[\]]+|(?<=\.)(?=\.)|[[\]]/g) ?? []
  if (fields.length !== 4 || fields.join('.') !== pattern) throw new Error(`bad DNS list filter: ${JSON.stringify(spec)}`)
  return fields.map((field) => octetTest(field, spec))
}

function octetTest(field: string, spec: string): OctetTest {
  const alternatives = (field.startsWith('[') ? field.slice(1, -1) : field).split(';').map((part): [number, number] => {
    const match = /^(\d{1,3})(?:\.\.(\d{1,3}))?$/.exec(part)
    const low = Number(match?.[1])
    const high = match?.[2] === undefined ? low : Number(match[2])
    const isRange = match?.[2] !== undefined
    if (match === null || high > 255 || low > high || (isRange && !field.startsWith('[')))
      throw new Error(`bad DNS list filter: ${JSON.stringify(spec)}`)
    return [low, high]
  })
  return (octet) => alternatives.some(([low, high]) => octet >= low && octet <= high)
}

/** The name under which a list knows an address: reversed octets, or reversed nibbles of IPv6 (RFC 5782 2.1, 2.4). */
export function reversedAddress(address: string): string {
  if (!address.includes(':')) return reversedOctets(address)
  const [head = '', tail] = address.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const gap = tail === undefined ? [] : Array<string>(8 - left.length - right.length).fill('0')
  const digits = [...left, ...gap, ...right].map((group) => group.padStart(4, '0')).join('')
  return [...digits].reverse().join('.')
}

/** Without arrays: it is asked for by each step of each connection. */
function reversedOctets(address: string): string {
  let out = ''
  let end = address.length
  for (let dot = address.lastIndexOf('.'); dot > 0; dot = address.lastIndexOf('.', dot - 1)) {
    out += `${address.slice(dot + 1, end)}.`
    end = dot
  }
  return out + address.slice(0, end)
}
