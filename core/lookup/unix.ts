/**
 * unix:passwd.byname and unix:group.byname: accounts of this machine, as lines of passwd(5) and group(5). Where nsswitch.conf(5) names
 * more than the files, getent(1) is asked for what they do not have.
 */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { openSource, type Read } from './source.ts'
import { type Table, type TableContext, TableError, type TableType } from './table.ts'

/** Milliseconds for getent. */
const PATIENCE = 10_000

const MAPS: Readonly<Record<string, string>> = { 'passwd.byname': 'passwd', 'group.byname': 'group' }

/** Services that getent would only read the same files for, or that have no accounts for mail. */
const LOCAL = /^(files|compat|systemd|\[.*\]?|.*\])$/

const read: Read = () => {
  const entries = new Map<string, string>()
  return {
    add({ text }) {
      const name = text.slice(0, Math.max(0, text.indexOf(':')))
      if (name !== '' && !/^[+-]/.test(name) && !entries.has(name)) entries.set(name, text)
    },
    // Postfix folds keys here too, so that Root@example is root.
    end: () => ({ find: (key) => entries.get(key.toLowerCase()), size: entries.size }),
  }
}

export const unix: TableType = {
  name: 'unix',
  open(name, context: TableContext): Table {
    const database = MAPS[name]
    if (database === undefined) throw new Error(`unknown table: unix:${name}; there are ${Object.keys(MAPS).join(' and ')}`)
    const file = openSource('unix', name, false, read, context, `/etc/${database}`)
    if (!hasMoreThanFiles(switchConfiguration(), database)) return file
    return { ...withServices(file, database), inspect: () => file.inspect?.() ?? {} }
  },
}

function withServices(file: Table, database: string): Table {
  const { spec } = file
  return {
    spec,
    wholeKeys: false,
    lookup: (key) => file.lookup(key) ?? getent(spec, database, key.toLowerCase()),
    close: () => file.close?.(),
  }
}

function switchConfiguration(): string {
  try {
    return readFileSync('/etc/nsswitch.conf', 'utf8')
  } catch {
    return ''
  }
}

/** Does nsswitch.conf name services beyond the files for a database? */
export function hasMoreThanFiles(configuration: string, database: string): boolean {
  const line = configuration.split('\n').find((each) => each.trimStart().startsWith(`${database}:`)) ?? ''
  const services = line.replace(/#.*/, '').slice(line.indexOf(':') + 1)
  return services.split(/\s+/).some((service) => service !== '' && !LOCAL.test(service))
}

function getent(spec: string, database: string, key: string): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    if (key === '' || key.includes('\0')) return resolve(undefined)
    execFile('getent', [database, '--', key], { timeout: PATIENCE, killSignal: 'SIGKILL' }, (error, output) => {
      // 2: the key is not there.
      if (error !== null && error.code !== 2) return reject(new TableError(spec, `getent: ${error.message}`, error))
      const line = output.split('\n', 1)[0] ?? ''
      // A number is looked up as an ID by getent; only names are meant.
      resolve(line.startsWith(`${key}:`) ? line : undefined)
    })
  })
}
