/** What a table says about a header or line: header_checks(5) results, parsed. */

/** A result, ready to be obeyed. `bad`: it can not be; the text says why, as Postfix logs it. */
export type Action =
  | { readonly kind: 'reject'; readonly code: number; readonly status: string; readonly text: string; readonly warning?: string }
  | { readonly kind: 'remove' | 'pass' | 'none' | 'strip' | 'discard' | 'hold' | 'warn' | 'info'; readonly text: string }
  | { readonly kind: 'replace' | 'prepend' | 'redirect' | 'bcc' | 'filter'; readonly text: string }
  | { readonly kind: 'bad'; readonly text: string }

const SIMPLE: ReadonlyMap<string, Action['kind']> = new Map([
  ['DISCARD', 'discard'],
  ['DUNNO', 'none'],
  ['OK', 'none'],
  ['DELAY', 'none'],
  ['HOLD', 'hold'],
  ['IGNORE', 'remove'],
  ['INFO', 'info'],
  ['PASS', 'pass'],
  ['STRIP', 'strip'],
  ['WARN', 'warn'],
])

/** Parses a result. `source` is the parameter that names the table; `isHeader` asks whether new text must be a header. */
export function parseAction(value: string, source: string, isHeader: boolean): Action {
  const [, word = '', text = ''] = /^\s*(\S*)\s*([\s\S]*?)\s*$/.exec(value) ?? []
  const name = word.toUpperCase()
  const simple = SIMPLE.get(name)
  if (simple !== undefined) return { kind: simple, text } as Action
  const parse = WITH_TEXT.get(name)
  if (parse !== undefined) return parse(text, source, isHeader)
  return { kind: 'bad', text: `unknown command in ${source} map: ${value}` }
}

type Parser = (text: string, source: string, isHeader: boolean) => Action

const HEADER = /^[!-9;-~]+[ \t]*:/

const WITH_TEXT: ReadonlyMap<string, Parser> = new Map<string, Parser>([
  ['REJECT', rejection],
  ['REPLACE', (text, source, isHeader) => newText('replace', text, source, isHeader)],
  ['PREPEND', (text, source, isHeader) => newText('prepend', text, source, isHeader)],
  [
    'REDIRECT',
    (text, source) =>
      text.includes('@') ? { kind: 'redirect', text } : bad(`bad REDIRECT target "${text}" in ${source} map -- need user@domain`),
  ],
  [
    'BCC',
    (text, source) =>
      text.includes('@') ? { kind: 'bcc', text } : bad(`bad BCC address "${text}" in ${source} map -- need user@domain`),
  ],
  [
    'FILTER',
    (text, source) =>
      text.includes(':')
        ? { kind: 'filter', text }
        : bad(`bad FILTER command ${text} in ${source} -- need transport:destination`),
  ],
])

function bad(text: string): Action {
  return { kind: 'bad', text }
}

function newText(kind: 'replace' | 'prepend', text: string, source: string, isHeader: boolean): Action {
  const word = kind.toUpperCase()
  if (text === '') return bad(`${word} action without text in ${source} map`)
  if (isHeader && !HEADER.test(text))
    return bad(`bad ${word} header text "${text}" in ${source} map -- need "headername: headervalue"`)
  return { kind, text }
}

const STATUS = /^(\d)\.(\d{1,3})\.(\d{1,3})(?:\s+([\s\S]*))?$/

/** `REJECT 5.7.7 text`; a status that is no refusal becomes 4.7.1, as in Postfix. */
function rejection(text: string): Action {
  const [, klass, subject, detail, rest = ''] = STATUS.exec(text) ?? []
  if (klass === undefined) return { kind: 'reject', code: 550, status: '5.7.1', text: text || 'message content rejected' }
  const said = rest || 'message content rejected'
  if (klass !== '4' && klass !== '5') {
    const warning = `bad DSN action in ${text} -- need 4.x.x or 5.x.x`
    return { kind: 'reject', code: 451, status: '4.7.1', text: said, warning }
  }
  return { kind: 'reject', code: klass === '4' ? 451 : 550, status: `${klass}.${subject}.${detail}`, text: said }
}

/** What header_checks(5) leaves to the clients: mail on its way out can be changed, and no more be decided about. */
const ON_THE_WAY_OUT: ReadonlySet<string> = new Set(['DUNNO', 'IGNORE', 'INFO', 'OK', 'PREPEND', 'REPLACE', 'STRIP', 'WARN'])

/** Parses a result for mail on its way out. */
export function parseOutgoingAction(value: string, source: string, isHeader: boolean): Action {
  const [word = ''] = value.trim().split(/\s/, 1)
  return ON_THE_WAY_OUT.has(word.toUpperCase())
    ? parseAction(value, source, isHeader)
    : bad(`unsupported command in ${source} map: ${value}`)
}
