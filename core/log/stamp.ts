/** Time stamps of log lines; each is computed once for a second, because a busy gateway writes thousands of lines in one. */

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const

/** Turns milliseconds since 1970 into the text that begins a line. */
export type Stamp = (now: number) => string

/** `Nov 20 07:02:21` in local time, as syslog writes it (RFC 3164 4.1.2: the day is padded with a space). */
export function syslogStamp(): Stamp {
  let second = Number.NaN
  let text = ''
  return (now) => {
    const current = Math.floor(now / 1000)
    if (current !== second) {
      second = current
      const d = new Date(now)
      const clock = `${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}`
      text = `${MONTHS[d.getMonth()]} ${String(d.getDate()).padStart(2)} ${clock}`
    }
    return text
  }
}

/** `2026-11-20T07:02:21.042Z` (RFC 3339). */
export function isoStamp(): Stamp {
  let second = Number.NaN
  let text = ''
  return (now) => {
    const current = Math.floor(now / 1000)
    if (current !== second) {
      second = current
      text = new Date(now).toISOString().slice(0, 20)
    }
    return `${text}${String(Math.floor(now - current * 1000)).padStart(3, '0')}Z`
  }
}

function two(n: number): string {
  return n < 10 ? `0${n}` : String(n)
}
