/** Which of the tables that a configuration names can be opened here. */
import { BUILT_IN_TYPES } from '../lookup/registry.ts'

const HERE = new Set(BUILT_IN_TYPES.map(({ name }) => name))

/** Types of Postfix; what is none of them is no table but an address, a socket or a mistake. */
const POSTFIX_TYPES = new Set(
  `btree cdb cidr dbm environ fail hash inline internal ldap lmdb memcache mysql netinfo nis nisplus pcre pgsql pipemap proxy
  randmap regexp sdbm socketmap sqlite static tcp texthash unionmap unix`.split(/\s+/),
)

/** Parameters in whose values a `type:name` is a table. */
const TABLE_PARAMETERS =
  /(_maps|_checks|_domains|_networks|_hosts|_clients|_exceptions|_exclusions|_filter|_commands)$|^(mynetworks|mydestination)$/

/** The type of a table that can not be opened here; undefined when there is no such table in the word. */
export function unsupportedTable(word: string): string | undefined {
  const type = /^!?(?:proxy:)*([a-z]+):/.exec(word)?.[1]
  return type !== undefined && POSTFIX_TYPES.has(type) && !HERE.has(type) ? type : undefined
}

/** The type of a table that neither Postfix nor Postern has. */
export function unheardOfTable(word: string): string | undefined {
  const type = /^(?:proxy:)*([a-z][a-z0-9_-]*):/i.exec(word)?.[1]
  return type !== undefined && !POSTFIX_TYPES.has(type) && !HERE.has(type) ? type : undefined
}

const BY_NAME = /\b(?:ldap|mysql|pgsql|sqlite|memcache):([A-Za-z][\w-]*)(?![\w./-])/g

/** `mysql:NAME`, whose settings stand in main.cf (ldap_table(5), "obsolete main.cf parameters"), by NAME. */
export function tablesByName(texts: Iterable<string>): Map<string, string> {
  return new Map([...texts].flatMap((text) => [...text.matchAll(BY_NAME)].map(([spec, name = '']) => [name, spec] as const)))
}

/** Can values of this parameter be tables? */
export function namesTables(parameter: string): boolean {
  return TABLE_PARAMETERS.test(parameter)
}
