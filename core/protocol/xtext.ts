/** xtext (RFC 3461 4): `+` and two hexadecimal digits for every octet that could not stand in a parameter. */

/** The octets behind an xtext, read as UTF-8; undefined when it is malformed. */
export function decodeXtext(text: string): string | undefined {
  return /^(?:[!-*,-~]|\+[0-9A-Fa-f]{2})*$/.test(text) ? decoded(text) : undefined
}

/** The same where characters that are not ASCII stand for themselves, as some clients write ORCPT. */
export function decodeWideXtext(text: string): string | undefined {
  return /^(?:[!-*,-~\u0080-\uffff]|\+[0-9A-Fa-f]{2})*$/.test(text) ? decoded(text) : undefined
}

function decoded(text: string): string {
  if (!text.includes('+')) return text
  const octets: number[] = []
  for (const [piece] of text.matchAll(/\+..|[^+]+/g)) {
    if (piece.startsWith('+')) octets.push(Number.parseInt(piece.slice(1), 16))
    else octets.push(...Buffer.from(piece, 'utf8'))
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
