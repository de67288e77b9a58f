/** Postern for tests with real components: as an operator runs it, on a free port, in a directory of the test. */
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { freePort, PosternProcess, type ProcessOptions } from '../kit/process.ts'
import { atEnd } from './components.ts'

/** Parameters that all these tests share; a test adds its own. */
export interface PosternOptions extends Partial<ProcessOptions> {
  readonly directory: string
  /** Parameters by Postfix name. */
  readonly parameters?: Readonly<Record<string, string | number>>
}

/** Starts Postern; it ends with the test. */
export async function startPostern(t: TestContext, options: PosternOptions): Promise<PosternProcess> {
  const { parameters = {}, yaml = RELAY_RULES, ...rest } = options
  const all = { ...PARAMETERS, ...parameters }
  const lines = Object.entries(all).map(([name, value]) => `  ${name}: ${JSON.stringify(value)}`)
  const postern = new PosternProcess({
    port: await freePort(),
    ...rest,
    directory: join(options.directory, 'postern'),
    yaml: `workers: 1\nparameters:\n${lines.join('\n')}\n${yaml}`,
  })
  atEnd(t, () => postern.stop())
  await postern.start()
  return postern
}

export const RELAY_RULES = 'pipeline:\n  relay: [permit_mynetworks, reject_unauth_destination]'

const PARAMETERS = {
  myhostname: 'gw.test',
  mydestination: '',
  mynetworks: '127.0.0.0/8',
  smtpd_peername_lookup: 'no',
  queue_run_delay: '1s',
  minimal_backoff_time: '1s',
  maximal_backoff_time: '2s',
}
