/** Which gateway a command means; found also while its configuration is broken. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { queueDirectoryOf } from './target.ts'

const ROWS: readonly (readonly [string, string])[] = [
  ['queue_directory: /var/spool/x\n', '/var/spool/x'],
  ['version: 1\nqueue_directory: spool  # here\nlisteners: []\n', '{}/spool'],
  ["queue_directory: 'a b'\n", '{}/a b'],
  ['queue_directory: "q"\n', '{}/q'],
  ['queue_directory: q\nthis: [is: broken\n', '{}/q'],
  ['nonsense', '/var/spool/postern'],
]

for (const [yaml, expected] of ROWS) {
  test(`the queue directory of ${JSON.stringify(yaml)}`, async () => {
    const directory = mkdtempSync(join(tmpdir(), 'postern-target-'))
    try {
      const config = join(directory, 'postern.yaml')
      writeFileSync(config, yaml)
      assert.equal(await queueDirectoryOf({ config }), expected.replace('{}', directory))
    } finally {
      rmSync(directory, { recursive: true })
    }
  })
}

test('a directory that is given needs no file', async () => {
  assert.equal(await queueDirectoryOf({ queue: '/q', config: '/none' }), '/q')
})

test('a file that is not there is said so', async () => {
  await assert.rejects(queueDirectoryOf({ config: '/none/postern.yaml' }), /ENOENT/)
})
