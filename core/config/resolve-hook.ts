/**
 * Lets plugin files anywhere on the machine write `import { definePlugin } from 'postern'` (and `postern/test` in their
 * tests) without installing anything: the names mean the Postern that runs.
 */
import { registerHooks } from 'node:module'
import { pathToFileURL } from 'node:url'
import { ownModule } from './places.ts'

const PUBLIC: ReadonlyMap<string, string> = new Map([
  ['postern', 'core/plugin.ts'],
  ['postern/test', 'test/kit/index.ts'],
])

let registered = false

/** From now on, in this process. Calling it again does nothing. */
export function registerPublicNames(): void {
  if (registered) return
  registered = true
  registerHooks({
    resolve(specifier, context, next) {
      const own = PUBLIC.get(specifier)
      return own === undefined ? next(specifier, context) : { url: pathToFileURL(ownModule(own)).href, shortCircuit: true }
    },
  })
}

registerPublicNames()
