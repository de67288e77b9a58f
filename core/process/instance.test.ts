/** One instance for a queue directory; locks of dead processes do not stand in the way. Spools find their owners. */
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { thisProcess } from '../queue/lock.ts'
import { InstanceError, LOCK_NAME, runningInstance, takeInstance } from './instance.ts'
import { assignOwners, existingOwners, spoolRoot } from './owners.ts'

function inDirectory(use: (directory: string) => void): void {
  const directory = mkdtempSync(join(tmpdir(), 'postern-lock-'))
  try {
    use(directory)
  } finally {
    rmSync(directory, { recursive: true })
  }
}

test('a second instance is refused, and may come when the first has gone', () => {
  inDirectory((directory) => {
    const first = takeInstance(directory)
    assert.equal(runningInstance(directory), process.pid)
    assert.throws(() => takeInstance(directory), InstanceError)
    first.release()
    assert.equal(runningInstance(directory), undefined)
    takeInstance(directory).release()
    assert.deepEqual(readdirSync(directory), [])
  })
})

for (const [name, text] of [
  ['a process that has gone', JSON.stringify({ pid: 2 ** 22 + 5, started: 'x' })],
  ['a process whose number was given to another', JSON.stringify({ pid: process.pid, started: 'another boot:1' })],
  ['no process at all', 'garbage\0'],
  ['nothing', ''],
] as const) {
  test(`a lock of ${name} is set aside`, () => {
    inDirectory((directory) => {
      writeFileSync(join(directory, LOCK_NAME), text)
      const lock = takeInstance(directory)
      assert.equal(runningInstance(directory), thisProcess().pid)
      lock.release()
      assert.equal(existsSync(join(directory, LOCK_NAME)), false)
    })
  })
}

test('a link planted in the directory is not followed', () => {
  inDirectory((directory) => {
    const victim = join(directory, 'victim')
    writeFileSync(victim, 'precious')
    symlinkSync(victim, join(directory, `${LOCK_NAME}.${process.pid}`))
    takeInstance(directory).release()
    assert.equal(existsSync(victim), true)
  })
})

test('spools that more workers left are handed to those that there are', () => {
  inDirectory((directory) => {
    assert.deepEqual(existingOwners(directory), [])
    for (const name of ['w0', 'w1', 'w2', 'w10', 'w3', 'other']) mkdirSync(join(spoolRoot(directory), name), { recursive: true })
    assert.deepEqual(existingOwners(directory), ['w0', 'w1', 'w2', 'w3', 'w10'])
    assert.deepEqual(assignOwners(2, existingOwners(directory)), [
      ['w0', 'w2', 'w10'],
      ['w1', 'w3'],
    ])
    assert.deepEqual(assignOwners(1, []), [['w0']])
  })
})
