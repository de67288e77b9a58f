/** MySQL's option files (my.cnf): `[group]`, `name = value`, comments with # and ;. */

/** What tables use of it. */
export interface MysqlOptions {
  readonly user?: string
  readonly password?: string
  readonly database?: string
}

const WANTED: ReadonlySet<string> = new Set(['user', 'password', 'database'])

/** The options of some groups; those of later groups count. Never throws: what can not be understood is skipped. */
export function optionFile(text: string, groups: readonly string[]): MysqlOptions {
  const byGroup = new Map<string, [string, string][]>()
  let current: [string, string][] = []
  for (const line of text.split(/\r?\n/)) {
    const group = /^\s*\[([^\]]*)\]/.exec(line)?.[1]?.trim()
    if (group !== undefined) {
      current = byGroup.get(group) ?? []
      byGroup.set(group, current)
      continue
    }
    const equals = line.indexOf('=')
    const name = line.slice(0, Math.max(0, equals)).trim().replaceAll('-', '_')
    if (WANTED.has(name)) current.push([name, unquoted(line.slice(equals + 1).trim())])
  }
  return Object.fromEntries(groups.flatMap((group) => byGroup.get(group) ?? []))
}

function unquoted(value: string): string {
  const quote = value[0]
  if ((quote === '"' || quote === "'") && value.endsWith(quote) && value.length > 1) return value.slice(1, -1)
  return value.replace(/\s+#.*$/, '')
}
