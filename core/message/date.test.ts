import assert from 'node:assert/strict'
import { it } from 'node:test'
import { compactTime, createMailDate, formatMailDate } from './date.ts'

it('a header date can be read back, in any zone', () => {
  for (const at of [0, Date.UTC(2024, 1, 29, 23, 59, 59), Date.UTC(2026, 6, 1, 4, 5, 6)]) {
    const text = formatMailDate(new Date(at))
    assert.match(text, /^\w{3}, \d{1,2} \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}( \([A-Z]{2,5}\))?$/)
    assert.equal(Date.parse(text.replace(/ \(.*/, '')), at)
  }
})

it('remembers a second, not longer', () => {
  const date = createMailDate()
  const at = Date.UTC(2024, 0, 1)
  assert.equal(date(at), date(at + 999))
  assert.notEqual(date(at), date(at + 1000))
})

it('the name of the zone is that of the moment, on both sides of a change', () => {
  const before = process.env.TZ
  process.env.TZ = 'America/New_York'
  try {
    const change = Date.UTC(2026, 2, 8, 7)
    assert.equal(formatMailDate(new Date(change - 1000)), 'Sun, 8 Mar 2026 01:59:59 -0500 (EST)')
    assert.equal(formatMailDate(new Date(change)), 'Sun, 8 Mar 2026 03:00:00 -0400 (EDT)')
  } finally {
    if (before === undefined) delete process.env.TZ
    else process.env.TZ = before
  }
})

it('the compact form is UTC', () => {
  assert.equal(compactTime(Date.UTC(2024, 0, 2, 3, 4, 5, 678)), '20240102030405')
})
