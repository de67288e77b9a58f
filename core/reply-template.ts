/**
 * `$name` expansion of reply templates, with values from the peer kept to the characters of smtpd_expansion_filter.
 * Postfix: default_rbl_reply, rbl_reply_maps, smtpd_reject_footer, smtpd_expansion_filter.
 */
import { ACCESS_PARAMETERS } from './access/parameters.ts'
import type { AccessRequest } from './facts.ts'
import type { Scope } from './parameters.ts'

/** The characters of smtpd_expansion_filter as a set: `\t`, `\40` and the like are escapes. */
export function expansionFilter(scope: Scope): ReadonlySet<string> {
  const text = scope.values(ACCESS_PARAMETERS).smtpd_expansion_filter
  const escapes: Record<string, string> = { t: '\t', n: '\n', r: '\r', f: '\f', v: '\v', b: '\b', a: '\x07' }
  const plain = text.replace(/\\([0-7]{1,3}|.)/gs, (_, e: string) =>
    /^[0-7]/.test(e) ? String.fromCharCode(Number.parseInt(e, 8) & 255) : (escapes[e] ?? e),
  )
  return new Set(plain)
}

/** The value with every character that is not allowed replaced by `_`, byte by byte as Postfix counts. */
export function filtered(value: string, allowed: ReadonlySet<string>): string {
  let out = ''
  for (const c of value) out += allowed.has(c) ? c : '_'.repeat(Buffer.byteLength(c))
  return out
}

/** Values of the names that every reply template knows. */
export function requestValue(name: string, request: AccessRequest): string | undefined {
  return REQUEST_VALUES[name]?.(request)
}

const REQUEST_VALUES: Readonly<Record<string, (r: AccessRequest) => string>> = Object.assign(Object.create(null), {
  client: ({ client }: AccessRequest) => `${client.name}[${client.address}]`,
  client_address: ({ client }: AccessRequest) => client.address,
  client_name: ({ client }: AccessRequest) => client.name,
  client_port: ({ client }: AccessRequest) => String(client.port),
  reverse_client_name: ({ client }: AccessRequest) => client.reverseName,
  helo_name: ({ helo }: AccessRequest) => helo ?? '',
  server_address: ({ session }: AccessRequest) => session.server.address,
  server_port: ({ session }: AccessRequest) => String(session.server.port),
  sender: ({ sender }: AccessRequest) => (sender === undefined ? '' : sender.text || '<>'),
  sender_name: ({ sender }: AccessRequest) => (sender === undefined ? '' : sender.local || '<>'),
  sender_domain: ({ sender }: AccessRequest) => sender?.domain ?? '',
  recipient: ({ recipient }: AccessRequest) => recipient?.text ?? '',
  recipient_name: ({ recipient }: AccessRequest) => recipient?.local ?? '',
  recipient_domain: ({ recipient }: AccessRequest) => recipient?.domain ?? '',
} satisfies Record<string, (r: AccessRequest) => string>)

/**
 * Expands `$name`, `${name}`, `$(name)`, `${name?text}`, `${name:text}`, `${name?{a}:{b}}` and `$$`. Unknown names are empty.
 */
export function expandTemplate(template: string, lookup: (name: string) => string | undefined): string {
  // Of this call alone: branches are expanded by calls inside of it.
  const reference = /\$(?:\$|([A-Za-z0-9_]+)|\(([^()]*)\)|\{)/g
  let out = ''
  let at = 0
  for (let m = reference.exec(template); m !== null; m = reference.exec(template)) {
    out += template.slice(at, m.index)
    at = m.index + m[0].length
    if (m[0] === '$$') out += '$'
    else if (m[0] === '${') {
      const end = closing(template, at)
      out += conditional(template.slice(at, end), lookup)
      at = end + 1
    } else out += lookup(m[1] ?? m[2] ?? '') ?? ''
    reference.lastIndex = at
  }
  return out + template.slice(at)
}

/** Index of the brace that closes the one before `from`; the end of the text when there is none. */
function closing(text: string, from: number): number {
  let depth = 1
  for (let i = from; i < text.length; i++) {
    if (text[i] === '{') depth++
    if (text[i] === '}' && --depth === 0) return i
  }
  return text.length
}

/** `name`, `name?yes`, `name:no`, `name?{yes}:{no}`. */
function conditional(body: string, lookup: (name: string) => string | undefined): string {
  const m = /^\s*(\w+)\s*([?:]?)(.*)$/s.exec(body)
  if (m === null) return ''
  const [, name = '', operator = '', rest = ''] = m
  const value = lookup(name) ?? ''
  if (operator === '') return value
  const [yes, no] = operator === '?' ? branches(rest) : ['', rest.replace(/^\s*\{(.*)\}\s*$/s, '$1')]
  return expandTemplate(value !== '' ? yes : no, lookup)
}

function branches(rest: string): [yes: string, no: string] {
  const text = rest.trimStart()
  if (!text.startsWith('{')) return [rest, '']
  const end = closing(text, 1)
  const no = /^\s*:\s*\{(.*)\}\s*$/s.exec(text.slice(end + 1))?.[1] ?? ''
  return [text.slice(1, end), no]
}
