/** Imports of configurations that a test writes as texts. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { parseConfiguration } from '../../core/config/load.ts'
import type { Configuration } from '../../core/config/types.ts'
import { importDirectory } from '../../core/import/index.ts'

/** What an import came to. */
export interface ImportedTexts {
  /** `DIR` stands for the directory. */
  readonly yaml: string
  /** `KIND SUBJECT: REASON` */
  readonly report: string[]
  /** As Postern reads it. */
  configuration(): Configuration
}

const scratch = mkdtempSync(join(tmpdir(), 'postern-import-'))
after(() => rmSync(scratch, { recursive: true }))
let count = 0

/** Writes the texts into a directory of their own and imports it. */
export function imported(main: string, master?: string): ImportedTexts {
  const directory = join(scratch, String(++count))
  mkdirSync(directory)
  writeFileSync(join(directory, 'main.cf'), main)
  if (master !== undefined) writeFileSync(join(directory, 'master.cf'), master)
  const { yaml, report } = importDirectory(directory)
  return {
    yaml: yaml.replaceAll(directory, 'DIR'),
    report: report.map(({ kind, subject, reason }) => `${kind} ${subject}: ${reason}`),
    configuration: () => parseConfiguration(join(directory, 'postern.yaml'), yaml),
  }
}
