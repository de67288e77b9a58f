/** Lines are gathered, kept in order, and follow a rotated file. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { seconds } from './delays.ts'
import { LineWriter } from './writer.ts'

function inDirectory(use: (directory: string) => void): void {
  const directory = mkdtempSync(join(tmpdir(), 'postern-log-'))
  try {
    use(directory)
  } finally {
    rmSync(directory, { recursive: true })
  }
}

test('lines wait for company, and a flush writes them in order', () => {
  inDirectory((directory) => {
    const file = join(directory, 'log')
    const writer = new LineWriter(file)
    writer.write('a\n')
    writer.write('b\n')
    assert.equal(readFileSync(file, 'utf8'), '')
    writer.flush()
    assert.equal(readFileSync(file, 'utf8'), 'a\nb\n')
    writer.close()
  })
})

test('a large batch is written at once', () => {
  inDirectory((directory) => {
    const file = join(directory, 'log')
    const writer = new LineWriter(file)
    for (let i = 0; i < 100; i++) writer.write(`${'x'.repeat(1000)}\n`)
    assert.ok(readFileSync(file, 'utf8').length >= 64 * 1024)
    writer.close()
    assert.equal(readFileSync(file, 'utf8').length, 100 * 1001)
  })
})

test('reopen follows a rotated file; what was waiting goes to the old one', () => {
  inDirectory((directory) => {
    const file = join(directory, 'log')
    const writer = new LineWriter(file)
    writer.write('old\n')
    renameSync(file, `${file}.1`)
    writer.reopen()
    writer.write('new\n')
    writer.close()
    assert.equal(readFileSync(`${file}.1`, 'utf8'), 'old\n')
    assert.equal(readFileSync(file, 'utf8'), 'new\n')
  })
})

test('delays have two significant digits and at most two decimals', () => {
  const rows: readonly (readonly [number, string])[] = [
    [-5, '0'],
    [0, '0'],
    [4, '0'],
    [12, '0.01'],
    [100, '0.1'],
    [994, '0.99'],
    [996, '1'],
    [1234, '1.2'],
    [9960, '10'],
    [12_345, '12'],
    [123_456, '123'],
  ]
  for (const [milliseconds, text] of rows) assert.equal(seconds(milliseconds), text, String(milliseconds))
})

test('delay_logging_resolution_limit: delays with other numbers of decimals', () => {
  const rows: readonly (readonly [number, number, string])[] = [
    [1620, 0, '2'],
    [62, 0, '0'],
    [62, 1, '0.1'],
    [1270, 1, '1.3'],
    [1270, 3, '1.3'],
    [19, 3, '0.019'],
    [2, 3, '0.002'],
    [0.3, 3, '0'],
    [123, 6, '0.12'],
    [8.7, 6, '0.0087'],
    [0.3, 6, '0.0003'],
    [0.012, 6, '0.000012'],
    [12_345, 6, '12'],
  ]
  for (const [milliseconds, limit, text] of rows) assert.equal(seconds(milliseconds, limit), text, `${milliseconds} ${limit}`)
})

test('a line that can not be made is counted as lost, and takes no other with it', () => {
  inDirectory((directory) => {
    const file = join(directory, 'log')
    const writer = new LineWriter(file)
    writer.write('a\n')
    writer.write(() => {
      throw new Error('no such thing')
    })
    writer.write(() => 'b\n')
    writer.flush()
    writer.close()
    assert.equal(readFileSync(file, 'utf8'), 'a\nb\n')
    assert.equal(writer.takeLost(), 1)
  })
})
