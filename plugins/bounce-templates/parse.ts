/** Reads a template file: `failure_template = <<EOF`, headers, an empty line, text, `EOF`. */
import { isAscii, isUtf8 } from 'node:buffer'

/** What is undefined stays as it is without a template. */
export interface Template {
  /** Of the notice; us-ascii and what is utf-8 already are utf-8. */
  readonly charset: string | undefined
  readonly from: string | undefined
  readonly subject: string | undefined
  readonly postmasterSubject: string | undefined
  readonly text: readonly string[]
}

const TEMPLATES: ReadonlySet<string> = new Set(['failure_template', 'delay_template', 'success_template', 'verify_template'])
const HEADERS: ReadonlySet<string> = new Set(['charset', 'from', 'subject', 'postmaster-subject'])
const UTF8: ReadonlySet<string> = new Set(['us-ascii', 'utf-8', 'utf8'])

const START = /^([A-Za-z_]+)\s*=\s*<<\s*(\S+)\s*$/
const HEADER = /^([!-9;-~]+)\s*:\s*(.*?)\s*$/

/** @param file for messages @throws Error that names file and line */
export function parseTemplates(bytes: Buffer, file: string): ReadonlyMap<string, Template> {
  // A byte is a character here; what the bytes mean is said by each template.
  const lines = bytes.toString('latin1').split(/\r?\n/)
  const templates = new Map<string, Template>()
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? ''
    if (line.trim() === '' || line.startsWith('#')) continue
    const fail = (what: string, on = at): never => {
      throw new Error(`${file}:${on + 1}: ${what}`)
    }
    const [, name = '', word = ''] = START.exec(line) ?? []
    if (!TEMPLATES.has(name))
      fail(`expected one of ${[...TEMPLATES].join(', ')}, followed by = <<EOF; found ${JSON.stringify(line)}`)
    const end = lines.indexOf(word, at + 1)
    if (end < 0) fail(`${name} has no line ${JSON.stringify(word)} that ends it`)
    templates.set(
      name,
      templateOf(lines.slice(at + 1, end), (what, offset) => fail(what, at + 1 + offset)),
    )
    at = end
  }
  return templates
}

function templateOf(lines: readonly string[], fail: (what: string, offset: number) => never): Template {
  const headers = new Map<string, string>()
  let at = 0
  for (; at < lines.length && lines[at] !== ''; at++) {
    const [, name = '', value = ''] = HEADER.exec(lines[at] ?? '') ?? []
    if (!HEADERS.has(name.toLowerCase()))
      fail(`expected Charset:, From:, Subject:, Postmaster-Subject: or an empty line; found ${JSON.stringify(lines[at])}`, at)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant
    if (!/^[\x01-\x7f]*$/.test(value)) fail(`${name} may have ASCII characters only`, at)
    headers.set(name.toLowerCase(), value)
  }
  const { text, charset } = decoded(lines.slice(at + 1), headers.get('charset'), (what) => fail(what, at))
  return {
    charset,
    from: headers.get('from'),
    subject: headers.get('subject'),
    postmasterSubject: headers.get('postmaster-subject'),
    text,
  }
}

/** Notices are written in UTF-8: what is in another charset is, from then on, in that. */
function decoded(lines: readonly string[], charset: string | undefined, fail: (what: string) => never) {
  const bytes = Buffer.from(lines.join('\n'), 'latin1')
  if (isAscii(bytes))
    return { text: [...lines], charset: charset === undefined || UTF8.has(charset.toLowerCase()) ? 'utf-8' : charset }
  if (charset === undefined) fail('text that is not ASCII needs a Charset:')
  if (isUtf8(bytes)) return { text: bytes.toString('utf8').split('\n'), charset: 'utf-8' }
  try {
    return { text: new TextDecoder(charset, { fatal: true }).decode(bytes).split('\n'), charset: 'utf-8' }
  } catch {
    return fail(`the text is not in ${charset}`)
  }
}
