/** Which gateway a command means: the one of a configuration file, or of a queue directory. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Command } from 'commander'

/** Options of every command that speaks to a gateway. */
export interface TargetOptions {
  readonly config?: string
  readonly queue?: string
}

/** Where packages put the configuration. */
const USUAL_FILE = '/etc/postern/postern.yaml'
const USUAL_QUEUE = '/var/spool/postern'

/** Directory of the gateway that `postern start` runs without a file. */
export function stateDirectory(): string {
  return resolve(process.env.POSTERN_STATE ?? '.state')
}

/** Adds `-c FILE` and `--queue DIR`. */
export function withTarget(command: Command): Command {
  return command
    .option(
      '-c, --config <file>',
      'configuration file of the gateway (default: that of a plain "postern start", else /etc/postern/postern.yaml)',
    )
    .option('--queue <directory>', 'queue directory of the gateway, instead of a configuration file')
}

/** The queue directory of the gateway that is meant. @throws Error when the file can not be read */
export async function queueDirectoryOf(options: TargetOptions): Promise<string> {
  if (options.queue !== undefined) return resolve(options.queue)
  const file = options.config ?? usualFile()
  const line = /^queue_directory:[ \t]*(?:'([^'\n]*)'|"([^"\\\n]*)"|([^\s'"#{[|>&*!%@`$][^#\n$]*))[ \t]*(?:#.*)?$/m.exec(
    readFileSync(file, 'utf8'),
  )
  const written = line?.[1] ?? line?.[2] ?? line?.[3]?.trim()
  // A plain line needs no parser: the command must reach the gateway also while its file is broken.
  if (written !== undefined && written !== '' && !written.includes('$')) return resolve(dirname(resolve(file)), written)
  const { loadConfiguration } = await import('../config/load.ts')
  return (await loadConfiguration(file).catch(() => ({ queueDirectory: USUAL_QUEUE }))).queueDirectory
}

function usualFile(): string {
  const own = join(stateDirectory(), 'postern.yaml')
  return existsSync(own) ? own : USUAL_FILE
}
