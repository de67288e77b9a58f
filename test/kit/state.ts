/** Shared state for tests: in memory, with the test's clock; and state that is down. */
import { MemoryEngine } from '../../core/state/memory.ts'
import { LocalPresence } from '../../core/state/presence.ts'
import type { State } from '../../core/state/types.ts'
import { Use } from '../../core/state/uses.ts'

const MOST_ENTRIES = 100_000

/** State in memory. */
export function aState(clock: { now(): number } = Date): State {
  const engine = new MemoryEngine(MOST_ENTRIES, () => clock.now())
  return {
    use: (name, { onFailure }) => new Use((op) => engine.run(op), name, onFailure),
    presence: new LocalPresence(),
  }
}

/** State whose engine can not be asked. */
export function aDeadState(): State {
  return {
    use: (name, { onFailure }) => new Use(() => Promise.reject(new Error('no connection')), name, onFailure),
    presence: new LocalPresence(),
  }
}
