/** How a policy service is named: `inet:host:port`, `unix:path`, or `{ service, timeout=10s, { default_action = 450 text } }`. */
import { isAbsolute, join } from 'node:path'
import type { PolicyServiceOptions } from '../../schemas/plugins/policy-service.d.ts'

/** Where to connect. */
export type Endpoint = { readonly host: string; readonly port: number } | { readonly path: string }

type Setting = Exclude<keyof PolicyServiceOptions, 'service'>
const SETTINGS: ReadonlySet<string> = new Set<Setting>([
  'timeout',
  'max_idle',
  'max_ttl',
  'request_limit',
  'try_limit',
  'retry_delay',
  'default_action',
  'policy_context',
])

/** Options from a restriction's argument; '' stands for "as the parameter says". @throws Error naming what is wrong */
export function parseArgument(argument: string): PolicyServiceOptions {
  const text = argument.trim()
  const words = text.startsWith('{') ? splitWords(text.slice(1, text.endsWith('}') ? -1 : undefined)) : [text]
  const [service = '', ...settings] = words
  if (service === '') throw new Error('expected inet:host:port or unix:path')
  const options: Record<Setting | 'service', string> = {
    service,
    timeout: '',
    max_idle: '',
    max_ttl: '',
    request_limit: '',
    try_limit: '',
    retry_delay: '',
    default_action: '',
    policy_context: '',
  }
  for (const word of settings) {
    const plain = word.startsWith('{') && word.endsWith('}') ? word.slice(1, -1) : word
    const equals = plain.indexOf('=')
    const name = plain.slice(0, equals).trim()
    if (equals < 1 || !SETTINGS.has(name)) throw new Error(`unknown setting of a policy service: ${JSON.stringify(word)}`)
    options[name as Setting] = plain.slice(equals + 1).trim()
  }
  return options
}

/** Splits at commas and white space outside of braces. */
function splitWords(text: string): string[] {
  const words: string[] = []
  let depth = 0
  let word = ''
  for (const c of `${text},`) {
    if (c === '{') depth++
    if (c === '}') depth--
    if (depth < 0) throw new Error('a policy service has a "}" without its "{"')
    if (depth === 0 && /[\s,]/.test(c)) {
      if (word !== '') words.push(word)
      word = ''
    } else word += c
  }
  if (depth !== 0) throw new Error('a policy service has a "{" without its "}"')
  return words
}

/** @throws Error for what is neither inet: nor unix: */
export function parseEndpoint(service: string, queueDirectory: string): Endpoint {
  if (service.startsWith('unix:')) {
    const path = service.slice(5)
    return { path: isAbsolute(path) ? path : join(queueDirectory, path) }
  }
  const match = /^inet:(?:(\[[^\]]+\]|[^:]*):)?(\d{1,5})$/.exec(service)
  const port = Number(match?.[2])
  if (match === null || port < 1 || port > 65_535)
    throw new Error(`bad policy service ${JSON.stringify(service)}: expected inet:host:port or unix:path`)
  return { host: match[1]?.replace(/^\[(.*)\]$/, '$1') || '127.0.0.1', port }
}

/** As logs show it: `127.0.0.1:10023`, or the path. */
export function endpointName(endpoint: Endpoint): string {
  return 'path' in endpoint ? endpoint.path : `${endpoint.host}:${endpoint.port}`
}

const UNITS: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }

/** `10s` in milliseconds; `otherwise` for ''. @throws Error */
export function duration(text: string, otherwise: number): number {
  if (text === '') return otherwise
  const match = /^(\d{1,9})\s*([smhdw]?)$/i.exec(text)
  if (match === null) throw new Error(`bad time ${JSON.stringify(text)}: expected a number and s, m, h, d or w`)
  return Number(match[1]) * (UNITS[(match[2] ?? '').toLowerCase()] ?? 1) * 1000
}

/** A whole number; `otherwise` for ''. @throws Error */
export function whole(text: string, otherwise: number): number {
  if (text === '') return otherwise
  if (!/^\d{1,9}$/.test(text)) throw new Error(`bad number ${JSON.stringify(text)}`)
  return Number(text)
}
