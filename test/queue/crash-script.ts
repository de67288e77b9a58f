/** A random life of a spool, with its books: what was promised to whom, so that any stop can be judged afterwards. */
import assert from 'node:assert/strict'
import type { Event } from '../../core/events.ts'
import { type OpenSpool, openSpool } from '../../core/queue/spool.ts'
import { type Envelope, type NewContent, type QueueId, SpoolError } from '../../core/queue/types.ts'
import { type FakeClock, fakeClock } from '../kit/clock.ts'
import type { ModelFs, Random } from './model-fs.ts'

/** What became of a message as its owner knows it. */
export interface Account {
  readonly id: QueueId
  readonly content: Buffer
  readonly envelope: Envelope
  state: 'waiting' | 'promised' | 'refused' | 'removing' | 'removed'
  /** The removal has had time to reach the disk. */
  isSettled: boolean
  /** Recipients told to the spool, those that a kill may not undo, those that a power cut may not. */
  readonly told: Set<number>
  readonly sure: Set<number>
  readonly settled: Set<number>
  /** Keeps that were promised, and that were asked for. */
  keptAttempts: number
  askedAttempts: number
  /** A hold that was promised; undefined: never, or it is being changed. */
  hold: boolean | undefined
}

export interface Life {
  readonly clock: FakeClock
  readonly accounts: Account[]
  readonly events: Event[]
  /** The first thing that went wrong while the machine ran. */
  wrong: unknown
}

/** Small segments and an impatient budget, so that a short life sees everything. */
export function openModel(fs: ModelFs, clock: FakeClock, run: number, events: Event[]): Promise<OpenSpool> {
  return openSpool({
    directory: '/spool',
    owner: 'w1',
    memoryBudget: 6000,
    clock,
    report: (event) => events.push(event),
    fs,
    journal: { segmentBytes: 8000, batchBytes: 4000, spares: 1, roomToFill: 0 },
    identity: { pid: run, started: `${run}` },
    isAlive: (identity) => identity.pid === run,
  })
}

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Lives until the script ends or the machine stops. */
export async function live(fs: ModelFs, random: Random, length: number): Promise<Life> {
  const clock = fakeClock(1_800_000_000_000)
  const life: Life = { clock, accounts: [], events: [], wrong: undefined }
  const opened = await Promise.race([openModel(fs, clock, 1, life.events).catch(() => undefined), stopped(fs)])
  if (opened === undefined) return life
  const script = new Script(fs, opened, random, life)
  for (let i = 0; i < length && !fs.isCrashed; i++) {
    script.act()
    for (let ticks = Math.floor(random() * 4); ticks > 0 && !fs.isCrashed; ticks--) await tick()
  }
  for (let i = 0; i < 200 && !fs.isCrashed; i++) await tick()
  if (!fs.isCrashed) await script.end()
  return life
}

async function stopped(fs: ModelFs): Promise<undefined> {
  for (let i = 0; i < 2000 && !fs.isCrashed; i++) await tick()
  return undefined
}

class Script {
  readonly #fs: ModelFs
  readonly #spool: OpenSpool['spool']
  readonly #random: Random
  readonly #life: Life

  constructor(fs: ModelFs, { spool }: OpenSpool, random: Random, life: Life) {
    this.#fs = fs
    this.#spool = spool
    this.#random = random
    this.#life = life
  }

  /** Whatever went wrong is over: mail is taken again, and what is owed to the disk has reached it. */
  async end(): Promise<void> {
    this.#fs.heal()
    for (let i = 0; i < 3; i++) {
      await this.#life.clock.advance(2000)
      for (let ticks = 0; ticks < 30; ticks++) await tick()
    }
    if (this.#fs.isCrashed) return
    for (const account of this.#life.accounts) {
      for (const index of account.told) account.settled.add(index)
      if (account.state === 'removed') account.isSettled = true
    }
    const { account, content } = this.#account(100)
    await Promise.race([this.#store(account, content), stopped(this.#fs)])
    assert.ok(account.state === 'promised' || this.#fs.isCrashed, 'mail is taken again')
  }

  act(): void {
    const acts = [this.#commit, this.#commit, this.#commit, this.#stream, this.#finish, this.#finish, this.#remove]
    const more = [this.#remove, this.#keep, this.#keep, this.#hold, this.#wait, this.#read]
    const all = [...acts, ...more]
    const act = all[Math.floor(this.#random() * all.length)]
    act?.call(this).catch((error: unknown) => {
      // What fails because the disk does promises nothing; what is wrong is remembered.
      if (!(error instanceof SpoolError)) this.#life.wrong ??= error
    })
  }

  #pick(): Account | undefined {
    const open = this.#life.accounts.filter(({ state }) => state === 'promised')
    return open[Math.floor(this.#random() * open.length)]
  }

  #account(bodyLength: number): { account: Account; content: NewContent & { readonly body: readonly Buffer[] } } {
    const id = this.#spool.newId()
    const head = Buffer.from(`Message-ID: <${id}@x.test>\r\n\r\n`)
    const body = Buffer.alloc(bodyLength, id)
    const recipients = Array.from({ length: 1 + Math.floor(this.#random() * 3) }, (_, i) => {
      return { address: `r${i}@x.test`, original: `r${i}@x.test` }
    })
    const origin = { listener: 'l', clientName: 'c', clientAddress: '192.0.2.1', clientPort: 1, helo: 'h', protocol: 'ESMTP' }
    const facts = { size: head.length + body.length, dots: false, eightBit: false, longestLine: 70, bareCr: false }
    const account: Account = {
      id,
      content: Buffer.concat([head, body]),
      envelope: { id, arrived: this.#life.clock.now(), sender: 's@x.test', recipients, origin },
      state: 'waiting',
      isSettled: false,
      told: new Set(),
      sure: new Set(),
      settled: new Set(),
      keptAttempts: 0,
      askedAttempts: 0,
      hold: undefined,
    }
    this.#life.accounts.push(account)
    return { account, content: { head, body: [body], facts } }
  }

  async #commit(): Promise<void> {
    const { account, content } = this.#account(Math.floor(this.#random() * 3000))
    await this.#store(account, content)
  }

  async #stream(): Promise<void> {
    const { account, content } = this.#account(3000 + Math.floor(this.#random() * 3000))
    const isAbandoned = this.#random() < 0.2
    try {
      const body = await this.#spool.stream(account.id)
      for (const chunk of content.body) for (const half of [chunk.subarray(0, 1000), chunk.subarray(1000)]) await body.write(half)
      if (!isAbandoned) return await this.#store(account, { ...content, body })
      await body.abandon()
    } catch {
      // The sender is told that we can not take it.
    }
    if (!this.#fs.isCrashed) account.state = 'refused'
  }

  async #store(account: Account, content: NewContent): Promise<void> {
    try {
      await this.#spool.commit(account.envelope, content)
      if (!this.#fs.isCrashed) account.state = 'promised'
    } catch {
      if (!this.#fs.isCrashed) account.state = 'refused'
    }
  }

  async #finish(): Promise<void> {
    const account = this.#pick()
    if (account === undefined) return
    const index = Math.floor(this.#random() * account.envelope.recipients.length)
    const recipient = account.envelope.recipients[index]
    if (recipient === undefined) return
    account.told.add(index)
    recipient.done = true
    this.#spool.finished(account.id, [index])
    await Promise.resolve()
    if (!this.#fs.isCrashed) account.sure.add(index)
  }

  async #remove(): Promise<void> {
    const account = this.#pick()
    if (account === undefined) return
    account.state = 'removing'
    this.#spool.remove(account.id)
    await Promise.resolve()
    if (!this.#fs.isCrashed) account.state = 'removed'
  }

  async #keep(): Promise<void> {
    const account = this.#pick()
    if (account === undefined) return
    const attempts = ++account.askedAttempts
    account.envelope.attempts = attempts
    await this.#spool.keep(account.envelope)
    if (!this.#fs.isCrashed) account.keptAttempts = Math.max(account.keptAttempts, attempts)
  }

  async #hold(): Promise<void> {
    const account = this.#pick()
    if (account === undefined) return
    const hold = this.#random() < 0.5
    account.hold = undefined
    account.envelope.hold = hold
    await this.#spool.keep(account.envelope)
    if (account.envelope.hold === hold && !this.#fs.isCrashed) account.hold = hold
  }

  async #wait(): Promise<void> {
    const before = this.#life.accounts.map((account) => ({ account, sure: new Set(account.sure), state: account.state }))
    await this.#life.clock.advance(this.#random() < 0.3 ? 11_000 : 300)
    for (let i = 0; i < 30; i++) await tick()
    // After a failure it may take longer: `end` waits for that.
    if (this.#fs.isCrashed || this.#fs.failures > 0) return
    for (const { account, sure, state } of before) {
      for (const index of sure) account.settled.add(index)
      if (state === 'removed') account.isSettled = true
    }
  }

  async #read(): Promise<void> {
    const account = this.#pick()
    if (account === undefined) return
    const message = await this.#spool.read(account.id)
    if (account.state !== 'promised') return
    assert.ok(message !== undefined, 'a message that was promised can be read')
    const content = Buffer.concat(await Array.fromAsync(message.content.chunks()))
    if (account.state === 'promised') assert.ok(content.equals(account.content), 'its content is what was stored')
  }
}
