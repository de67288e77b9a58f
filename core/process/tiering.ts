/**
 * When V8 compiles what a worker runs. A worker runs the same code for weeks: it is compiled sooner than V8 would, which has web pages
 * in mind, and by one thread, which leaves the other cores to the mail. An unknown flag does no harm: V8 tells of it and goes on.
 */
import { setFlagsFromString } from 'node:v8'

const FLAGS: readonly (readonly [name: string, value: number])[] = [
  ['--invocation-count-for-maglev', 100],
  ['--minimum-invocations-after-ic-update', 100],
  ['--invocation-count-for-turbofan', 1500],
  ['--concurrent-turbofan-max-threads', 1],
]

/** Sets it for this process. What the user says to Node wins. */
export function compileSooner(): void {
  const said = [process.env.NODE_OPTIONS ?? '', ...process.execArgv].join(' ')
  for (const [name, value] of FLAGS) if (!said.includes(name)) setFlagsFromString(`${name}=${value}`)
}
