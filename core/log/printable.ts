/**
 * The last gate before a log: nothing that a peer, a table or a plugin said can end a line, start another, or move a
 * terminal's cursor. Applied once to each finished line, so that no formatter can forget it.
 */

/** C0 and C1 controls, DEL, Unicode line and paragraph ends, and the marks that reorder text on a screen. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: removing them is the purpose
const UNPRINTABLE = /[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g

/** The text with every character that could forge a line replaced by `?` (Postfix's printable()). */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, '?')
}

/** JSON text with the same characters as `\uXXXX`; JSON.stringify leaves those above 0x7e as they are. */
export function printableJson(text: string): string {
  return text.replace(UNPRINTABLE, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
