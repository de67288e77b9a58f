/**
 * The control socket, `<queue_directory>/control`: how the command line reaches a running gateway. One JSON object a line;
 * a request `{"command": ...}` is answered by any number of `{"item": ...}` and one `{"done": ...}` or `{"error": ...}`.
 * Only the owner of the gateway can open it (mode 0600).
 */
import { rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { JsonLines, type Received } from './json-lines.ts'

/** Connections at a time; more are closed at once. */
const MOST_CONNECTIONS = 32
/** Milliseconds without a byte from the client, while nothing is being done for it, after which it is cut off. */
const PATIENCE = 30_000
/** sun_path of sockaddr_un, less the final NUL. */
const LONGEST_PATH = 107

/** An error that the caller is shown; `temporary` (of any error) becomes exit code 75. */
export class ControlError extends Error {
  readonly temporary: boolean
  constructor(message: string, temporary = false) {
    super(message)
    this.name = 'ControlError'
    this.temporary = temporary
  }
}

/**
 * Answers one command. `item` sends a part of a long answer and resolves when more may follow; the returned value is the
 * last word. `signal` aborts when the caller has gone.
 */
export type ControlHandler = (
  request: Readonly<Record<string, unknown>>,
  item: (item: unknown) => Promise<void>,
  signal: AbortSignal,
) => Promise<unknown>

/** Path of the control socket of a queue directory. */
export function controlPath(directory: string): string {
  return join(directory, 'control')
}

/** Opens the socket. The instance lock must be held: a socket file that is there is a dead one's. */
export function openControl(
  directory: string,
  commands: ReadonlyMap<string, ControlHandler>,
  owner?: { readonly mode: number },
): Promise<{ close(): Promise<void> }> {
  const path = controlPath(directory)
  if (Buffer.byteLength(path) > LONGEST_PATH)
    return Promise.reject(
      new Error(`${path}: the path of a socket may have at most ${LONGEST_PATH} bytes; use a shorter queue_directory`),
    )
  rmSync(path, { force: true })
  const open = new Set<Socket>()
  const server = createServer((socket) => {
    open.add(socket)
    socket.on('close', () => open.delete(socket))
    serve(socket, commands)
  })
  server.maxConnections = MOST_CONNECTIONS
  return listening(server, path, owner?.mode ?? 0o600).then(() => ({
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const socket of open) socket.end()
      setTimeout(() => {
        for (const socket of open) socket.destroy()
      }, 500).unref()
      await closed
    },
  }))
}

/** Binds with the right mode from the first moment on: a chmod after it would leave a gap. */
function listening(server: Server, path: string, mode: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const before = process.umask(0o777 & ~mode)
    try {
      server.once('error', reject)
      server.listen(path, () => resolve())
    } finally {
      process.umask(before)
    }
  })
}

function serve(socket: Socket, commands: ReadonlyMap<string, ControlHandler>): void {
  const lines = new JsonLines()
  const gone = new AbortController()
  const waiting: Received[] = []
  let busy = false

  const next = async (): Promise<void> => {
    if (busy) return
    busy = true
    for (let received = waiting.shift(); received !== undefined && !gone.signal.aborted; received = waiting.shift())
      await answer(socket, received, commands, gone.signal)
    busy = false
    socket.resume()
  }
  socket.setTimeout(PATIENCE, () => {
    if (!busy) socket.destroy()
  })
  socket.on('error', () => socket.destroy())
  socket.on('close', () => gone.abort())
  socket.on('data', (chunk: Buffer) => {
    waiting.push(...lines.take(chunk))
    if (waiting.length === 0) return
    // One request at a time; what the client sends meanwhile waits in its own buffers.
    socket.pause()
    void next()
  })
}

async function answer(
  socket: Socket,
  received: Received,
  commands: ReadonlyMap<string, ControlHandler>,
  signal: AbortSignal,
): Promise<void> {
  if ('problem' in received) {
    socket.end(`${JSON.stringify({ error: received.problem, temporary: false })}\n`)
    return
  }
  const command = received.object.command
  const handler = typeof command === 'string' ? commands.get(command) : undefined
  if (handler === undefined) {
    await send(socket, { error: 'unknown command', temporary: false })
    return
  }
  try {
    await send(socket, { done: (await handler(received.object, (item) => send(socket, { item }), signal)) ?? null })
  } catch (error) {
    const temporary = (error as { temporary?: unknown } | null)?.temporary === true
    await send(socket, { error: error instanceof Error ? error.message : String(error), temporary })
  }
}

/** Resolves when more may be written, or when there is nobody left to write to. */
function send(socket: Socket, object: unknown): Promise<void> {
  if (socket.destroyed || !socket.writable) return Promise.resolve()
  if (socket.write(`${JSON.stringify(object)}\n`)) return Promise.resolve()
  return new Promise((resolve) => {
    const done = (): void => {
      socket.off('drain', done)
      socket.off('close', done)
      resolve()
    }
    socket.on('drain', done)
    socket.on('close', done)
  })
}
