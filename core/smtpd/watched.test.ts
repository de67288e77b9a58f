import assert from 'node:assert/strict'
import { test } from 'node:test'
import { greeted, testServer } from '../../test/kit/smtp-server.ts'

/** What a session with one command logs. */
async function logged(parameters: Record<string, string>): Promise<string[]> {
  const lines: string[] = []
  const log = { debug: () => {}, info: (line: string) => void lines.push(line), warn: () => {} }
  const server = await testServer({ parameters, services: { log } })
  const client = await greeted(server)
  await client.say('HELO c.example\x1b[2J')
  const heard = [...lines]
  client.close()
  await server.close()
  return heard
}

test('debug_peer_list: dialogs of its clients are logged line by line', async () => {
  assert.deepEqual(await logged({ debug_peer_list: '127.0.0.0/8' }), [
    '> unknown[127.0.0.1]: 220 mx.test ESMTP Postfix',
    '< unknown[127.0.0.1]: HELO c.example?[2J',
    '> unknown[127.0.0.1]: 250 mx.test',
  ])
  assert.deepEqual(await logged({ debug_peer_list: '192.0.2.1' }), [])
})

test('debug_peer_level = 0: nothing more', async () => {
  assert.deepEqual(await logged({ debug_peer_list: '127.0.0.1', debug_peer_level: '0' }), [])
})
