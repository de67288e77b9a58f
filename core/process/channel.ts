/**
 * Calls between the supervisor and a worker, over Node's IPC channel: a request has a number and gets one answer; a notice
 * gets none. Both sides hold a table of what the other may call.
 */

/** What an end of the channel can be asked. A thrown or rejected error travels as its message and code. */
export type Methods = Readonly<Record<string, (argument: never) => unknown>>

/** The part of ChildProcess and process that the channel needs. */
export interface Wire {
  send(message: unknown): void
  onMessage(listener: (message: unknown) => void): void
}

type Message =
  | { readonly call: string; readonly id?: number; readonly argument?: unknown }
  | { readonly answer: number; readonly result?: unknown; readonly error?: RemoteFailure }

interface RemoteFailure {
  readonly message: string
  readonly code?: string
}

/** The other side failed; `code` is its error's code, when it had one. */
export class RemoteError extends Error {
  readonly code: string | undefined
  constructor(failure: RemoteFailure) {
    super(failure.message)
    this.name = 'RemoteError'
    this.code = failure.code
  }
}

export class Channel {
  readonly #wire: Wire
  readonly #methods: Methods
  readonly #waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>()
  #next = 1
  #gone: Error | undefined

  constructor(wire: Wire, methods: Methods) {
    this.#wire = wire
    this.#methods = methods
    wire.onMessage((message) => this.#receive(message as Message))
  }

  /** Asks the other side. @throws RemoteError by rejection; Error when the other side goes away before it answers */
  call<R>(method: string, argument?: unknown): Promise<R> {
    if (this.#gone !== undefined) return Promise.reject(this.#gone)
    const id = this.#next++
    return new Promise<R>((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (value: unknown) => void, reject })
      this.#wire.send({ call: method, id, argument })
    })
  }

  /** Tells the other side something; lost without a word when it is gone. */
  tell(method: string, argument?: unknown): void {
    if (this.#gone === undefined) this.#wire.send({ call: method, argument })
  }

  /** The other side is gone: every open call fails with this. */
  close(reason: Error): void {
    this.#gone ??= reason
    for (const { reject } of this.#waiting.values()) reject(this.#gone)
    this.#waiting.clear()
  }

  #receive(message: Message): void {
    if ('answer' in message) {
      const waiting = this.#waiting.get(message.answer)
      this.#waiting.delete(message.answer)
      if (message.error === undefined) waiting?.resolve(message.result)
      else waiting?.reject(new RemoteError(message.error))
      return
    }
    const { call, id, argument } = message
    const method = this.#methods[call] as ((argument: unknown) => unknown) | undefined
    if (id === undefined) method?.(argument)
    else if (method === undefined) this.#answer(id, undefined, new Error(`no method ${call}`))
    else this.#run(id, method, argument)
  }

  #run(id: number, method: (argument: unknown) => unknown, argument: unknown): void {
    try {
      const result = method(argument)
      if (result instanceof Promise) {
        result.then(
          (value) => this.#answer(id, value),
          (error) => this.#answer(id, undefined, error),
        )
      } else this.#answer(id, result)
    } catch (error) {
      this.#answer(id, undefined, error)
    }
  }

  #answer(id: number, result: unknown, error?: unknown): void {
    if (this.#gone !== undefined) return
    this.#wire.send(error === undefined ? { answer: id, result } : { answer: id, error: describe(error) })
  }
}

function describe(error: unknown): RemoteFailure {
  if (!(error instanceof Error)) return { message: String(error) }
  const code = (error as NodeJS.ErrnoException).code
  return code === undefined ? { message: error.message } : { message: error.message, code }
}
