/** Dates as RFC 5322 3.3 writes them, with the zone's name as a comment as Postfix adds it. */

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const

/** Turns times into header dates; remembers the last second, because busy gateways ask many times in one. */
export function createMailDate(): (milliseconds: number) => string {
  let second = -1
  let text = ''
  return (milliseconds) => {
    const now = Math.floor(milliseconds / 1000)
    if (now === second) return text
    second = now
    text = formatMailDate(new Date(now * 1000))
    return text
  }
}

/** `Thu, 20 Nov 2025 07:18:00 +0000 (UTC)` in the local zone of this machine. */
export function formatMailDate(date: Date): string {
  const day = DAYS[date.getDay()] ?? ''
  const month = MONTHS[date.getMonth()] ?? ''
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
  return `${day}, ${date.getDate()} ${month} ${date.getFullYear()} ${time} ${offset(date)}${zone(date)}`
}

/** `20251120071800` in UTC: the time part of generated message ids. */
export function compactTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 19).replace(/[-:T]/g, '')
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value)
}

function offset(date: Date): string {
  const minutes = -date.getTimezoneOffset()
  const size = Math.abs(minutes)
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}${two(size % 60)}`
}

/** Zones change their names at the quarters of an hour only, and to ask for one takes longer than all the rest of a date. */
const QUARTER = 15 * 60 * 1000
let asked = { quarter: Number.NaN, zone: '' }

/** ` (CET)`; nothing where the zone has no name of letters. */
function zone(date: Date): string {
  const quarter = Math.floor(date.getTime() / QUARTER)
  if (quarter !== asked.quarter) {
    const name = /\(([A-Z]{2,5})\)$/.exec(date.toString())?.[1] ?? abbreviation(date)
    asked = { quarter, zone: name === '' ? '' : ` (${name})` }
  }
  return asked.zone
}

/** Each of these knows the short names that are in use where it is spoken, and calls others `GMT+1`. */
const LOCALES = ['en-GB', 'en-US', 'en-AU', 'en-NZ', 'en-IN', 'en-ZA'] as const

function abbreviation(date: Date): string {
  for (const locale of LOCALES) {
    const parts = new Intl.DateTimeFormat(locale, { timeZoneName: 'short' }).formatToParts(date)
    const name = parts.find((part) => part.type === 'timeZoneName')?.value ?? ''
    if (/^[A-Z]{2,5}$/.test(name)) return name
  }
  return ''
}
