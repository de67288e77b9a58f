/** A policy server for tests: Postfix's policy delegation protocol (SMTPD_POLICY_README) on a loopback port or a unix socket. */
import { createServer, type Server, type Socket } from 'node:net'

/** The attributes of one request. */
export type PolicyRequest = Readonly<Record<string, string>>
/** Answers with an action (`REJECT no`); `undefined` drops the connection; a promise may never settle, to play a stuck server. */
export type PolicyAnswer = (request: PolicyRequest) => string | undefined | Promise<string | undefined>

/** See {@link fakePolicyServer}. */
export interface FakePolicyServer {
  /** `inet:127.0.0.1:PORT` or `unix:PATH`. */
  readonly address: string
  readonly requests: readonly PolicyRequest[]
  /** Connections so far. */
  readonly connections: number
  close(): Promise<void>
}

/** Starts a policy server; `answer` is asked for each request. With `path` it listens on that unix socket. */
export async function fakePolicyServer(
  answer: PolicyAnswer,
  options: { readonly path?: string } = {},
): Promise<FakePolicyServer> {
  const requests: PolicyRequest[] = []
  const sockets = new Set<Socket>()
  let connections = 0
  const server = createServer((socket) => {
    connections++
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
    converse(socket, answer, requests)
  })
  const address = await listening(server, options.path)
  return {
    address,
    requests,
    get connections() {
      return connections
    },
    close() {
      for (const socket of sockets) socket.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

function listening(server: Server, path: string | undefined): Promise<string> {
  return new Promise((resolve, reject) => {
    server.on('error', reject)
    const ready = (): void => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? `inet:127.0.0.1:${address.port}` : `unix:${path}`)
    }
    if (path === undefined) server.listen(0, '127.0.0.1', ready)
    else server.listen(path, ready)
  })
}

/** Requests come one after the other on one connection; answers go back in order. */
function converse(socket: Socket, answer: PolicyAnswer, requests: PolicyRequest[]): void {
  let text = ''
  let turn = Promise.resolve()
  socket.on('data', (chunk) => {
    text += chunk.toString('utf8')
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const request = attributes(text.slice(0, end))
      text = text.slice(end + 2)
      requests.push(request)
      turn = turn.then(async () => {
        const action = await answer(request)
        if (action === undefined) socket.destroy()
        else socket.write(`action=${action}\n\n`)
      })
    }
  })
}

function attributes(text: string): PolicyRequest {
  const pairs: Record<string, string> = Object.create(null)
  for (const line of text.split('\n')) {
    const equals = line.indexOf('=')
    if (equals > 0) pairs[line.slice(0, equals)] = line.slice(equals + 1)
  }
  return pairs
}
