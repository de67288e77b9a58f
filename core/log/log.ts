/**
 * The log: events and free messages as JSON lines or in Postfix's maillog format, to a file or standard output.
 * Postfix: syslog_name, maillog_file. Lines are gathered, and made and written together, so that a dialog does not wait for
 * them; warnings are written at once.
 */
import { hostname } from 'node:os'
import type { LogConfig } from '../config/types.ts'
import type { Event, EventType } from '../events.ts'
import type { Logger } from '../plugin.ts'
import { quoteAddress } from '../protocol/address.ts'
import { seconds } from './delays.ts'
import { jsonFields } from './json.ts'
import { by, type MaillogContext, maillogLine } from './maillog.ts'
import { printable, printableJson } from './printable.ts'
import { SessionNumbers } from './sessions.ts'
import { isoStamp, syslogStamp } from './stamp.ts'
import { type Line, LineWriter } from './writer.ts'

/** Who writes. */
export interface LogIdentity {
  /**
   * syslog_name. The default is Postfix's own, `postfix`, because tools look for it (pflogsumm works without an option);
   * another name needs `pflogsumm --syslog-name`.
   */
  readonly syslogName?: string
  /** info_log_address_format; default external. */
  readonly addressFormat?: 'external' | 'internal'
  /** delay_logging_resolution_limit; default 2. */
  readonly delayDigits?: number
  readonly hostname?: string
  readonly pid?: number
  /** This worker's place among the workers, from 0, and how many there are; for connection numbers. */
  readonly worker?: { readonly index: number; readonly count: number }
  /** Milliseconds since 1970. */
  now?(): number
}

export interface Log {
  readonly log: Logger
  /** Writes an event down. Never throws. */
  event(event: Event): void
  /** Writes what is still in memory. */
  flush(): void
  /** Opens the file anew after rotation; a failure is logged and the old file stays in use. */
  reopen(): void
  close(): void
}

type Level = LogConfig['level']
const RANK: Readonly<Record<Level, number>> = Object.freeze({ debug: 0, info: 1, warn: 2 })
const WARNINGS: ReadonlySet<EventType> = new Set<EventType>(['fault', 'warning'])
/** Longest maillog line. RFC 5424 6.1 asks receivers for 2048; longer ones are cut, never wrapped. */
const LONGEST = 2048

/** Opens the log. @throws Error when its file can not be opened */
export function createLog(config: LogConfig, identity: LogIdentity = {}): Log {
  const writer = new LineWriter(config.file)
  const now = identity.now ?? Date.now
  const format = config.format === 'json' ? jsonFormat(identity) : maillogFormat(identity)
  const least = RANK[config.level]

  const put = (level: Level, line: Line): void => {
    writer.write(line)
    if (level !== 'warn') return
    writer.flush()
    const lost = writer.takeLost()
    if (lost > 0) writer.write(format.message('warn', `${lost} log lines lost: the log could not be written`, now()))
  }
  const message = (level: Level) => (text: string) => {
    if (RANK[level] >= least) put(level, format.message(level, text, now()))
  }
  return {
    log: { debug: message('debug'), info: message('info'), warn: message('warn') },
    event(event) {
      const level = WARNINGS.has(event.type) ? 'warn' : 'info'
      if (RANK[level] < least) return
      const time = now()
      put(level, () => format.event(level, event, time))
    },
    flush: () => writer.flush(),
    reopen() {
      try {
        writer.reopen()
      } catch (error) {
        put('warn', format.message('warn', `cannot reopen the log: ${(error as Error).message}`, now()))
      }
    },
    close: () => writer.close(),
  }
}

interface Format {
  event(level: Level, event: Event, now: number): string | undefined
  message(level: Level, text: string, now: number): string
}

function maillogFormat(identity: LogIdentity): Format {
  const pid = identity.pid ?? process.pid
  const { index, count } = identity.worker ?? { index: 0, count: 1 }
  const host = printable(identity.hostname ?? hostname()).replaceAll(' ', '?')
  const sessions = new SessionNumbers(pid, index, count)
  const digits = identity.delayDigits ?? 2
  const context: MaillogContext = {
    prefix: `${identity.syslogName ?? 'postfix'}/`,
    pid,
    sessions,
    toldByCleanup: new Set(),
    shown: identity.addressFormat === 'internal' ? (address) => address : quoteAddress,
    seconds: (milliseconds) => seconds(milliseconds, digits),
  }
  const stamp = syslogStamp()
  const line = (now: number, body: string): string => {
    const text = printable(body)
    return `${stamp(now)} ${host} ${text.length > LONGEST ? `${text.slice(0, LONGEST - 3)}...` : text}\n`
  }
  return {
    event(_level, event, now) {
      const body = maillogLine(event, context)
      return body === undefined ? undefined : line(now, body)
    },
    message: (level, text, now) => line(now, by(context, 'postern', level === 'warn' ? `warning: ${text}` : text)),
  }
}

function jsonFormat(identity: LogIdentity): Format {
  const pid = identity.pid ?? process.pid
  const stamp = isoStamp()
  // What stands in every line is written as text: it is known to be plain, and objects are put together slowly.
  const line = (now: number, event: string, level: Level, fields: object): string => {
    const head = `{"time":"${stamp(now)}","event":"${event}","level":"${level}","pid":${pid}`
    const rest = JSON.stringify(fields)
    return `${head}${rest === '{}' ? '}' : `,${printableJson(rest.slice(1))}`}\n`
  }
  return {
    event: (level, event, now) => line(now, event.type, level, jsonFields(event)),
    message: (level, text, now) => line(now, 'message', level, { text }),
  }
}
