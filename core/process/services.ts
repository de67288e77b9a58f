/** What a worker offers to its engines and plugins: names, time, chance, the log, and the telling of events. */
import type { Event } from '../events.ts'
import type { Generation, Services } from '../generation.ts'
import type { Log } from '../log/log.ts'
import { createResolver } from '../net/resolver.ts'
import type { Clock } from '../plugin.ts'
import { smtpServer } from '../smtp/line.ts'
import type { Outcome } from '../smtp/types.ts'
import type { OpenState, StateConfig } from '../state/types.ts'

/** The machine's time. */
export const systemClock: Clock = Object.freeze({
  now: () => Date.now(),
  sleep: (milliseconds: number, signal?: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      if (signal?.aborted === true) return reject(signal.reason)
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', stop)
        resolve()
      }, milliseconds)
      const stop = (): void => {
        clearTimeout(timer)
        reject(signal?.reason)
      }
      signal?.addEventListener('abort', stop, { once: true })
    }),
})

/**
 * @param log asked for each line, since a reload can replace it
 * @param current the generation whose `events` steps are told; undefined until there is one
 * @param openState opens state that the process shares with others
 * @param probe asks whether mail for an address would be taken
 */
export function createServices(
  log: () => Log,
  current: () => Generation | undefined,
  openState?: (config: StateConfig) => OpenState,
  probe?: (address: string) => Promise<Outcome>,
): Services {
  let depth = 0
  const emit = (event: Event): void => {
    log().event(event)
    const events = current()?.hooks.events
    // A step that fails while it is told something causes a fault, which is not told to steps again: that could go on for ever.
    if (events === undefined || !events.isUsed() || depth > 0) return
    depth++
    try {
      events.call(event)
    } finally {
      depth--
    }
  }
  return {
    dns: createResolver(),
    clock: systemClock,
    log: {
      debug: (message) => log().log.debug(message),
      info: (message) => log().log.info(message),
      warn: (message) => log().log.warn(message),
    },
    emit,
    notify(notice) {
      const failed = (error: unknown): void => emit({ type: 'fault', where: 'notify', message: messageOf(error) })
      current()?.hooks.notify.promise(notice).catch(failed)
    },
    random: Math.random,
    smtpServer,
    ...(openState === undefined ? {} : { state: { open: openState } }),
    ...(probe === undefined ? {} : { probe }),
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
