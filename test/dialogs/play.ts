/** Plays a parsed dialog against a target: Postern in this process, or a real Postfix. */
import assert from 'node:assert/strict'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { type LineReader, readLines } from '../kit/lines.ts'
import { type Sink, startSink } from '../kit/sink.ts'
import { type Dialog, fits, mismatch, type ServerStep, type Step } from './parse.ts'

/** A gateway under test. */
export interface Target {
  /** A connection that appears to come from `client` (`192.0.2.9`, `mail.example[192.0.2.9]`); nothing has been read from it. */
  connect(client: string): Promise<Socket>
  /** What was logged so far. */
  log(): readonly string[]
  /** The queue, one line for each message: `STATE SENDER -> RECIPIENT,...`. */
  queue(): Promise<readonly string[]>
  stop(): Promise<void>
}

/** Ports of the fake servers by name; `sink` takes everything. */
export type Ports = ReadonlyMap<string, number>
export type StartTarget = (dialog: Dialog, ports: Ports) => Promise<Target>

/** How long anything may take to happen, ms. */
const PATIENCE = 8000

/** @throws AssertionError naming file and line */
export async function play(dialog: Dialog, start: StartTarget): Promise<void> {
  const sink = await startSink()
  const remotes = await Promise.all([...dialog.servers].map(([name, scripts]) => startRemote(dialog, name, scripts)))
  const ports = new Map(remotes.map((remote) => [remote.name, remote.port]))
  ports.set('sink', sink.port)
  let target: Target | undefined
  try {
    target = await start(dialog, ports)
    await walk(dialog, target, sink)
    for (const remote of remotes) await remote.finished()
  } catch (late) {
    // What went wrong at a server is the cause of what is missing here.
    const error = remotes.flatMap(({ failures }) => failures)[0] ?? late
    const log = target?.log().slice(-20).join('\n') ?? ''
    if (error instanceof Error && log !== '') error.message += `\n--- log\n${log}`
    throw error
  } finally {
    await Promise.all([sink.close(), ...remotes.map((remote) => remote.close())])
    await target?.stop()
  }
}

/** State of the client side while a dialog is played. */
interface Walk {
  readonly target: Target
  readonly sink: Sink
  socket: Socket | undefined
  lines: LineReader | undefined
  seen: number
}

async function walk(dialog: Dialog, target: Target, sink: Sink): Promise<void> {
  const state: Walk = { target, sink, socket: undefined, lines: undefined, seen: 0 }
  try {
    for (const step of dialog.steps) await at(dialog, step.line, () => take(state, step))
  } finally {
    state.socket?.destroy()
  }
}

async function take(state: Walk, step: Step): Promise<void> {
  switch (step.kind) {
    case 'client':
      state.socket?.destroy()
      state.socket = await state.target.connect(step.client)
      state.lines = readLines(state.socket)
      return
    case 'delivered':
      return delivered(state, step)
    case 'queue':
      return eventually(async () => {
        const lines = await state.target.queue()
        const wanted = step.pattern === 'empty' ? [] : [step.pattern]
        const problem = mismatch(lines, wanted)
        assert.equal(problem, undefined, `queue: ${problem}; it holds ${JSON.stringify(lines)}`)
      })
    case 'log':
      return eventually(async () => {
        assert.ok(
          state.target.log().some((line) => fits(line, `*${step.pattern}*`)),
          `not logged: ${step.pattern}`,
        )
      })
    default:
      assert.ok(state.socket !== undefined && state.lines !== undefined)
      return speak(state.socket, state.lines, step)
  }
}

async function delivered(state: Walk, step: Extract<Step, { kind: 'delivered' }>): Promise<void> {
  if (step.envelope === 'nothing') {
    assert.equal(state.sink.messages.length, state.seen, 'something was delivered')
    return
  }
  const messages = await state.sink.waitFor(state.seen + 1, PATIENCE)
  const message = messages[state.seen++]
  assert.ok(message !== undefined)
  const envelope = `${message.sender === '' ? '<>' : message.sender} -> ${message.recipients.join(',')}`
  assert.ok(fits(envelope, step.envelope), `delivered ${envelope}, not ${step.envelope}`)
  if (step.content.length === 0) return
  const lines = message.content.toString('latin1').replace(/\r\n$/, '').split('\r\n')
  const problem = mismatch(lines, step.content)
  assert.equal(problem, undefined, `${problem}\n--- delivered\n${lines.join('\n')}`)
}

/** One step of a conversation, as a client or as a server. */
async function speak(socket: Socket, lines: LineReader, step: ServerStep): Promise<void> {
  if (step.kind === 'send') {
    socket.write(Buffer.from(step.bytes, 'latin1'))
    return
  }
  if (step.kind === 'closed') {
    const line = await lines.next(PATIENCE)
    assert.equal(line, undefined, `expected the end of the connection, got ${JSON.stringify(line)}`)
    return
  }
  let line = await lines.next(PATIENCE)
  assert.ok(
    line !== undefined && fits(line, step.pattern),
    `expected ${JSON.stringify(step.pattern)}, got ${JSON.stringify(line)}`,
  )
  while (step.rest && line?.[3] === '-') line = await lines.next(PATIENCE)
}

/** A remote server that follows a script for each connection. */
interface Remote {
  readonly name: string
  readonly port: number
  /** What went wrong in its scripts so far. */
  readonly failures: readonly unknown[]
  /** All its scripts have been played. @throws what went wrong in one */
  finished(): Promise<void>
  close(): Promise<void>
}

async function startRemote(dialog: Dialog, name: string, scripts: readonly (readonly ServerStep[])[]): Promise<Remote> {
  const sockets = new Set<Socket>()
  const played: Promise<void>[] = []
  const failures: unknown[] = []
  let next = 0
  const server: Server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    const script = scripts[next++]
    if (script === undefined) socket.destroy()
    else {
      const playing = playScript(dialog, name, socket, script)
      playing.catch((error: unknown) => failures.push(error))
      played.push(playing)
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    name,
    port: (server.address() as AddressInfo).port,
    failures,
    async finished() {
      await eventually(async () => assert.equal(next, scripts.length, `${name} was called ${next} times of ${scripts.length}`))
      await Promise.all(played)
    },
    close() {
      for (const socket of sockets) socket.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

async function playScript(dialog: Dialog, name: string, socket: Socket, script: readonly ServerStep[]): Promise<void> {
  const lines = readLines(socket)
  try {
    for (let i = 0; i < script.length; i++) {
      const step = script[i] as ServerStep
      if (step.kind === 'closed') socket.destroy()
      else if (isEllipsis(step)) await at(dialog, step.line, () => skip(lines, script[++i]), name)
      else await at(dialog, step.line, () => speak(socket, lines, step), name)
    }
  } catch (error) {
    socket.destroy()
    throw error
  }
  socket.end()
}

/** `mx C: ...` alone. */
function isEllipsis(step: ServerStep): boolean {
  return step.kind === 'expect' && step.rest && step.pattern === ''
}

/** Reads on to the line that the next step expects. */
async function skip(lines: LineReader, next: ServerStep | undefined): Promise<void> {
  assert.ok(next?.kind === 'expect', '`...` needs a line after it that ends what is skipped')
  let line = await lines.next(PATIENCE)
  while (line !== undefined && !fits(line, next.pattern)) line = await lines.next(PATIENCE)
  assert.ok(line !== undefined, `the connection ended before ${JSON.stringify(next.pattern)}`)
}

/** Runs `work`, and puts file and line before the message of what it throws. */
async function at(dialog: Dialog, line: number, work: () => Promise<void>, who = ''): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (error instanceof Error) error.message = `${dialog.name}:${line}: ${who === '' ? '' : `${who}: `}${error.message}`
    throw error
  }
}

/** Tries until it holds or patience ends. */
async function eventually(check: () => Promise<void>): Promise<void> {
  const until = Date.now() + PATIENCE
  for (;;) {
    try {
      return await check()
    } catch (error) {
      if (Date.now() >= until) throw error
      await sleep(10)
    }
  }
}
