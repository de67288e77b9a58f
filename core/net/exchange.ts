/**
 * One question to one name server: UDP from a fresh random port, TCP when the answer was cut (RFC 1035 4.2, RFC 7766).
 * A connected UDP socket only hears its server; the caller's `accepts` checks id and question of what arrives (RFC 5452).
 */
import { createSocket } from 'node:dgram'
import { connect } from 'node:net'
import type { NameServer } from './resolv-conf.ts'

/** Sends a question and resolves to the packet that `accepts` takes. @throws Error on time-out and socket errors */
export type Exchange = (
  question: Buffer,
  server: NameServer,
  timeoutMs: number,
  accepts: (packet: Buffer) => boolean,
) => Promise<Buffer>

/** Packets that are not our answer, before the socket is given up: somebody is guessing. */
const MOST_STRAYS = 100

/** Asks by UDP. */
export const byUdp: Exchange = (question, server, timeoutMs, accepts) =>
  new Promise((resolve, reject) => {
    const socket = createSocket(server.address.includes(':') ? 'udp6' : 'udp4')
    let strays = 0
    const finish = (error: Error | undefined, packet?: Buffer): void => {
      clearTimeout(timer)
      socket.removeAllListeners()
      socket.on('error', () => undefined)
      socket.close()
      if (packet === undefined) reject(error)
      else resolve(packet)
    }
    const timer = setTimeout(() => finish(new Error('time-out')), timeoutMs)
    socket.on('error', finish)
    socket.on('message', (packet) => {
      if (accepts(packet)) finish(undefined, packet)
      else if (++strays > MOST_STRAYS) finish(new Error('too many stray packets'))
    })
    socket.connect(server.port, server.address, () => {
      socket.send(question, (error) => error && finish(error))
    })
  })

/** Asks by TCP; a connection for each question. */
export const byTcp: Exchange = (question, server, timeoutMs, accepts) =>
  new Promise((resolve, reject) => {
    const socket = connect({ host: server.address, port: server.port, noDelay: true })
    let received: Buffer = Buffer.alloc(0)
    const finish = (error: Error | undefined, packet?: Buffer): void => {
      clearTimeout(timer)
      socket.destroy()
      if (packet === undefined) reject(error)
      else resolve(packet)
    }
    const timer = setTimeout(() => finish(new Error('time-out')), timeoutMs)
    socket.on('error', finish)
    socket.on('close', () => finish(new Error('connection closed')))
    socket.on('connect', () => {
      const length = Buffer.alloc(2)
      length.writeUInt16BE(question.length)
      socket.write(Buffer.concat([length, question]))
    })
    socket.on('data', (chunk: Buffer) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
      if (received.length < 2) return
      const length = received.readUInt16BE()
      if (received.length < length + 2) return
      const packet = received.subarray(2, length + 2)
      if (accepts(packet)) finish(undefined, packet)
      else finish(new Error('not an answer to this question'))
    })
  })
