/** The `$names` of a footer. */
import type { Session } from '#postern'

/** What else a value may depend on. */
export interface Surroundings {
  readonly hostname: string
  /** Milliseconds since 1970. */
  readonly now: number
}

type Value = (session: Session, around: Surroundings) => string

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const two = (n: number): string => String(n).padStart(2, '0')

const VALUES: ReadonlyMap<string, Value> = new Map<string, Value>([
  ['client', ({ client }) => `${client.name}[${client.address}]`],
  ['client_address', ({ client }) => client.address],
  ['client_name', ({ client }) => client.name],
  ['client_port', ({ client }) => String(client.port)],
  ['helo_name', ({ helo }) => helo ?? ''],
  ['sender', ({ transaction }) => (transaction === undefined ? '' : transaction.sender.text || '<>')],
  ['server_name', (_session, { hostname }) => hostname],
  ['localtime', (_session, { now }) => localTime(new Date(now))],
])

/** Undefined: there is no such name. */
export function namedValue(name: string, session: Session, around: Surroundings): string | undefined {
  return VALUES.get(name)?.(session, around)
}

/** `Jan 02 15:04:05` */
function localTime(date: Date): string {
  const month = MONTHS[date.getMonth()] ?? ''
  return `${month} ${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
}
