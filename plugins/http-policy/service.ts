/** The HTTP side: one service, a pool of connections, limits of time and size, and when a request may be sent again. */
import type { Agent, Dispatcher } from 'undici'

/** Why a service gave no answer, and whether the request may be sent again. */
export class ServiceError extends Error {
  readonly mayRepeat: boolean
  constructor(message: string, mayRepeat: boolean) {
    super(message)
    this.name = 'ServiceError'
    this.mayRepeat = mayRepeat
  }
}

export interface ServiceOptions {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Milliseconds for an answer with all its tries. */
  readonly timeout: number
  readonly tries: number
  /** Milliseconds. */
  readonly retryDelay: number
  readonly idempotent: boolean
  /** Bytes. */
  readonly maxResponse: number
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>
}

export interface Service {
  /** Sends a question and gives the answer's text; undefined for none (204). @throws ServiceError, by rejection */
  ask(question: string): Promise<string | undefined>
  close(): Promise<void>
}

/** Nothing was sent when a connection failed so. */
const BEFORE_SENT: ReadonlySet<string> = new Set([
  ...['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ENETUNREACH', 'EHOSTUNREACH', 'EHOSTDOWN', 'ENOENT', 'EACCES'],
  'UND_ERR_CONNECT_TIMEOUT',
])
/** The connection broke, and nobody knows what the service has done. */
const BROKEN: ReadonlySet<string> = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT'])
/** The service, or what stands before it, asks to be asked again. */
const AGAIN: ReadonlySet<number> = new Set([502, 503, 504])

export function createService(agent: Agent, options: ServiceOptions): Service {
  const { origin, pathname, search } = new URL(options.url)
  const once = async (question: string, signal: AbortSignal): Promise<string | undefined> => {
    const response = await agent.request({
      origin,
      path: pathname + search,
      method: 'POST',
      headers: { accept: 'application/json', 'content-type': 'application/json', ...options.headers },
      body: question,
      signal,
    })
    return read(response, options)
  }
  return {
    async ask(question) {
      const signal = AbortSignal.timeout(options.timeout)
      for (let attempt = 1; ; attempt++) {
        try {
          return await once(question, signal)
        } catch (error) {
          const failure = explained(error, options)
          if (attempt >= options.tries || !failure.mayRepeat || signal.aborted) throw failure
          await options.sleep(options.retryDelay, signal).catch(() => undefined)
        }
      }
    },
    close: () => agent.destroy(),
  }
}

/** Takes the body of a good answer, up to its limit; other statuses are errors, redirections among them. */
async function read({ statusCode, body }: Dispatcher.ResponseData, options: ServiceOptions): Promise<string | undefined> {
  if (statusCode !== 200) {
    // A small body is read, so that the connection can be used again.
    await body.dump({ limit: options.maxResponse }).catch(() => undefined)
    if (statusCode === 204) return undefined
    throw new ServiceError(`status ${statusCode}`, options.idempotent && AGAIN.has(statusCode))
  }
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > options.maxResponse) {
      body.destroy()
      throw new ServiceError(`the answer is longer than ${options.maxResponse} bytes`, false)
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, size).toString('utf8')
}

function explained(error: unknown, { idempotent, timeout }: ServiceOptions): ServiceError {
  if (error instanceof ServiceError) return error
  const { code = '', name, message } = error as { code?: string; name?: string; message?: string }
  if (name === 'TimeoutError') return new ServiceError(`no answer within ${timeout} ms`, false)
  return new ServiceError(message || code || 'failed', BEFORE_SENT.has(code) || (idempotent && BROKEN.has(code)))
}
