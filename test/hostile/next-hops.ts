/** Next hops: some that are hostile themselves, and one that keeps what comes over the wire as it comes. */
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'

/** How hostile ones misbehave, one server for each. */
const TALES: readonly ((socket: Socket) => void)[] = [
  (socket) => pour(socket, Buffer.alloc(65_536, 'x')),
  (socket) => pour(socket, Buffer.from('220-hello again\r\n'.repeat(4000))),
  (socket) => pour(socket, Buffer.from('what is this\r\n'.repeat(5000))),
  (socket) => pour(socket, Buffer.from('220 one\r\n250 two\r\n354 three\r\n250 four\r\n'.repeat(2000))),
  (socket) => {
    socket.write('220 hop.test ESMTP\r\n')
    socket.once('data', () => pour(socket, Buffer.from(`250-${'K'.repeat(900)}\r\n`.repeat(70))))
  },
]

/** See {@link startHostileHops}. */
export interface HostileHops {
  readonly ports: readonly number[]
  close(): Promise<void>
}

/** Starts them all. */
export async function startHostileHops(): Promise<HostileHops> {
  const hops = await Promise.all(TALES.map((tale) => listening(tale)))
  return {
    ports: hops.map(({ port }) => port),
    async close() {
      await Promise.all(hops.map((hop) => hop.close()))
    },
  }
}

/** Calls back with each recipient and all octets between the 354 and the end of data, that included. */
export function startWire(arrived: (recipient: string, wire: string) => void): Promise<{ port: number; close(): Promise<void> }> {
  return listening((socket) => {
    let input = ''
    let recipient = ''
    let inContent = false
    const say = (text: string): void => void socket.write(`${text}\r\n`)
    const content = (): boolean => {
      const end = input.indexOf('\r\n.\r\n')
      if (end < 0) return false
      arrived(recipient, input.slice(0, end + 5))
      input = input.slice(end + 5)
      inContent = false
      say('250 2.0.0 taken')
      return true
    }
    const command = (): boolean => {
      const end = input.indexOf('\r\n')
      if (end < 0) return false
      const line = input.slice(0, end)
      input = input.slice(end + 2)
      if (line.startsWith('RCPT')) recipient = /<([^>]*)>/.exec(line)?.[1] ?? ''
      inContent = line === 'DATA'
      say(inContent ? '354 go' : line === 'QUIT' ? '221 bye' : '250 2.0.0 ok')
      return true
    }
    say('220 wire.test ESMTP')
    socket.on('data', (chunk) => {
      input += chunk.toString('latin1')
      while (inContent ? content() : command());
    })
  })
}

async function listening(serve: (socket: Socket) => void): Promise<{ port: number; close(): Promise<void> }> {
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    serve(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      for (const socket of sockets) socket.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

/** Writes the same again and again, as fast as it is read. */
function pour(socket: Socket, bytes: Buffer): void {
  socket.resume()
  const more = (): void => {
    while (!socket.destroyed && socket.write(bytes));
  }
  socket.on('drain', more)
  more()
}
