/** http: a web service is asked; what Postfix lacks. GET with the key in the URL, or POST with a JSON body. */
import { readFileSync } from 'node:fs'
import type { Dispatcher } from 'undici'
import { readCertificates } from './certificates.ts'
import { type Backend, COMMON, configuredType, type Query, type QueryText } from './configured.ts'
import type { Quote } from './expansion.ts'
import { messageOf } from './servers.ts'
import type { Settings } from './settings.ts'

/** What is not there: no content, not found, gone. */
const NOT_THERE: ReadonlySet<number> = new Set([204, 404, 410])

export const http = configuredType({
  name: 'http',
  declared: {
    ...COMMON,
    url: '',
    method: 'GET',
    body: '{"key":"%s"}',
    headers: '',
    token_file: '',
    user: '',
    password: '',
    result_path: 'value',
    timeout: '5',
    connect_timeout: '2',
    connections: '10',
    size_limit: '65536',
    tls_CAfile: '',
    tls_CApath: '',
    tls_cert_file: '',
    tls_key_file: '',
    tls_verify_cert: 'yes',
  },
  queries(settings) {
    const queries: QueryText[] = [{ setting: 'url', text: settings.required('url'), quoteAt: () => quoteUrl }]
    if (settings.text('method').toUpperCase() !== 'POST') return queries
    return [...queries, { setting: 'body', text: settings.text('body'), quoteAt: () => quoteJson }]
  },
  open: openHttp,
})

const quoteUrl: Quote = (text) =>
  encodeURIComponent(text.toWellFormed()).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)

/** Inside a JSON string. */
const quoteJson: Quote = (text) => JSON.stringify(text).slice(1, -1)

async function openHttp(settings: Settings): Promise<Backend> {
  const { Agent } = await import('undici')
  const timeout = settings.milliseconds('timeout')
  const origin = originOf(settings)
  const agent = new Agent({
    connections: settings.number('connections', 1),
    connect: { timeout: settings.milliseconds('connect_timeout'), ...readCertificates(settings) },
    headersTimeout: timeout,
    bodyTimeout: timeout,
    keepAliveTimeout: 30_000,
  })
  return new HttpService(agent, origin, settings, timeout)
}

/** @throws Error when the URL is none, or its host would depend on the key */
function originOf(settings: Settings): string {
  const url = settings.text('url')
  const origin = /^https?:\/\/[^/?#]+/i.exec(url)?.[0] ?? ''
  if (origin === '' || !URL.canParse(origin) || /%(?!%)/.test(origin.replaceAll('%%', ''))) {
    throw settings.problem('url', 'must begin with http://host/ or https://host/, and name the same host for every key')
  }
  return origin
}

class HttpService implements Backend {
  readonly #agent: Dispatcher
  readonly #origin: string
  readonly #method: 'GET' | 'POST'
  readonly #headers: Readonly<Record<string, string>>
  readonly #path: readonly string[]
  readonly #timeout: number
  readonly #sizeLimit: number

  constructor(agent: Dispatcher, origin: string, settings: Settings, timeout: number) {
    this.#agent = agent
    this.#origin = origin
    this.#method = settings.choice('method', ['get', 'post']).toUpperCase() as 'GET' | 'POST'
    this.#headers = headersOf(settings, this.#method)
    this.#path = settings
      .text('result_path')
      .split('.')
      .filter((word) => word !== '')
    this.#timeout = timeout
    this.#sizeLimit = settings.number('size_limit', 1)
  }

  async find({ texts: [url = '', body] }: Query): Promise<string[]> {
    const { status, type, content } = await this.#request(url, body)
    if (NOT_THERE.has(status)) return []
    if (status !== 200) throw new Error(`${this.#origin}: status ${status}`)
    // Text is a value as it is; an empty one is none.
    if (!/^application\/([a-z0-9.+-]+\+)?json\b/i.test(type)) return content.trim() === '' ? [] : [content.trim()]
    return valuesIn(content, this.#path)
  }

  async #request(url: string, body: string | undefined): Promise<{ status: number; type: string; content: string }> {
    try {
      const { request } = await import('undici')
      const response = await request(url, {
        method: this.#method,
        headers: this.#headers,
        dispatcher: this.#agent,
        // One time for all: name, connection, answer.
        signal: AbortSignal.timeout(this.#timeout),
        ...(body === undefined ? {} : { body }),
      })
      const chunks: Buffer[] = []
      let size = 0
      for await (const chunk of response.body as AsyncIterable<Buffer>) {
        size += chunk.length
        if (size > this.#sizeLimit) throw new Error(`an answer of over ${this.#sizeLimit} octets`)
        chunks.push(chunk)
      }
      return {
        status: response.statusCode,
        type: String(response.headers['content-type'] ?? ''),
        content: Buffer.concat(chunks).toString(),
      }
    } catch (error) {
      const isLate = (error as Error).name === 'TimeoutError'
      throw new Error(`${this.#origin}: ${isLate ? `no answer within ${this.#timeout / 1000} s` : messageOf(error)}`, {
        cause: error,
      })
    }
  }

  /** Any answer shows that there is a server. */
  async inspect(): Promise<{ source: string }> {
    await this.#request(`${this.#origin}/`, this.#method === 'POST' ? '' : undefined)
    return { source: this.#origin }
  }

  /** Requests under way end by their own time. */
  close(): Promise<void> {
    return this.#agent.close()
  }
}

/** Headers of every request. @throws Error when one is malformed, or a file can not be read */
function headersOf(settings: Settings, method: string): Record<string, string> {
  const headers: Record<string, string> = { accept: 'application/json, text/plain;q=0.5' }
  if (method === 'POST') headers['content-type'] = 'application/json'
  const [user, token] = [settings.text('user'), settings.text('token_file')]
  if (user !== '') headers.authorization = `Basic ${Buffer.from(`${user}:${settings.text('password')}`).toString('base64')}`
  if (token !== '') headers.authorization = `Bearer ${readFileSync(token, 'utf8').trim()}`
  // `Name: value; Name: value`
  for (const header of settings.text('headers').split(';')) {
    if (header.trim() === '') continue
    const [, name, value] = /^\s*([\w!#$%&'*+.^`|~-]+)\s*:\s*(.*?)\s*$/.exec(header) ?? []
    if (name === undefined || value === undefined)
      throw settings.problem('headers', `has ${JSON.stringify(header.trim())}, expected "Name: value; ..."`)
    headers[name.toLowerCase()] = value
  }
  return headers
}

/**
 * The values at a path of a JSON text: text, numbers and booleans, or a list of them. What is missing, null or false is not there.
 * @throws Error when it is no JSON, or has something else there
 */
export function valuesIn(content: string, path: readonly string[]): string[] {
  let at: unknown
  try {
    at = JSON.parse(content)
  } catch {
    throw new Error('the answer is no JSON')
  }
  // A bare value needs no path.
  for (const word of path) {
    if (typeof at !== 'object' || at === null || Array.isArray(at)) break
    at = Object.hasOwn(at, word) ? (at as Record<string, unknown>)[word] : undefined
  }
  const values = Array.isArray(at) ? (at as unknown[]) : [at]
  return values
    .filter((value) => value !== undefined && value !== null && value !== false)
    .map((value) => {
      if (typeof value === 'object') throw new Error('the answer has no text at result_path')
      return String(value)
    })
}
