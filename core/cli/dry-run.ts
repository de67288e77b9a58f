/** Sets a configuration up without starting anything: for commands that say whether and how it would run. */
import { buildGeneration } from '../config/generation.ts'
import { loadConfiguration } from '../config/load.ts'
import type { Configuration } from '../config/types.ts'
import type { Generation, Services } from '../generation.ts'
import { createResolver } from '../net/resolver.ts'
import { systemClock } from '../process/services.ts'
import { smtpServer } from '../smtp/line.ts'
import type { Streams } from './streams.ts'

/** Told of warnings; asks nothing and tells no events. */
function quietServices(err: Streams['err']): Services {
  return {
    dns: createResolver({}),
    clock: systemClock,
    log: { debug: () => undefined, info: () => undefined, warn: (message) => void err.write(`warning: ${message}\n`) },
    emit: () => undefined,
    random: Math.random,
    // Reads the name of a server; nothing connects.
    smtpServer,
  }
}

/**
 * Runs `work` on the generation that the file would become.
 * @throws ConfigurationError, or what a plugin's set-up throws
 */
export async function withDryRun<T>(
  file: string,
  err: Streams['err'],
  work: (generation: Generation, config: Configuration) => T | Promise<T>,
): Promise<T> {
  const config = await loadConfiguration(file)
  const services = quietServices(err)
  try {
    const generation = await buildGeneration(config, services, 0, { start: false })
    try {
      return await work(generation, config)
    } finally {
      generation.retire()
    }
  } finally {
    services.dns.close()
  }
}
