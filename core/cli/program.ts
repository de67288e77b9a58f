/** The command line as a whole: subcommands by name, and what ends a run. */
import { Command, CommanderError } from 'commander'
import type { SpareWorker } from '../process/fork.ts'
import { version } from '../process/version.ts'

/** Adds one or more subcommands to the program. */
type Add = (program: Command, spare?: SpareWorker) => void

/** Exit status for wrong usage. */
const USAGE = 2

/** Which file serves a subcommand; only that one is loaded. */
const SUBCOMMANDS: Readonly<Record<string, () => Promise<Add>>> = {
  start: async () => (await import('./start.ts')).addStart,
  stop: async () => (await import('./control.ts')).addStop,
  reload: async () => (await import('./control.ts')).addReload,
  status: async () => (await import('./control.ts')).addStatus,
  queue: async () => (await import('./queue.ts')).addQueue,
  send: async () => (await import('./send.ts')).addSend,
  check: async () => (await import('./check.ts')).addCheck,
  pipeline: async () => (await import('./pipeline.ts')).addPipeline,
  import: async () => (await import('./import.ts')).addImport,
  params: async () => (await import('./params.ts')).addParams,
  map: async () => (await import('./map.ts')).addMap,
  schema: async () => (await import('./schema.ts')).addSchema,
  plugin: async () => (await import('./plugin-new.ts')).addPlugin,
}

/**
 * Runs one command line.
 * @param spare a worker that was started ahead for `start`
 * @returns the exit status
 */
export async function run(words: readonly string[], spare?: SpareWorker): Promise<number> {
  process.stdout.on('error', readerLeft)
  const program = await build(words[0], spare)
  try {
    await program.parseAsync(words, { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE
    return failed(error)
  } finally {
    spare?.discard()
  }
  return Number(process.exitCode ?? 0)
}

/** `postern params | head`: nobody reads on, so there is nothing left to do. */
function readerLeft(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
}

async function build(first: string | undefined, spare: SpareWorker | undefined): Promise<Command> {
  const program = new Command('postern')
    .description('A programmable mail gateway: SMTP in, a pipeline of plugins, a durable queue, SMTP and LMTP out.')
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show this help')
    .helpCommand('help [command]', 'show help for a command')
    .showHelpAfterError('(postern --help shows what there is)')
    .addHelpText('after', EXAMPLES)
    .exitOverride()
  const wanted = first === undefined ? undefined : SUBCOMMANDS[first]
  const adders = wanted === undefined ? await Promise.all(Object.values(SUBCOMMANDS).map((load) => load())) : [await wanted()]
  for (const add of adders) add(program, spare)
  program
    .command('version')
    .description('print the version')
    .action(() => console.log(version()))
  for (const command of program.commands) inherit(command)
  return program
}

/** Subcommands throw instead of exiting too. */
function inherit(command: Command): void {
  command.exitOverride()
  for (const inner of command.commands) inherit(inner)
}

/** Says what went wrong; `status` of the error is the exit status. */
function failed(error: unknown): number {
  const { message, status, temporary } = error as { message?: string; status?: number; temporary?: boolean }
  process.stderr.write(`postern: ${message ?? String(error)}\n`)
  return status ?? (temporary === true ? 75 : 1)
}

const EXAMPLES = `
Examples:
  postern start                          a gateway on 127.0.0.1:2525 to try things with
  postern start /etc/postern/postern.yaml
  postern check /etc/postern/postern.yaml
  postern queue list --json
  postern reload -c /etc/postern/postern.yaml`
