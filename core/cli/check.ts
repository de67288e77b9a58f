/** `postern check FILE`: is this configuration right? Loads and sets up its plugins too, and starts nothing. */
import type { Command } from 'commander'
import { stepsOf } from '../config/plugins.ts'
import { ConfigurationError, type Problem } from '../config/types.ts'
import { withDryRun } from './dry-run.ts'
import { PROCESS_STREAMS, type Streams } from './streams.ts'

export interface CheckOptions {
  readonly json?: boolean
}

/** @returns exit status: 0 right, 1 not */
export async function check(file: string, options: CheckOptions, streams: Streams = PROCESS_STREAMS): Promise<number> {
  try {
    const { warnings, listeners, steps } = await withDryRun(file, streams.err, (_, config) => ({
      warnings: config.warnings,
      listeners: config.listeners.length,
      steps: new Set(stepsOf(config).flatMap((row) => row.steps.map(({ place }) => `${place.line}:${place.column}`))).size,
    }))
    if (options.json === true) streams.out.write(`${JSON.stringify({ ok: true, problems: [], warnings }, undefined, 2)}\n`)
    else {
      for (const warning of warnings) streams.err.write(`warning: ${warning}\n`)
      streams.out.write(`${file}: ok (${counted(listeners, 'listener')}, ${counted(steps, 'step')})\n`)
    }
    return 0
  } catch (error) {
    const problems = error instanceof ConfigurationError ? error.problems : [problemOf(file, error)]
    if (options.json === true) streams.out.write(`${JSON.stringify({ ok: false, problems, warnings: [] }, undefined, 2)}\n`)
    else streams.err.write(`${new ConfigurationError(problems).message}\n`)
    return 1
  }
}

function problemOf(file: string, error: unknown): Problem {
  return {
    place: { file, line: 1, column: 1 },
    path: '(set-up)',
    message: error instanceof Error ? error.message : String(error),
  }
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`

export function addCheck(program: Command): void {
  program
    .command('check')
    .description('check a configuration file and everything that it names')
    .argument('<file>', 'configuration file')
    .option('--json', 'problems and warnings as JSON')
    .action(async (file: string, options: CheckOptions) => {
      process.exitCode = await check(file, options)
    })
}
