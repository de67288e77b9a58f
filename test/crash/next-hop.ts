/** The server behind the gateway in the crash test: takes, refuses, defers and hangs up, and books what it got. */
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { readLines } from '../kit/lines.ts'
import type { Ledger } from './ledger.ts'
import { failedRecipients, isIntact } from './mail.ts'

/** See {@link startNextHop}. */
export interface NextHop {
  readonly port: number
  close(): Promise<void>
}

/** Starts it. One message in fifteen meets a connection that dies after the dot. `kills` tells how many there were so far. */
export async function startNextHop(ledger: Ledger, random: () => number, kills: () => number): Promise<NextHop> {
  const sockets = new Set<Socket>()
  const deferred = new Set<string>()
  const server: Server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    serve(socket, { ledger, random, kills, deferred }).catch(() => socket.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', 1024, resolve))
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      for (const socket of sockets) socket.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

interface Books {
  readonly ledger: Ledger
  readonly random: () => number
  readonly kills: () => number
  /** Recipients of later.test that were asked to wait once. */
  readonly deferred: Set<string>
}

async function serve(socket: Socket, books: Books): Promise<void> {
  const lines = readLines(socket)
  const say = (text: string): void => void (socket.destroyed || socket.write(`${text}\r\n`))
  let recipients: string[] = []
  let died: (() => void) | undefined
  // Of a process that is dead already, what it had sent is still read here.
  const killsAtOpen = books.kills()
  let taken: readonly string[] = []
  const note = (what: string): void => {
    books.ledger.note(taken, `${new Date().toISOString().slice(17, 23)} kill ${books.kills()} port ${socket.remotePort}: ${what}`)
  }
  say('220 next.test ESMTP')
  for (;;) {
    const line = await lines.next(300_000).catch(() => undefined)
    note(line?.slice(0, 40) ?? 'connection ended')
    if (line === undefined) {
      died?.()
      return
    }
    const verb = line.slice(0, 4)
    // QUIT can have been sent together with the dot (PIPELINING): it does not prove that the reply was read.
    if (verb !== 'QUIT') died = undefined
    if (verb === 'EHLO') say('250-next.test\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-DSN\r\n250 SIZE')
    else if (verb === 'RCPT') say(recipientReply(line, recipients, books))
    else if (verb === 'DATA' && recipients.length === 0) say('554 5.5.1 no valid recipients')
    else if (verb === 'DATA') {
      say('354 go')
      const content = await lines.content(60_000).catch(() => undefined)
      if (content === undefined) return
      died = take(socket, content, recipients, books)
      taken = recipients
      note(died === undefined ? 'dot, not answered' : 'dot, answered')
      recipients = []
    } else if (verb === 'QUIT') {
      const closed = new Promise((resolve) => socket.once('close', resolve))
      say('221 bye')
      socket.end()
      await closed
      note('closed after QUIT')
      if (books.kills() !== killsAtOpen) died?.()
      return
    } else {
      if (verb === 'MAIL' || verb === 'RSET') recipients = []
      say('250 2.0.0 ok')
    }
  }
}

function recipientReply(line: string, recipients: string[], books: Books): string {
  const address = /<([^>]*)>/.exec(line)?.[1] ?? ''
  if (address.endsWith('@refused.test')) return '550 5.1.1 no such user'
  if (address.endsWith('@later.test') && !books.deferred.has(address)) {
    books.deferred.add(address)
    return '450 4.2.0 later'
  }
  recipients.push(address)
  return '250 2.1.5 ok'
}

/** Books a message; returns what to do when the connection dies before another command. */
function take(socket: Socket, content: Buffer, recipients: readonly string[], books: Books): (() => void) | undefined {
  const intact = isIntact(content)
  if (intact === undefined) {
    const notice = /^Message-ID: *(\S+)/im.exec(content.toString('latin1', 0, 4096))?.[1] ?? ''
    for (const recipient of failedRecipients(content)) books.ledger.bounced(recipient, notice)
    socket.write('250 2.0.0 noted\r\n')
    return undefined
  }
  if (!intact) for (const recipient of recipients) books.ledger.damaged(recipient)
  if (books.random() < 1 / 15) {
    books.ledger.unanswered(recipients)
    socket.destroy()
    return undefined
  }
  socket.write('250 2.0.0 taken\r\n')
  return books.ledger.delivered(recipients)
}
