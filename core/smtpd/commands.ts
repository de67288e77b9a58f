/** THE TABLE of commands, in the order in which the log counts them. A feature adds its row here. */
import type { Command } from './command.ts'
import { bdat } from './verbs/bdat.ts'
import { data } from './verbs/data.ts'
import { etrn } from './verbs/etrn.ts'
import { ehlo, helo, lhlo } from './verbs/helo.ts'
import { mail } from './verbs/mail.ts'
import { noop } from './verbs/noop.ts'
import { auth, starttls } from './verbs/off.ts'
import { quit } from './verbs/quit.ts'
import { rcpt } from './verbs/rcpt.ts'
import { rset } from './verbs/rset.ts'
import { vrfy } from './verbs/vrfy.ts'
import { xclient } from './verbs/xclient.ts'
import { xforward } from './verbs/xforward.ts'

export const TABLE: readonly Command[] = [
  helo,
  ehlo,
  lhlo,
  xclient,
  xforward,
  starttls,
  auth,
  mail,
  rcpt,
  data,
  bdat,
  rset,
  noop,
  vrfy,
  etrn,
  quit,
]

/** Rows by verb in upper case. */
export const COMMANDS: ReadonlyMap<string, Command> = new Map(TABLE.map((row) => [row.verb, row]))

/** What unknown commands are called in logs. */
export const UNKNOWN = 'UNKNOWN'

/** Verbs as counted, in order. */
export const COUNTED: readonly string[] = [...TABLE.map((row) => row.verb), UNKNOWN]
