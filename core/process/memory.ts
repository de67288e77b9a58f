/**
 * Gives back what a burst of mail took. V8 collects when something is made, and malloc keeps most of what is freed: a worker that has
 * come to rest would hold on to a hundred megabytes of buffers that nobody reads any more. So a calm worker that has grown collects once
 * and has malloc hand its free pages to the system (malloc_trim(3), where the runtime can call it: Node 26, glibc).
 *
 * What is collected on demand is young. A full collection on demand would also forget the shapes of all objects that nobody has just
 * now, and with them the compiled code that knows them: the next burst would begin at half the speed. So V8 is led to begin one of its
 * own, which does not.
 */

/** Milliseconds between two looks. */
const EVERY = 1000
/** A worker that is busy for less than this part of the time is calm. */
const CALM = 0.05
/** Bytes by which it must have grown to be worth the pause. */
const GROWN = 16 << 20
/** Bytes outside its heap that make V8 begin a full collection; nobody writes to them, and so they take no memory. */
const PRESSURE = 96 << 20
/** Milliseconds that V8 takes, beside the work, to collect and to free buffers. */
const SWEEPING = 300

/** What is measured, and what can be done. */
export interface MemoryTools {
  /** Part of the time since the last call in which the event loop was busy, 0 to 1. */
  busy(): number
  /** Bytes of the process in memory. */
  resident(): number
  /** Collects what is young, and has the rest looked through. */
  collect(): void
  /** Hands free pages to the system. */
  trim(): void
}

/** Looks now and then, as long as the process lives; it keeps no process alive. */
export function stayLean(tools: MemoryTools | undefined = memoryTools()): void {
  if (tools === undefined) return
  const memory = new Memory(tools)
  const release = quietly(() => memory.release())
  const look = quietly(() => {
    if (memory.look()) setTimeout(release, SWEEPING).unref()
  })
  setInterval(look, EVERY).unref()
}

/** With no memory or descriptor left even to look, mail goes on as it is. */
function quietly(action: () => void): () => void {
  return () => {
    try {
      action()
    } catch {
      // The next look is soon.
    }
  }
}

/** Decides when. */
export class Memory {
  readonly #tools: MemoryTools
  /** What it had when there was nothing to give back. */
  #least: number

  constructor(tools: MemoryTools) {
    this.#tools = tools
    this.#least = tools.resident()
    tools.busy()
  }

  /** Collects if it is time to; true: `release` is due when the buffers are free. */
  look(): boolean {
    const { busy, resident, collect } = this.#tools
    const isCalm = busy() < CALM
    const now = resident()
    this.#least = Math.min(this.#least, now)
    if (!isCalm || now < this.#least + GROWN) return false
    collect()
    return true
  }

  /** What is left now is what it needs: it must grow again before the next time. */
  release(): void {
    this.#tools.trim()
    this.#least = this.#tools.resident()
  }
}

/** What this runtime has; undefined without `--expose-gc`. */
export function memoryTools(): MemoryTools | undefined {
  const { gc } = globalThis
  if (gc === undefined) return undefined
  let before = performance.eventLoopUtilization()
  return {
    busy: () => {
      const now = performance.eventLoopUtilization()
      const { utilization } = performance.eventLoopUtilization(now, before)
      before = now
      return utilization
    },
    resident: () => process.memoryUsage.rss(),
    collect: () => {
      gc({ type: 'minor' })
      new ArrayBuffer(PRESSURE)
    },
    trim: trimmer(),
  }
}

/** The part of node:ffi that is used here; the module is there from Node 26.1 on. */
interface ForeignFunctions {
  dlopen(
    path: string | null,
    functions: { malloc_trim: { arguments: ['uint64']; return: 'int32' } },
  ): { readonly functions: { malloc_trim(pad: bigint): number } }
}

function trimmer(): () => void {
  try {
    const foreign = process.getBuiltinModule('node:ffi') as unknown as ForeignFunctions | undefined
    const trim = foreign?.dlopen(null, { malloc_trim: { arguments: ['uint64'], return: 'int32' } }).functions.malloc_trim
    return trim === undefined ? () => undefined : () => void trim(0n)
  } catch {
    // Another C library, or the runtime was told not to allow it.
    return () => undefined
  }
}
