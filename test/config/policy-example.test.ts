/** examples/policy-service-only answers as its page says. */
import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { startGateway } from '../kit/gateway.ts'
import { type PolicyQuestion, policyClient } from '../kit/index.ts'

const EXAMPLE = join(import.meta.dirname, '../../examples/policy-service-only')

/** Rows of the page's table, in its order. */
const QUESTIONS: readonly PolicyQuestion[] = [
  { client_address: '192.0.2.7' },
  { client_address: '198.51.100.7' },
  { client_address: '203.0.113.1', sender: 'a@spam.example' },
  { client_address: '203.0.113.1', sender: 'list@news.example' },
  { client_address: '203.0.113.9', client_name: 'unknown' },
  { client_address: '203.0.113.1', protocol_state: 'END-OF-MESSAGE', size: 6_000_000, recipient_count: 3, recipient: '' },
  { client_address: '203.0.113.1' },
]

test('the example answers what its page says', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'postern-policy-example-'))
  cpSync(EXAMPLE, directory, { recursive: true })
  const gateway = await startGateway({ directory, yaml: readFileSync(join(EXAMPLE, 'postern.yaml'), 'utf8') })
  const client = policyClient(gateway.port)
  try {
    const page = readFileSync(join(EXAMPLE, 'README.md'), 'utf8')
    const expected = [...page.matchAll(/\| `action=(.*?)` +\|$/gm)].map((match) => match[1])
    assert.equal(expected.length, QUESTIONS.length)
    for (const [i, question] of QUESTIONS.entries()) assert.equal(await client.ask(question), expected[i], `row ${i + 1}`)
    assert.equal(await client.ask({ client_address: '127.0.0.1' }), 'DUNNO')
  } finally {
    client.close()
    await gateway.stop()
    rmSync(directory, { recursive: true, force: true })
  }
})
