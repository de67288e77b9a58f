/** The crash test in its short form; `npm run test:crash` is the long one. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crash, describe, isClean } from './crash.ts'

test('what got its 250 survives SIGKILL of workers and supervisor', { timeout: 180_000 }, async (t) => {
  const seed = Date.now() % 1_000_000
  const result = await crash({ rounds: 20, seed })
  t.diagnostic(`seed ${seed}: ${describe(result)}`)
  assert.ok(isClean(result), `seed ${seed}: ${describe(result)}`)
  assert.ok(result.accepted > 0)
})
