/** `postern queue ...`: what postqueue(1), postsuper(1) and postcat(1) do. Listing works without a running gateway too. */
import type { Command } from 'commander'
import { askGateway, NotRunning } from '../process/control-client.ts'
import type { MessageReport, QueueChange } from '../process/orders.ts'
import type { QueueEntry } from '../queue/types.ts'
import { jsonEntry, ListPrinter, shownMessage } from './queue-text.ts'
import { queueDirectoryOf, type TargetOptions, withTarget } from './target.ts'

interface Selecting extends TargetOptions {
  readonly all?: boolean
  readonly site?: string
}

/** The changes with what help says of them, and what a changed message is afterwards. */
const CHANGES: readonly (readonly [QueueChange, string, string])[] = [
  ['flush', 'try deferred messages now', 'scheduled'],
  ['hold', 'keep messages from being delivered', 'held'],
  ['release', 'let held messages be delivered', 'released'],
  ['requeue', 'route messages again as if they had just come in', 'requeued'],
  ['delete', 'remove messages without telling their senders', 'deleted'],
]

export function addQueue(program: Command): void {
  const queue = program.command('queue').description('look at the queue and change it')
  withTarget(queue.command('list').description('list messages, oldest first'))
    .option('--json', 'one JSON object a line, with the names of postqueue -j')
    .action(list)
  withTarget(queue.command('show').argument('<id>', 'queue id').description('show one message whole'))
    .option('--json', 'envelope and content as JSON')
    .action(show)
  for (const [change, description, done] of CHANGES) changing(queue.command(change), change, description, done)
}

async function list(options: TargetOptions & { json?: boolean }): Promise<void> {
  const printer =
    options.json === true ? { entry: (e: QueueEntry) => print(jsonEntry(e)), end: () => {} } : new ListPrinter(print)
  const directory = await queueDirectoryOf(options)
  try {
    await askGateway(directory, { command: 'queue.list' }, (entry: QueueEntry) => printer.entry(entry))
  } catch (error) {
    if (!(error instanceof NotRunning)) throw error
    const { offlineEntries } = await import('../process/offline.ts')
    for (const entry of await offlineEntries(directory)) await printer.entry(entry)
  }
  await printer.end()
}

async function show(id: string, options: TargetOptions & { json?: boolean }): Promise<void> {
  const directory = await queueDirectoryOf(options)
  let report: MessageReport
  try {
    report = await askGateway<MessageReport>(directory, { command: 'queue.show', id })
  } catch (error) {
    if (!(error instanceof NotRunning)) throw error
    const { offlineMessage } = await import('../process/offline.ts')
    report = await offlineMessage(directory, id)
  }
  await print(options.json === true ? JSON.stringify(report) : shownMessage(report))
}

function changing(added: Command, change: QueueChange, description: string, done: string): void {
  withTarget(added.description(description).argument('[ids...]', 'queue ids'))
    .option('--all', 'all messages')
    .option('--site <domain>', 'messages with a recipient in this domain')
    .action(async (ids: readonly string[], options: Selecting, command: Command) => {
      const given = [ids.length > 0, options.all === true, options.site !== undefined].filter(Boolean).length
      if (given !== 1) command.error('name queue ids, or --site, or --all', { exitCode: 2 })
      const selection = options.all === true ? { all: true } : options.site === undefined ? { ids } : { site: options.site }
      const directory = await queueDirectoryOf(options)
      const { count } = await askGateway<{ count: number }>(directory, { command: `queue.${change}`, ...selection })
      console.log(`${done}: ${count}`)
      if (count === 0 && ids.length > 0) process.exitCode = 1
    })
}

/** Writes a line; resolves when more may follow, so that a long list is not gathered in memory. */
function print(line: string): Promise<void> | undefined {
  if (process.stdout.write(`${line}\n`)) return undefined
  return new Promise((resolve) => process.stdout.once('drain', () => resolve()))
}
