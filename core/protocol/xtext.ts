/** xtext (RFC 3461 4): `+` and two hexadecimal digits for every octet that could not stand in a parameter. */

/** The octets behind an xtext, read as UTF-8; undefined when it is malformed. */
export function decodeXtext(text: string): string | undefined {
  if (!/^(?:[!-*,-~]|\+[0-9A-Fa-f]{2})*$/.test(text)) return undefined
  if (!text.includes('+')) return text
  const octets: number[] = []
  for (let i = 0; i < text.length; i++) {
    if (text[i] !== '+') octets.push(text.charCodeAt(i))
    else {
      octets.push(Number.parseInt(text.slice(i + 1, i + 3), 16))
      i += 2
    }
  }
  return Buffer.from(octets).toString('utf8')
}

/** A text as xtext. */
export function encodeXtext(text: string): string {
  if (/^[!-*,-<>-~]*$/.test(text)) return text
  let out = ''
  for (const octet of Buffer.from(text, 'utf8')) {
    const plain = octet > 32 && octet < 127 && octet !== 0x2b && octet !== 0x3d
    out += plain ? String.fromCharCode(octet) : `+${octet.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return out
}
