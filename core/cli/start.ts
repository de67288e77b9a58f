/** `postern start`: runs the gateway in the foreground; without a file, one to try things with. */
import { writeSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Command, InvalidArgumentError } from 'commander'
import { forkWorker, type SpareWorker } from '../process/fork.ts'
import { supervise } from '../process/supervisor.ts'
import { prepareTrial } from './trial.ts'

const MOST_WORKERS = 256

export function addStart(program: Command, spare?: SpareWorker): void {
  program
    .command('start')
    .description('run the gateway in the foreground until SIGTERM; SIGHUP reloads')
    .argument('[file]', 'configuration file (default: a gateway to try things with, in $POSTERN_STATE or ./.state)')
    .option(
      '-w, --workers <number>',
      'worker processes (default: what the file says, else one for each core but one)',
      workerCount,
    )
    .option('--foreground', 'stay in the foreground (always so; for scripts that say it)')
    .action((file: string | undefined, options: StartOptions) => start(file, options, () => spare?.take() ?? forkWorker()))
}

interface StartOptions {
  readonly workers?: number
}

async function start(given: string | undefined, options: StartOptions, fork: typeof forkWorker): Promise<void> {
  const trial = given === undefined ? prepareTrial() : undefined
  const file = trial?.file ?? resolve(given ?? '')
  const { status, message } = await supervise({
    file,
    fork,
    ...(options.workers === undefined ? {} : { workers: options.workers }),
    ...(trial === undefined ? {} : { onStarted: ({ workers }) => show(trial.welcome(workers)) }),
  })
  if (message !== undefined) process.stderr.write(`postern: ${message}\n`)
  process.exitCode = status
}

/** A screen that nobody reads any more is no reason to end. */
function show(text: string): void {
  try {
    writeSync(1, text)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error
  }
}

function workerCount(text: string): number {
  const count = Number(text)
  if (!Number.isInteger(count) || count < 1 || count > MOST_WORKERS)
    throw new InvalidArgumentError(`a number from 1 to ${MOST_WORKERS}`)
  return count
}
