import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { Watch } from './changes.ts'

const directory = mkdtempSync(join(tmpdir(), 'postern-changes-'))
after(() => rmSync(directory, { recursive: true }))

/** A file that was written to at a time of the test's clock, ms. */
function write(file: string, text: string, time: number): void {
  writeFileSync(file, text)
  utimesSync(file, time / 1000, time / 1000)
}

test('a file that is still written to is not read, unless that never ends', () => {
  const file = join(directory, 'table')
  let time = 1_000_000
  write(file, '', time - 5000)
  const [patient, hasty] = [true, false].map((waits) => new Watch([file], () => time, waits)) as [Watch, Watch]
  time += 1000
  write(file, 'a 1\n', time - 200)
  assert.equal(patient.changed(), false)
  assert.equal(hasty.changed(), true)
  time += 1000
  write(file, 'a 1\nb 2\n', time - 200)
  assert.equal(patient.changed(), false, 'it grows')
  time += 1000
  assert.equal(patient.changed(), true)
  time += 1000
  assert.equal(patient.changed(), false, 'told once')
  let waited = 0
  do {
    time += 1000
    write(file, 'x'.repeat(++waited), time - 1)
  } while (!patient.changed())
  assert.equal(waited, 11)
})

test('a file that is replaced by an older one is told of at once', () => {
  const file = join(directory, 'other')
  let time = 2_000_000
  write(file, 'a', time)
  const watch = new Watch([file], () => time, true)
  write(file, 'bb', time - 60_000)
  time += 1000
  assert.equal(watch.changed(), true)
})
