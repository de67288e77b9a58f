/** Accounts, and a queue directory that its user can write or an error that says what to do. */
import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { accountOf, isPrivileged, PrivilegeError, prepareDirectory, prepareLogFile } from './privileges.ts'

const isRoot = process.getuid?.() === 0
const needsRoot = { skip: isRoot ? false : 'only root can become another user' }

function inDirectory(use: (directory: string) => void): void {
  const directory = mkdtempSync(join(tmpdir(), 'postern-priv-'))
  chmodSync(directory, 0o755)
  try {
    use(directory)
  } finally {
    rmSync(directory, { recursive: true })
  }
}

test('without a user nothing changes', () => {
  assert.equal(accountOf(undefined, undefined), undefined)
})

test('an account is found, or it is said that it is unknown', needsRoot, () => {
  assert.equal(accountOf('nobody', undefined)?.user, 'nobody')
  assert.throws(() => accountOf('no-such-user', undefined), new PrivilegeError('user no-such-user is unknown'))
  assert.throws(() => accountOf('nobody', 'no-such-group'), new PrivilegeError('group no-such-group is unknown'))
  assert.throws(() => accountOf('root', undefined), PrivilegeError)
})

test('a missing queue directory is made, for its user alone', needsRoot, () => {
  inDirectory((directory) => {
    const account = accountOf('nobody', undefined)
    const queue = join(directory, 'a/queue')
    prepareDirectory(queue, account)
    assert.equal(statSync(queue).uid, account?.uid)
    assert.equal(statSync(queue).mode & 0o777, 0o700)
    assert.equal(process.geteuid?.(), 0)
    assert.equal(process.getegid?.(), 0)
  })
})

test("another's queue directory with mail in it is not taken over", needsRoot, () => {
  inDirectory((directory) => {
    const queue = join(directory, 'queue')
    mkdirSync(queue)
    writeFileSync(join(queue, 'mail'), '')
    const message = `queue directory ${queue} is not writable by user nobody (EACCES); try: chown -R nobody ${queue}`
    assert.throws(() => prepareDirectory(queue, accountOf('nobody', undefined)), new PrivilegeError(message))
  })
})

test('the log file belongs to who writes it', needsRoot, () => {
  inDirectory((directory) => {
    const account = accountOf('nobody', undefined)
    const file = join(directory, 'log')
    prepareLogFile(file, account)
    assert.equal(statSync(file).uid, account?.uid)
  })
})

test('a queue directory that cannot be', () => {
  inDirectory((directory) => {
    writeFileSync(join(directory, 'file'), '')
    assert.throws(() => prepareDirectory(join(directory, 'file/queue'), undefined), PrivilegeError)
  })
})

test('ports that only root may bind', () => {
  assert.equal(isPrivileged(0), false)
  assert.equal(isPrivileged(65_000), false)
})
