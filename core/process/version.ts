/** The version of this Postern, from its package.json. */
import { readFileSync } from 'node:fs'

/** Read when asked for: from the repository or from an installed package, whichever this file stands in. */
export function version(): string {
  for (const place of ['../../package.json', '../../../package.json']) {
    try {
      const manifest = JSON.parse(readFileSync(new URL(place, import.meta.url), 'utf8')) as { name?: string; version?: string }
      if (manifest.name === 'postern' && manifest.version !== undefined) return manifest.version
    } catch {
      // Not there: the other place.
    }
  }
  return 'unknown'
}
