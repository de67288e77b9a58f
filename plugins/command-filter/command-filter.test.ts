import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aSession, fakeTable, mount } from '../../test/kit/index.ts'
import commandFilter from './index.ts'

test('smtpd_command_filter: a table says what stands for a line', async () => {
  const table = 'pcre:{{/^HELO\\s+localhost$$/ HELO local.invalid}, {/^NOTHING/ }}'
  const mounted = await mount(commandFilter, {}, { stage: 'use', parameters: { smtpd_command_filter: table } })
  const session = aSession()
  assert.equal(mounted.hooks.line.call('HELO localhost', session), 'HELO local.invalid')
  assert.equal(mounted.hooks.line.call('HELO x', session), 'HELO x')
  assert.equal(mounted.hooks.line.call('NOTHING', session), '')
})

test('without a table nothing is mounted; a table that is slow is a fault', async () => {
  const idle = await mount(commandFilter, {}, { stage: 'use' })
  assert.equal(idle.hooks.line.isUsed(), false)
  const tables = { 'fake:slow': fakeTable({ X: 'NOOP' }, { later: true }) }
  const slow = await mount(commandFilter, {}, { stage: 'use', parameters: { smtpd_command_filter: 'fake:slow' }, tables })
  assert.throws(() => slow.hooks.line.call('X', aSession()), /answers at once/)
})
