import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Reply, reply } from '#postern'
import { aSession, fakeTable, mount } from '../../test/kit/index.ts'
import { withFooter } from './footer.ts'
import rejectFooter from './index.ts'

const DENIED = reply(554, '5.7.1', '<b@x>: Relay access denied')

async function added(parameters: Record<string, string>, to: Reply = DENIED, tables = {}): Promise<Reply['text']> {
  const mounted = await mount(rejectFooter, {}, { stage: 'use', parameters: { myhostname: 'gw.example', ...parameters }, tables })
  const session = aSession({ client: 'c.example[192.0.2.9]', transaction: { sender: 'jürgen@s.example' } })
  return mounted.hooks.reply.call(to, session).text
}

test('smtpd_reject_footer: lines are added, or the last one goes on', async () => {
  assert.deepEqual(await added({ smtpd_reject_footer: 'call $server_name' }), ['<b@x>: Relay access denied', 'call gw.example'])
  assert.equal(await added({ smtpd_reject_footer: '\\c; $client_address' }), '<b@x>: Relay access denied; 192.0.2.9')
  assert.deepEqual(withFooter(DENIED, '\\c!\\nmore').text, ['<b@x>: Relay access denied!', 'more'])
  assert.deepEqual(withFooter(reply(554, undefined, ['a', 'b']), 'c').text, ['a', 'b', 'c'])
})

test('only refusals have one, and values keep to the characters that are allowed', async () => {
  const footer = { smtpd_reject_footer: '$sender $client $helo_name${recipient?x}$nothing' }
  assert.equal(await added(footer, reply(250, '2.1.0', 'Ok')), 'Ok')
  assert.deepEqual(await added(footer, reply(450, '4.7.1', 'no')), [
    'no',
    'j__rgen@s.example c.example[192.0.2.9] client.example',
  ])
  assert.match(String(await added({ smtpd_reject_footer: '\\c $localtime' })), /denied [A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d$/)
})

test('smtpd_reject_footer_maps: by the text of the reply', async () => {
  const maps = 'regexp:{{/^554 5\\.7\\.1 .*Relay/ for $$$$client_name}, {/quiet/ DUNNO}}'
  const both = { smtpd_reject_footer_maps: maps, smtpd_reject_footer: '\\c, sorry' }
  assert.deepEqual(await added(both), ['<b@x>: Relay access denied', 'for c.example'])
  assert.equal(await added(both, reply(500, '5.5.2', 'be quiet')), 'be quiet')
  assert.equal(await added(both, reply(500, undefined, ['what?'])), 'what?, sorry')
})

test('nothing set, nothing mounted; a slow table is a fault', async () => {
  assert.deepEqual((await mount(rejectFooter, {}, { stage: 'use' })).hooks.reply.isUsed(), false)
  const tables = { 'fake:slow': fakeTable({}, { later: true }) }
  await assert.rejects(added({ smtpd_reject_footer_maps: 'fake:slow' }, DENIED, tables), /answer at once/)
})
