/** Import of what happens to mail on its way in and out. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { parseConfiguration } from '../config/load.ts'
import { importDirectory } from './index.ts'

const scratch = mkdtempSync(join(tmpdir(), 'postern-import-'))
after(() => rmSync(scratch, { recursive: true }))
let count = 0

/** Imports texts: the report, and the configuration as Postern reads it. */
function imported(main: string, master?: string) {
  const directory = join(scratch, String(++count))
  mkdirSync(directory)
  writeFileSync(join(directory, 'main.cf'), main)
  if (master !== undefined) writeFileSync(join(directory, 'master.cf'), master)
  const { yaml, report } = importDirectory(directory)
  return {
    report: report.map(({ kind, subject }) => `${kind} ${subject}`),
    configuration: () => parseConfiguration(join(directory, 'postern.yaml'), yaml),
  }
}

const LEVEL = 'compatibility_level = 3.6\nmydestination =\n'

test('canonical maps, aliases and copies are mounted by their parameters', () => {
  const { report, configuration } = imported(
    `${LEVEL}virtual_alias_maps = inline:{a@x=b@x}\ncanonical_maps = inline:{a@x=b@x}\nalways_bcc = c@x\nmasquerade_domains = x\nsmtpd_reject_unlisted_recipient = no\n`,
  )
  assert.deepEqual(
    configuration().listeners[0]?.pipeline.use?.map(({ name }) => name),
    ['bcc', 'canonical', 'client-limits', 'virtual-alias'],
  )
  assert.ok(!report.some((line) => /unsupported (?:virtual|canonical|always|masquerade)/.test(line)))
})

test('flags of a transport are those of the transport', () => {
  const { configuration } = imported(
    LEVEL,
    'smtp inet n - n - - smtpd\nlmtp unix - - n - - lmtp\n  flags=DORX\nrp unix - - n - - smtp\n  flags=R\nsmtp unix - - n - - smtp\n',
  )
  const flags = configuration().transports.map(({ name, flags }) => [name, flags])
  assert.deepEqual(
    flags.filter(([, letters]) => letters !== undefined),
    [
      ['lmtp', 'DORX'],
      ['rp', 'R'],
    ],
  )
})
