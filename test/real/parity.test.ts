/** Every dialog that is meant for Postfix too, against the real one. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { parseDialog } from '../dialogs/parse.ts'
import { play } from '../dialogs/play.ts'
import { startPostfix } from '../dialogs/postfix.ts'
import { has } from './components.ts'

const DIALOGS = join(import.meta.dirname, '../dialogs')

describe('dialogs against Postfix', { concurrency: 3 }, () => {
  for (const name of globSync('**/*.dialog', { cwd: DIALOGS }).sort()) {
    const dialog = parseDialog(name, readFileSync(join(DIALOGS, name), 'utf8'))
    if (dialog.postfix === undefined) continue
    test(name, async (t) => {
      if (dialog.differs !== undefined) return t.skip(`Postfix differs: ${dialog.differs}`)
      if (has(t, 'postfix', 'root')) await play(dialog, startPostfix)
    })
  }
})
