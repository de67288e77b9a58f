/** A client that keeps sending, reconnects when the gateway dies, and books what it was promised. */
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { readLines } from '../kit/lines.ts'
import type { Ledger } from './ledger.ts'
import { makeMessage, type TestMessage } from './mail.ts'

/** What the senders share. */
export interface Load {
  readonly port: number
  readonly ledger: Ledger
  readonly random: () => number
  /** Number of the next message. */
  next: number
  /** Set to end the load. */
  isOver: boolean
  /** Messages that got their 250. */
  accepted: number
}

/** Sends until the load is over. */
export async function keepSending(load: Load): Promise<void> {
  while (!load.isOver) {
    try {
      await oneConnection(load)
    } catch {
      // The gateway died under this connection, or is not up again yet: that is what the test is about.
    }
    await sleep(10)
  }
}

async function oneConnection(load: Load): Promise<void> {
  const socket = connect({ port: load.port, host: '127.0.0.1', noDelay: true })
  try {
    const say = dialogOf(socket)
    await say(undefined, '220')
    await say('EHLO crash.test', '250')
    for (let i = 0; i < 20 && !load.isOver; i++) {
      const message = makeMessage(load.next++, load.random)
      await sendOne(say, message)
      load.ledger.accepted(message.recipients)
      load.accepted++
    }
    await say('QUIT', '221')
  } finally {
    socket.destroy()
  }
}

type Say = (text: string | Buffer | undefined, wanted: string) => Promise<void>

/** A way to say a line and wait for the reply. @throws Error on another reply, or when the connection ends */
function dialogOf(socket: Socket): Say {
  const lines = readLines(socket)
  return async (text, wanted) => {
    if (text !== undefined) socket.write(typeof text === 'string' ? `${text}\r\n` : text)
    let line = await lines.next(20_000)
    while (line?.[3] === '-') line = await lines.next(20_000)
    if (!line?.startsWith(wanted)) throw new Error(`not ${wanted}: ${line}`)
  }
}

async function sendOne(say: Say, message: TestMessage): Promise<void> {
  await say(`MAIL FROM:<${message.sender}>`, '250')
  for (const recipient of message.recipients) await say(`RCPT TO:<${recipient}>`, '250')
  await say('DATA', '354')
  await say(message.bytes, '250')
}
