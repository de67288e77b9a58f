/** Connections to one policy server: reused while they are fresh, one request at a time on each. */
import { connect, type Socket } from 'node:net'
import type { Endpoint } from './settings.ts'

/** Limits of connections; milliseconds. */
export interface Limits {
  readonly timeout: number
  readonly maxIdle: number
  readonly maxTtl: number
  /** Requests on one connection; 0 is no limit. */
  readonly requestLimit: number
}

const NO_ACTION = 'missing attribute action'
/** What a server may say at most, in bytes: an action is one line. */
const LONGEST_ANSWER = 16_384

/** The exchange failed; `message` is what logs say, `detail` what was wrong with the answer. */
export class PolicyError extends Error {
  readonly detail: string | undefined
  constructor(message: string, detail?: string) {
    super(message)
    this.detail = detail
  }
}

/** One connection and how long it has been in use. */
interface Line {
  readonly socket: Socket
  readonly opened: number
  requests: number
  used: number
}

export interface PolicyClient {
  /** Sends a request and gives the action. @throws PolicyError, by rejection */
  ask(request: string): Promise<string>
  close(): void
}

/** A pool of connections to one server. */
export function createPolicyClient(endpoint: Endpoint, limits: Limits, now: () => number): PolicyClient {
  const idle: Line[] = []
  const all = new Set<Line>()
  const drop = (line: Line): void => {
    all.delete(line)
    const at = idle.indexOf(line)
    if (at !== -1) idle.splice(at, 1)
    line.socket.destroy()
  }
  const isFresh = (line: Line): boolean => {
    const time = now()
    if (line.socket.destroyed || time - line.used >= limits.maxIdle || time - line.opened >= limits.maxTtl) return false
    return limits.requestLimit === 0 || line.requests < limits.requestLimit
  }
  const take = async (): Promise<Line> => {
    for (let line = idle.pop(); line !== undefined; line = idle.pop()) {
      if (isFresh(line)) return line
      drop(line)
    }
    const opened = now()
    const line = { socket: await dial(endpoint, limits.timeout), opened, requests: 0, used: opened }
    all.add(line)
    // The server may close, or speak out of turn, while nothing is asked: either ends the connection.
    line.socket.on('close', () => drop(line))
    return line
  }
  return {
    async ask(request) {
      const line = await take()
      try {
        const action = await exchange(line.socket, request, limits.timeout)
        line.requests++
        line.used = now()
        line.socket.setTimeout(limits.maxIdle, () => drop(line))
        line.socket.unref()
        if (isFresh(line)) idle.push(line)
        else drop(line)
        return action
      } catch (error) {
        drop(line)
        throw error
      }
    },
    close() {
      for (const line of all) drop(line)
    },
  }
}

function dial(endpoint: Endpoint, timeout: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(endpoint as { path: string })
    const failed = (why: string): void => {
      socket.destroy()
      reject(new PolicyError(why))
    }
    socket.setTimeout(timeout, () => failed('Connection timed out'))
    socket.once('error', (error) => failed(reasonOf(error)))
    socket.once('connect', () => {
      socket.removeAllListeners()
      // Errors show as a close.
      socket.on('error', () => undefined)
      socket.setTimeout(0)
      resolve(socket)
    })
  })
}

/** Writes the request and reads attributes up to the empty line. */
function exchange(socket: Socket, request: string, timeout: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let length = 0
    const done = (finish: () => void): void => {
      socket.off('data', read)
      socket.off('close', closed)
      socket.setTimeout(0)
      socket.removeAllListeners('timeout')
      finish()
    }
    const closed = (): void => done(() => reject(new PolicyError('Application error')))
    const read = (chunk: Buffer): void => {
      chunks.push(chunk)
      length += chunk.length
      const text = Buffer.concat(chunks, length).toString('utf8')
      const end = /(?:^|\n)\r?\n/.exec(text)
      if (end === null && length <= LONGEST_ANSWER) return
      const action = end === null ? undefined : actionOf(text.slice(0, end.index))
      // What follows would be taken for the answer to the next request.
      if (end !== null && end.index + end[0].length < text.length) socket.destroy()
      const failure = (): PolicyError => new PolicyError('Application error', end === null ? 'too long an answer' : NO_ACTION)
      done(() => (action === undefined ? reject(failure()) : resolve(action)))
    }
    socket.ref()
    socket.on('data', read)
    socket.once('close', closed)
    socket.setTimeout(timeout, () => done(() => reject(new PolicyError('Connection timed out'))))
    socket.write(request)
  })
}

/** The first `action=` of an answer; other attributes mean nothing. Undefined: it has none, or a line before it is no attribute. */
export function actionOf(answer: string): string | undefined {
  for (const line of answer.split('\n')) {
    const equals = line.indexOf('=')
    if (equals === -1) return undefined
    if (line.slice(0, equals).trim() === 'action') return line.slice(equals + 1).trim()
  }
  return undefined
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'Connection refused',
  ENOENT: 'No such file or directory',
  EACCES: 'Permission denied',
  ECONNRESET: 'Connection reset by peer',
  ETIMEDOUT: 'Connection timed out',
  EHOSTUNREACH: 'No route to host',
  ENOTFOUND: 'Name or service not known',
}

function reasonOf(error: NodeJS.ErrnoException): string {
  return REASONS[error.code ?? ''] ?? error.message
}
