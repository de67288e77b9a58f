/**
 * Enhanced status codes in texts of tables and services: found, and fitted to what the reply is about. A status about a
 * recipient makes no sense for a sender or a client name; access(5) "ENHANCED STATUS CODES".
 */

/** `5.1.1 text` taken apart; without a status, `fallback` and the whole text. */
export function splitStatus(text: string, fallback: string): { readonly status: string; readonly text: string } {
  const match = /^([245])\.(\d{1,3})\.(\d{1,3})(?=\s|$)/.exec(text)
  if (match === null) return { status: fallback, text }
  return { status: match[0], text: text.slice(match[0].length).trimStart() }
}

/** What an address status (X.1.N) becomes in a reply about a sender, and about a recipient. Measured at the oracle. */
const ADDRESSES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'Sender address': { '1.1': '1.7', '1.2': '1.8', '1.3': '1.7', '1.4': '1.7', '1.6': '1.7', '1.7': '1.7', '1.8': '1.8' },
  'Recipient address': {
    '1.1': '1.1',
    '1.2': '1.2',
    '1.3': '1.3',
    '1.4': '1.4',
    '1.5': '1.5',
    '1.6': '1.6',
    '1.7': '1.3',
    '1.8': '1.2',
  },
}
/** The same for every other N. */
const OTHERWISE: Readonly<Record<string, string>> = { 'Sender address': '1.0', 'Recipient address': '1.0' }

/**
 * The status for a reply: its class follows the code, its detail the thing that the reply is about.
 * @param subject `Sender address`, `Recipient address`, or anything else, for which address statuses become X.0.0
 */
export function fitStatus(status: string, code: number, subject: string): string {
  const detail = status.slice(2)
  const fitted = detail.startsWith('1.') ? (ADDRESSES[subject]?.[detail] ?? OTHERWISE[subject] ?? '0.0') : detail
  return `${Math.floor(code / 100)}.${fitted}`
}
