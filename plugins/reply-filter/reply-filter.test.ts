import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeTable, mount } from '../../test/kit/index.ts'
import replyFilter from './index.ts'

const WHERE = { transport: 'smtp', nexthop: 'a.test', domain: 'a.test' }
const FILTER = 'pcre:{{/^500 (.*)/ 250 $$1}}'

test('smtp_reply_filter: a table says what stands for a line of a reply', async () => {
  const { hooks } = await mount(replyFilter, {}, { parameters: { smtp_reply_filter: FILTER } })
  assert.equal(hooks['smtp.reply'].call('500 fine really', WHERE), '250 fine really')
  assert.equal(hooks['smtp.reply'].call('550-5.1.1 no', WHERE), '550-5.1.1 no')
})

test('lmtp_reply_filter is for transports of the agent lmtp, and the other is not', async () => {
  const parameters = { process_name: 'lmtp', smtp_reply_filter: 'pcre:{{/^/ 250}}', lmtp_reply_filter: FILTER }
  const { hooks } = await mount(replyFilter, {}, { parameters })
  assert.equal(hooks['smtp.reply'].call('500 x', WHERE), '250 x')
  assert.equal(hooks['smtp.reply'].call('450 x', WHERE), '450 x')
})

test('without a table nothing is mounted; one that is slow or fails is a fault', async () => {
  const idle = await mount(replyFilter)
  assert.equal(idle.hooks['smtp.reply'].isUsed(), false)
  const parameters = { smtp_reply_filter: 'fake:x' }
  const slow = await mount(replyFilter, {}, { parameters, tables: { 'fake:x': fakeTable({ X: 'Y' }, { later: true }) } })
  assert.throws(() => slow.hooks['smtp.reply'].call('X', WHERE), /answers at once/)
  const down = await mount(replyFilter, {}, { parameters, tables: { 'fake:x': { X: new Error('down') } } })
  assert.throws(() => down.hooks['smtp.reply'].call('X', WHERE), /down/)
})
