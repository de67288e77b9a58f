/** The thread that the database lives in: does one batch after the other, and looks for expired rows when it has nothing to do. */
import { parentPort, workerData } from 'node:worker_threads'
import type { ThreadAnswer, ThreadOrder } from './sqlite.ts'
import { SqliteStore } from './sqlite-store.ts'

/** Milliseconds between two looks for expired rows. */
const SWEEP_INTERVAL = 1000

const port = parentPort
if (port === null) throw new Error('this file is started as a thread')
const { file } = workerData as { file: string }
const tell = (answer: ThreadAnswer): void => port.postMessage(answer)

try {
  const store = new SqliteStore(file)
  const sweeper = setInterval(() => {
    try {
      store.sweep()
    } catch {
      // Another process is writing; the next time will do.
    }
  }, SWEEP_INTERVAL)
  port.on('message', (order: ThreadOrder) => {
    if ('close' in order) {
      clearInterval(sweeper)
      store.close()
      port.close()
      return
    }
    try {
      tell({ id: order.id, answers: store.run(order.ops) })
    } catch (error) {
      tell({ id: order.id, problem: (error as Error).message })
    }
  })
  tell({ id: 0, answers: [] })
} catch (error) {
  tell({ id: 0, problem: (error as Error).message })
}
