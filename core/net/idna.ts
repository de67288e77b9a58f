/** Domains with letters beyond ASCII as DNS has them: A-labels (RFC 5890, UTS 46). Postfix: enable_idna2003_compatibility. */
import { isIPv4 } from 'node:net'
import { domainToASCII } from 'node:url'
import { isHostname } from '../protocol/domain.ts'

// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant
const ASCII = /^[\x00-\x7f]*$/

/** The four characters that IDNA2003 had no labels for (UTS 46 "deviations"). */
const DEVIATIONS: readonly (readonly [RegExp, string])[] = [
  [/[\u00df\u1e9e]/g, 'ss'],
  [/\u03c2/g, '\u03c3'],
  [/[\u200c\u200d]/g, ''],
]

/**
 * The name in ASCII; one that is that already stays as it is. Undefined when there is no such name.
 * @param isOld map characters as IDNA2003 did: `faß.de` is `fass.de`
 */
export function asciiDomain(name: string, isOld = false): string | undefined {
  if (ASCII.test(name)) return name
  // What the URL parser behind domainToASCII would take as escapes, ports or numbers is no host name to begin with.
  const mapped = isOld ? DEVIATIONS.reduce((text, [from, to]) => text.replace(from, to), name) : name
  if (!isHostname(mapped)) return undefined
  const ascii = domainToASCII(mapped)
  return isHostname(ascii) && !isIPv4(ascii) ? ascii : undefined
}
