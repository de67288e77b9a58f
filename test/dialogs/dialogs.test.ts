/** Plays every dialog against Postern. */
import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, test } from 'node:test'
import { parseDialog } from './parse.ts'
import { play } from './play.ts'
import { startPostern } from './postern.ts'

const files = globSync('**/*.dialog', { cwd: import.meta.dirname }).sort()
const only = process.env.DIALOG ?? ''

for (const [folder, names = []] of Object.entries(Object.groupBy(files, (name) => dirname(name)))) {
  describe(folder, { concurrency: 4 }, () => {
    for (const name of names.filter((each) => each.includes(only))) {
      const dialog = parseDialog(name, readFileSync(join(import.meta.dirname, name), 'utf8'))
      test(`${name}: ${dialog.why}`, () => play(dialog, startPostern))
    }
  })
}
