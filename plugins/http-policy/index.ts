/**
 * http-policy: asks a web service about each request, by a POST of JSON, and does what its JSON answer says. What policy delegation is
 * for programs that speak HTTP; Postfix has nothing like it.
 */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { definePlugin, type PluginContext } from '#postern'
import type { HttpPolicyOptions } from '../../schemas/plugins/http-policy.d.ts'
import schema from '../../schemas/plugins/http-policy.json' with { type: 'json' }
import { obey, parseAnswer } from './answer.ts'
import { milliseconds } from './duration.ts'
import { questionOf } from './question.ts'
import { createService, type Service } from './service.ts'

export default definePlugin<HttpPolicyOptions>({
  name: 'http-policy',
  stages: ['connect', 'helo', 'mail', 'relay', 'rcpt', 'data', 'end_of_data', 'etrn', 'vrfy'],
  schema,
  async setup(options, context) {
    const service = await serviceOf(options, context)
    const { id, log } = context
    const warn = (message: string): void => log.warn(`http-policy ${id}: ${message}`)
    return {
      // What is thrown, core answers with the entry's onError.
      async access(request) {
        const text = await service.ask(questionOf(request, id, options.context))
        return text === undefined ? undefined : obey(parseAnswer(text), request, warn)
      },
      stop: () => service.close(),
    }
  },
})

/** @throws Error for what can not be used: a URL, a time, a file */
async function serviceOf(options: HttpPolicyOptions, { baseDirectory, clock }: PluginContext): Promise<Service> {
  if (!URL.canParse(options.url)) throw new Error(`${JSON.stringify(options.url)} is no URL`)
  const file = (name: string): string => readFileSync(resolve(baseDirectory, name), 'utf8')
  const times = {
    connect: milliseconds('connect_timeout', options.connect_timeout),
    headers: milliseconds('headers_timeout', options.headers_timeout),
    body: milliseconds('body_timeout', options.body_timeout),
  }
  const token = options.token_file === '' ? options.token : (file(options.token_file).split('\n')[0] ?? '').trim()
  const { Agent } = await import('undici')
  const agent = new Agent({
    connections: options.connections,
    connect: {
      timeout: times.connect,
      ...(options.socket === '' ? {} : { socketPath: resolve(baseDirectory, options.socket) }),
      ...(options.ca_file === '' ? {} : { ca: file(options.ca_file) }),
      ...(options.cert_file === '' ? {} : { cert: file(options.cert_file) }),
      ...(options.key_file === '' ? {} : { key: file(options.key_file) }),
    },
    headersTimeout: times.headers,
    bodyTimeout: times.body,
  })
  return createService(agent, {
    url: options.url,
    headers: { ...options.headers, ...(token === '' ? {} : { authorization: `Bearer ${token}` }) },
    timeout: milliseconds('timeout', options.timeout),
    tries: options.tries,
    retryDelay: milliseconds('retry_delay', options.retry_delay),
    idempotent: options.idempotent,
    maxResponse: options.max_response,
    sleep: (time, signal) => clock.sleep(time, signal),
  })
}
