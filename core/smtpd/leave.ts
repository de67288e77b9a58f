/** The end of a session: what was under way is given up, and those who keep something for the connection are told. */
import type { Counts } from './limits.ts'
import type { SmtpSession } from './session.ts'

/** Ends a session; `done` is called when the last `disconnect` handler is. */
export function takeLeave(session: SmtpSession, counts: Counts, done: () => void): void {
  const { runtime, services } = session.deps
  session.reset()
  services.emit({ type: 'disconnect', session: session.id, client: session.client, commands: counts.summary() })
  if (!runtime.hooks.disconnect.isUsed()) {
    done()
    return
  }
  runtime.hooks.disconnect.callAsync(session, (error) => {
    if (error) services.emit({ type: 'fault', where: 'disconnect', message: error.message })
    done()
  })
}
