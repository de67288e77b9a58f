/**
 * The real gateway in processes of its own, its next hops, a good client beside the hostile ones, and the books: what an attack
 * costs in memory, that the good client is served meanwhile, and that no process dies of it.
 */
import assert from 'node:assert/strict'
import { closeSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort, PosternProcess } from '../kit/process.ts'
import { type Sink, type SunkMessage, startSink } from '../kit/sink.ts'
import { Attacker } from './attacker.ts'
import { configuration, type Door, LISTENERS } from './configuration.ts'
import { beginWatch, descriptors, highest } from './memory.ts'
import { type HostileHops, startHostileHops, startWire } from './next-hops.ts'

/** One way to be hostile. */
export interface Attack {
  readonly name: string
  /** Connections at scale 1. */
  readonly connections: number
  /** Bytes that each of them may cost the gateway. */
  readonly budget: number
  /** Attacks, calls `othersAreServed` in the thick of it, and checks the replies. */
  run(arena: Arena, connections: number): Promise<void>
}

/** What an attack came to. */
export interface Toll {
  readonly connections: number
  /** Bytes that the worker grew by, at most. */
  readonly grown: number
  readonly allowed: number
}

/**
 * Bytes that V8 may take for itself under load, however many connections there are: above all input that has been used and not been
 * collected yet (it begins to mind at 64 MB outside of its heap), its young generation, compiled code.
 */
const SLACK = 128 * 1024 * 1024
/** Descriptors that are left for files, next hops and the good client. */
const RESERVE = 300
/** Longest wait (ms) for anything. */
const PATIENCE = 30_000
/** More SYNs at once could overrun the kernel's backlog. */
const BURST = 200

const DOORS = Object.keys(LISTENERS) as Door[]

export class Arena {
  readonly #directory = mkdtempSync(join(tmpdir(), 'postern-hostile-'))
  readonly #ports = new Map<Door, number>()
  readonly #attackers = new Set<Attacker>()
  /** Content of what arrived, by recipient. */
  readonly #arrived = new Map<string, SunkMessage>()
  #gateway: PosternProcess | undefined
  #sink: Sink | undefined
  #hostile: HostileHops | undefined
  #wire: { port: number; close(): Promise<void> } | undefined
  /** What came over the wire, by recipient. */
  readonly #wires = new Map<string, string>()
  #worker = 0
  #good = 0
  #served = 0
  #logFd: number | undefined
  #log = ''
  #sessions = 0

  /** Starts the gateway and its next hops. @throws Error when it does not greet */
  async start(): Promise<void> {
    const arrived = (message: SunkMessage): boolean => {
      for (const recipient of message.recipients) this.#arrived.set(recipient, message)
      return true
    }
    this.#sink = await startSink({ arrived })
    this.#hostile = await startHostileHops()
    this.#wire = await startWire((recipient, wire) => this.#wires.set(recipient, wire))
    for (const door of DOORS) this.#ports.set(door, await freePort())
    const line = (door: Door): string =>
      `{ name: ${door}, listen: '127.0.0.1:${this.#ports.get(door)}'${LISTENERS[door] === '' ? '' : `, ${LISTENERS[door]}`} }`
    this.#gateway = new PosternProcess({
      directory: this.#directory,
      port: this.#ports.get('smtp') ?? 0,
      listeners: DOORS.filter((door) => door !== 'smtp').map(line),
      yaml: configuration({ sink: this.#sink.port, wire: this.#wire.port, hostile: this.#hostile.ports }),
    })
    await this.#gateway.start()
    const [worker] = this.#gateway.workers()
    assert.ok(worker !== undefined, 'there is no worker')
    this.#worker = worker
    // What is compiled and built at the first messages is no attack's doing.
    for (let i = 0; i < 20; i++) await this.othersAreServed()
  }

  async stop(): Promise<void> {
    for (const attacker of this.#attackers) attacker.destroy()
    await this.#gateway?.stop()
    await this.#sink?.close()
    await this.#hostile?.close()
    await this.#wire?.close()
    if (this.#logFd !== undefined) closeSync(this.#logFd)
    rmSync(this.#directory, { recursive: true, force: true })
  }

  /** Bears one attack. @throws AssertionError when it costs too much, hurts others, or gets a wrong reply */
  async bear({ name, connections, budget, run }: Attack, scale: number): Promise<Toll> {
    const most = Math.max(1, Math.min(connections * scale, descriptors() - RESERVE))
    this.#served = 0
    const before = beginWatch(this.#worker)
    await run(this, most)
    const grown = Math.max(0, highest(this.#worker) - before)
    assert.ok(this.#served > 0, `${name}: nobody looked whether others are served`)
    await this.#cleared()
    assert.deepEqual(this.#gateway?.workers(), [this.#worker], `${name}: the worker died`)
    const faults = this.log().filter((line) => / (?:fatal|panic|error): /.test(line))
    assert.deepEqual(faults, [], name)
    const allowed = SLACK + most * budget
    assert.ok(grown <= allowed, `${name}: ${most} connections took ${mega(grown)}, and may take ${mega(allowed)}`)
    return { connections: most, grown, allowed }
  }

  /** What the gateway logged. */
  log(): string[] {
    this.#readLog()
    return this.#gateway?.log() ?? []
  }

  /** A connection at a door, which has not said anything yet. */
  attacker(door: Door = 'smtp', from?: string): Attacker {
    const attacker = new Attacker({ port: this.#ports.get(door) ?? 0, ...(from === undefined ? {} : { from }) })
    this.#attackers.add(attacker)
    return attacker
  }

  /** So many connections, all greeted. */
  async greeted(count: number, door: Door = 'smtp'): Promise<Attacker[]> {
    const all: Attacker[] = []
    while (all.length < count) {
      const burst = Array.from({ length: Math.min(BURST, count - all.length) }, () => this.attacker(door))
      for (const greeting of await Promise.all(burst.map((each) => each.reply())))
        assert.equal(greeting, '220 mx.hostile.test ESMTP Postfix')
      all.push(...burst)
    }
    return all
  }

  /** So many connections that may send content now, each for the recipient that `name` gives it. */
  async sending(count: number, recipient: (i: number) => string, door: Door = 'smtp', verb = 'DATA'): Promise<Attacker[]> {
    const all = await this.greeted(count, door)
    const step = async (line: (i: number) => string, wanted: RegExp): Promise<void> => {
      const replies = await Promise.all(all.map((each, i) => each.say(line(i))))
      for (const reply of replies) assert.match(reply, wanted)
    }
    await step(() => 'EHLO attacker.test', /^250-/)
    await step(() => 'MAIL FROM:<attacker@far.test>', /^250 2\.1\.0 /)
    await step((i) => `RCPT TO:<${recipient(i)}>`, /^250 2\.1\.5 /)
    if (verb === 'DATA') await step(() => 'DATA', /^354 /)
    return all
  }

  /** The good client sends two messages, is answered as ever, and both arrive. */
  async othersAreServed(): Promise<void> {
    const recipients = [`good-${this.#good++}@good.test`, `good-${this.#good++}@good.test`]
    for (const recipient of recipients) {
      const client = this.attacker('smtp', '127.0.1.1')
      const dialog: readonly (readonly [string | undefined, RegExp])[] = [
        [undefined, /^220 /],
        ['EHLO good.test', /^250-mx\.hostile\.test\|/],
        ['MAIL FROM:<someone@good.test>', /^250 2\.1\.0 Ok$/],
        [`RCPT TO:<${recipient}>`, /^250 2\.1\.5 Ok$/],
        ['DATA', /^354 /],
        [`Subject: ${recipient}\r\n\r\nhello\r\n.`, /^250 2\.0\.0 Ok: queued as /],
        ['QUIT', /^221 2\.0\.0 Bye$/],
      ]
      for (const [line, wanted] of dialog) assert.match(await (line === undefined ? client.reply() : client.say(line)), wanted)
      this.#drop(client)
    }
    for (const recipient of recipients) await this.delivered(recipient)
    this.#served++
  }

  /** The message to this recipient, once it has arrived. @throws Error when it does not */
  async delivered(recipient: string): Promise<SunkMessage> {
    return this.until(() => this.#arrived.get(recipient), `mail to ${recipient}`)
  }

  /** Waits for a value. @throws Error when there is none within a long time */
  async until<T>(look: () => T | undefined, what: string): Promise<T> {
    for (const end = Date.now() + PATIENCE; ; ) {
      const found = look()
      if (found !== undefined) return found
      if (Date.now() > end) throw new Error(`${what} did not come within ${PATIENCE} ms`)
      await sleep(10)
    }
  }

  /** All octets of the message to this recipient at wire.test as they were sent, once it has arrived. @throws Error when it does not */
  onTheWire(recipient: string): Promise<string> {
    return this.until(() => this.#wires.get(recipient), `mail to ${recipient}`)
  }

  /** All attackers are gone, and the gateway knows it. */
  async #cleared(): Promise<void> {
    for (const attacker of [...this.#attackers]) this.#drop(attacker)
    await this.until(() => {
      this.#readLog()
      return this.#sessions === 0 ? true : undefined
    }, 'the end of all sessions')
  }

  #drop(attacker: Attacker): void {
    attacker.destroy()
    this.#attackers.delete(attacker)
  }

  /** Counts sessions that began and ended, in what the log has grown by. */
  #readLog(): void {
    this.#logFd ??= openSync(join(this.#directory, 'postern.log'), 'r')
    const piece = Buffer.alloc(1 << 20)
    for (let read = readSync(this.#logFd, piece); read > 0; read = readSync(this.#logFd, piece)) {
      const lines = (this.#log + piece.toString('latin1', 0, read)).split('\n')
      this.#log = lines.pop() ?? ''
      for (const line of lines) {
        if (line.includes(']: connect from ')) this.#sessions++
        else if (line.includes(']: disconnect from ')) this.#sessions--
      }
    }
  }
}

export function mega(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`
}
