/**
 * Names of local sockets that are relative in Postfix begin at its queue directory, which is not Postern's: they are written out, so that
 * what listens there is found as before.
 */
import type { Setting, Settings } from './main-cf.ts'

/** Debian's. */
const QUEUE_DIRECTORY = '/var/spool/postfix'

/** `unix:private/x`, but not the tables `unix:passwd.byname` and `unix:group.byname`. */
const RELATIVE = /(?<![\w-])unix:(?!(?:passwd|group)\.by)(?=[\w.-])/g
/** Milters have another word for the same. */
const RELATIVE_MILTER = /(?<![\w-])(?:unix|local):(?=[\w.-])/g

/** Where main.cf has the queue. */
export function queueDirectory(main: Settings): string {
  return (main.get('queue_directory')?.text ?? QUEUE_DIRECTORY).replace(/\/+$/, '')
}

/** The same settings with all sockets written out. */
export function withPlacedSockets(settings: Settings, directory: string): Map<string, Setting> {
  return new Map([...settings].map(([name, setting]) => [name, placed(setting, directory)]))
}

function placed(setting: Setting, directory: string): Setting {
  const { name, text } = setting
  // The socket of Dovecot; for Cyrus it is the name of an application.
  if (/^(?:smtpd|smtp|lmtp)_sasl_path$/.test(name))
    return /^[\w.-]+\//.test(text) ? { ...setting, text: `${directory}/${text}` } : setting
  const matches = [...text.matchAll(/_milters$|_milter_maps$/.test(name) ? RELATIVE_MILTER : RELATIVE)]
  if (matches.length === 0) return setting
  const inserted = `${directory}/`
  let out = ''
  let at = 0
  const places: number[] = []
  for (const match of matches) {
    const end = match.index + match[0].length
    out += text.slice(at, end) + inserted
    places.push(out.length)
    at = end
  }
  // Offsets of the new text are those of the old one, and what was put in before them.
  const original = (offset: number): number => offset - inserted.length * places.filter((place) => place <= offset).length
  return { ...setting, text: out + text.slice(at), lineOf: (offset) => setting.lineOf(Math.max(0, original(offset))) }
}
