/** A process that reads one configuration file, tells the supervisor what it says or what is wrong with it, and ends. */
import { loadConfiguration } from '../config/load.ts'
import type { Reading } from './reading.ts'

// The supervisor decides what these mean; a terminal sends them to every process.
process.on('SIGINT', () => {})
process.on('SIGHUP', () => {})

const [, , file = ''] = process.argv
const reading: Reading = await loadConfiguration(file).then(
  (config) => ({ config }),
  (error: Error) => ({ problem: error.message }),
)
process.send?.(reading, () => process.disconnect?.())
