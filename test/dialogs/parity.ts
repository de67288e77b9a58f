/** `node test/dialogs/parity.ts [WORD...]`: plays dialogs against a real Postfix; those whose path has one of the words, or all. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseDialog } from './parse.ts'
import { play } from './play.ts'
import { startPostfix } from './postfix.ts'

let failed = 0
const words = process.argv.slice(2)
for (const name of globSync('**/*.dialog', { cwd: import.meta.dirname }).sort()) {
  if (words.length > 0 && !words.some((word) => name.includes(word))) continue
  const dialog = parseDialog(name, readFileSync(join(import.meta.dirname, name), 'utf8'))
  if (dialog.postfix === undefined || dialog.differs !== undefined) continue
  try {
    await play(dialog, startPostfix)
    console.log(`ok     ${name}`)
  } catch (error) {
    failed++
    console.log(`FAILED ${name}\n${error instanceof Error ? error.message : String(error)}`)
  }
}
process.exitCode = failed === 0 ? 0 : 1
