/** The command line's end of the control socket. */
import { createConnection } from 'node:net'
import { createInterface } from 'node:readline'
import { controlPath } from './control.ts'

/** The gateway answered with an error, or can not be reached. */
export class ControlFailure extends Error {
  /** Trying again later may help: exit code 75. */
  readonly temporary: boolean
  constructor(message: string, temporary: boolean) {
    super(message)
    this.name = 'ControlFailure'
    this.temporary = temporary
  }
}

/** Nothing listens: the gateway is not running. */
export class NotRunning extends ControlFailure {
  constructor(directory: string) {
    super(`no Postern is running on queue directory ${directory}`, true)
    this.name = 'NotRunning'
  }
}

type Line = { readonly item: unknown } | { readonly done: unknown } | { readonly error: string; readonly temporary?: boolean }

/**
 * Sends one request; `onItem` is given each part of the answer, in order.
 * @returns the last word
 * @throws NotRunning, ControlFailure
 */
export async function askGateway<R = unknown>(
  directory: string,
  request: { readonly command: string; readonly [argument: string]: unknown },
  onItem: (item: never) => void | Promise<void> = () => {},
): Promise<R> {
  const socket = createConnection(controlPath(directory))
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('error', (error: NodeJS.ErrnoException) => reject(refusalOf(error, directory)))
  })
  socket.on('error', () => socket.destroy())
  socket.write(`${JSON.stringify(request)}\n`)
  try {
    for await (const text of createInterface({ input: socket, crlfDelay: Number.POSITIVE_INFINITY })) {
      const line = JSON.parse(text) as Line
      if ('item' in line) await onItem(line.item as never)
      else if ('error' in line) throw new ControlFailure(line.error, line.temporary === true)
      else return line.done as R
    }
  } finally {
    socket.destroy()
  }
  throw new ControlFailure('the gateway closed the connection before it answered', true)
}

function refusalOf(error: NodeJS.ErrnoException, directory: string): ControlFailure {
  if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') return new NotRunning(directory)
  if (error.code === 'EACCES') return new ControlFailure(`not allowed to control the Postern of ${directory}`, false)
  return new ControlFailure(`${controlPath(directory)}: ${error.message}`, true)
}
