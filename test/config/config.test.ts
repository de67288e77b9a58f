/**
 * Configuration files as an administrator writes them: `bad/NAME/postern.yaml` must not start and says what
 * `bad/NAME/expected-error` says; `good/NAME/postern.yaml` has the pipeline and the warnings of `expected-pipeline`.
 * With UPDATE=1 the expectations are written anew; read the difference.
 */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { check } from '../../core/cli/check.ts'
import { showPipeline } from '../../core/cli/pipeline.ts'

const HERE = import.meta.dirname

/** Runs a command and gathers what it writes; the case's own directory is left out of names. */
async function run(
  name: string,
  command: (file: string, streams: Sinks) => Promise<number>,
): Promise<{ status: number; text: string }> {
  const directory = join(HERE, name)
  let text = ''
  const sink = { write: (part: string) => (text += part) }
  const status = await command(join(directory, 'postern.yaml'), { out: sink, err: sink })
  const near = `test/config/${name}/`
  return { status, text: text.replaceAll(`${directory}/`, '').replaceAll(near, '').replaceAll(directory, 'DIRECTORY') }
}

interface Sinks {
  readonly out: { write(part: string): unknown }
  readonly err: { write(part: string): unknown }
}

function compare(name: string, file: string, actual: string): void {
  const path = join(HERE, name, file)
  if (process.env.UPDATE === '1') writeFileSync(path, actual)
  assert.equal(actual, existsSync(path) ? readFileSync(path, 'utf8') : '')
}

for (const name of readdirSync(join(HERE, 'bad')).sort()) {
  test(`bad/${name}`, async () => {
    const { status, text } = await run(`bad/${name}`, (file, streams) => check(file, {}, streams))
    assert.equal(status, 1)
    compare(`bad/${name}`, 'expected-error', text)
  })
}

for (const name of readdirSync(join(HERE, 'good')).sort()) {
  test(`good/${name}`, async () => {
    const checked = await run(`good/${name}`, (file, streams) => check(file, {}, streams))
    assert.equal(checked.status, 0, checked.text)
    const shown = await run(`good/${name}`, (file, streams) => showPipeline(file, {}, streams))
    assert.equal(shown.status, 0)
    compare(`good/${name}`, 'expected-pipeline', `${checked.text}\n${shown.text}`)
  })
}
