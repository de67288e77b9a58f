/** Options of MAIL (RFC 1870, 3461, 4954, 6152, 6531). An option is a row. */
import { REPLIES, replies } from '../../protocol/reply-text.ts'
import { areDelimiters } from '../../protocol/verp.ts'
import { decodeXtext } from '../../protocol/xtext.ts'
import { oneLine, type Reply } from '../../reply.ts'
import { isReply } from '../command.ts'
import type { SmtpSession } from '../session.ts'
import type { MailFacts } from '../transaction.ts'

export type MailOptions = { -readonly [K in keyof Omit<MailFacts, 'sender'>]: MailFacts[K] }

const NONE: Readonly<MailOptions> = Object.freeze({
  declaredSize: 0,
  body: undefined,
  smtputf8: false,
  ret: undefined,
  envid: undefined,
  verp: undefined,
})

/** The largest size of a file. */
const MAX_SIZE = 2n ** 63n - 1n

/** Delimiters that XVERP names. */
const verp: Row = (options, value, { settings, standing }) => {
  if (!standing.mayVerp) return 'unsupported'
  if (!areDelimiters(value, settings.verp_delimiter_filter)) return replies.badVerp(settings.verp_delimiter_filter)
  options.verp = value
  return undefined
}

type Row = (options: MailOptions, value: string, session: SmtpSession) => Reply | undefined | 'unsupported'

/** Keys are in upper case, with `=` when they take a value. */
const OPTIONS: ReadonlyMap<string, Row> = new Map<string, Row>([
  [
    'SIZE=',
    (options, value, session) => {
      if (!/^[0-9]+$/.test(value)) return REPLIES.badSize
      options.declaredSize = Number(value)
      const isNumber = options.declaredSize <= Number.MAX_SAFE_INTEGER || BigInt(value) <= MAX_SIZE
      session.declaredSize = isNumber ? options.declaredSize : 0
      return isNumber ? undefined : REPLIES.tooBigForSystem
    },
  ],
  [
    'BODY=',
    (options, value) => {
      const body = value.toUpperCase()
      if (body !== '7BIT' && body !== '8BITMIME') return 'unsupported'
      options.body = body
      return undefined
    },
  ],
  [
    'SMTPUTF8',
    (options, _value, session) => {
      if (!offersUtf8(session)) return 'unsupported'
      options.smtputf8 = true
      return undefined
    },
  ],
  // RFC 4954 5: a server without authentication takes the option and forgets it.
  ['AUTH=', () => undefined],
  [
    'RET=',
    (options, value, { standing }) => {
      if (standing.discarded.has('DSN')) return REPLIES.dsnDisabled
      const ret = value.toUpperCase()
      if (options.ret !== undefined || (ret !== 'FULL' && ret !== 'HDRS')) return REPLIES.badRet
      options.ret = ret
      return undefined
    },
  ],
  [
    'ENVID=',
    (options, value, { standing }) => {
      if (standing.discarded.has('DSN')) return REPLIES.dsnDisabled
      const envid = decodeXtext(value)
      if (options.envid !== undefined || envid === undefined || envid === '') return REPLIES.badEnvid
      options.envid = oneLine(envid)
      return undefined
    },
  ],
  [
    'XVERP',
    (options, _value, { settings, standing }) => {
      if (!standing.mayVerp) return 'unsupported'
      // The operator's own choice need not pass the filter.
      options.verp = settings.default_verp_delimiters
      return undefined
    },
  ],
  ['XVERP=', verp],
])

/** Reads the words from the third on. */
export function mailOptions(words: readonly string[], session: SmtpSession): MailOptions | Reply {
  const { declaredSize } = session
  if (words.length <= 2 && declaredSize === 0) return NONE
  const options = { ...NONE, declaredSize }
  for (const word of words.slice(2)) {
    const { key, value } = keyed(word)
    const result = OPTIONS.get(key)?.(options, value, session) ?? (OPTIONS.has(key) ? undefined : 'unsupported')
    if (result === 'unsupported') return replies.unsupportedOption(word)
    if (isReply(result)) return result
  }
  return options
}

/** May a command ask for SMTPUTF8? */
export const offersUtf8 = ({ settings, standing }: SmtpSession): boolean =>
  settings.smtputf8_enable && !standing.discarded.has('SMTPUTF8')

/** Is SMTPUTF8 among the options of a command, and may it be? Known before they are read: addresses are read first. */
export function asksForUtf8(words: readonly string[], session: SmtpSession): boolean {
  return offersUtf8(session) && words.some((word, i) => i > 1 && word.toUpperCase() === 'SMTPUTF8')
}

/** `SIZE=5` is `SIZE=` and `5`. */
export function keyed(word: string): { key: string; value: string } {
  const equals = word.indexOf('=')
  if (equals < 0) return { key: word.toUpperCase(), value: '' }
  return { key: word.slice(0, equals + 1).toUpperCase(), value: word.slice(equals + 1) }
}
