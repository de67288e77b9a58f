/**
 * How V8 serves a worker, which runs the same code for weeks and forgets everything that it makes within milliseconds, while V8 has web
 * pages in mind. An unknown flag does no harm: V8 tells of it and goes on.
 */
import { setFlagsFromString } from 'node:v8'

const FLAGS: readonly (readonly [name: string, value?: number])[] = [
  // What is called often is compiled sooner, by one thread, which leaves the other cores to the mail.
  ['--invocation-count-for-maglev', 100],
  ['--minimum-invocations-after-ic-update', 100],
  ['--invocation-count-for-turbofan', 1500],
  ['--concurrent-turbofan-max-threads', 1],
  // Under load V8 sees messages outlive a minor collection, and from then on makes parts of them in the old space; there they lie dead,
  // and hold all else of their messages, until a full collection.
  ['--no-allocation-site-pretenuring'],
]

/** Sets them for this process. What the user says to Node wins. */
export function setEngineFlags(): void {
  const said = [process.env.NODE_OPTIONS ?? '', ...process.execArgv].join(' ')
  for (const [name, value] of FLAGS) {
    if (said.includes(name.replace(/^--(no-)?/, ''))) continue
    setFlagsFromString(value === undefined ? name : `${name}=${value}`)
  }
}
