/** Variable envelope return paths: a sender address that says which recipient a bounce is about. Postfix: VERP_README. */

/**
 * `list@sender.example` for `user@domain.example` is `list+user=domain.example@sender.example`.
 * @param delimiters two characters: before the recipient, and in the place of its @
 */
export function verpSender(sender: string, delimiters: string, recipient: string): string {
  const [before = '', between = ''] = delimiters
  const end = sender.lastIndexOf('@')
  const local = end < 0 ? sender : sender.slice(0, end)
  const at = recipient.lastIndexOf('@')
  const inner = at < 0 ? recipient : `${recipient.slice(0, at)}${between}${recipient.slice(at + 1)}`
  return `${local}${before}${inner}${end < 0 ? '' : sender.slice(end)}`
}

/** Two characters, both of `allowed` (verp_delimiter_filter)? */
export function areDelimiters(text: string, allowed: string): boolean {
  return text.length === 2 && [...text].every((character) => allowed.includes(character))
}
