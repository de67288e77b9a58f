// @ts-check
/**
 * Keeps compiled code between starts, which makes a start about three times as fast. Whoever can write the cache can run
 * code as us, so it only ever lies in a directory that belongs to us or to root and that nobody else may write.
 */
import { mkdirSync, statSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Set for child processes; Node reads it before it runs them. */
const VARIABLE = 'NODE_COMPILE_CACHE'

/** Turns the cache on for this process and its children. Without a safe place there is none. */
export function compileCache() {
  if (process.env[VARIABLE] !== undefined || process.env.NODE_DISABLE_COMPILE_CACHE !== undefined) return
  for (const directory of places()) {
    if (!isSafe(directory)) continue
    enableCompileCache(directory)
    process.env[VARIABLE] = directory
    return
  }
}

/** Beside the program's packages, else in the state directory. */
function places() {
  const root = fileURLToPath(new URL('../../', import.meta.url))
  const state = process.env.POSTERN_STATE
  return [join(root, 'node_modules/.cache/postern'), ...(state === undefined ? [] : [join(state, 'cache')])]
}

/** @param {string} directory */
function isSafe(directory) {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    const { uid, mode } = statSync(directory)
    return (uid === process.getuid?.() || uid === 0) && (mode & 0o022) === 0
  } catch {
    return false
  }
}
