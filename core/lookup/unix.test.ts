/** Accounts of the machine. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTable } from './index.ts'
import { hasMoreThanFiles } from './unix.ts'

const context = { baseDirectory: '/' }

test('accounts and groups are found by name, in any case', async () => {
  const accounts = await openTable('unix:passwd.byname', context)
  assert.match((await accounts.lookup('root')) ?? '', /^root:.*:0:0:/)
  assert.equal(await accounts.lookup('ROOT'), await accounts.lookup('root'))
  for (const nobody of ['', '0', 'no-such-account', 'root:', '__proto__']) assert.equal(await accounts.lookup(nobody), undefined)
  assert.match((await (await openTable('unix:group.byname', context)).lookup('root')) ?? '', /^root:.*:0:/)
})

test('there are no other maps', async () => {
  await assert.rejects(openTable('unix:hosts', context), /unknown table: unix:hosts; there are passwd\.byname and group\.byname/)
})

test('nsswitch.conf says whether there is more than the files', () => {
  const configuration = '# passwd: ldap\npasswd:  files systemd # sss\ngroup: files [NOTFOUND=return] sss\n'
  assert.equal(hasMoreThanFiles(configuration, 'passwd'), false)
  assert.equal(hasMoreThanFiles(configuration, 'group'), true)
  assert.equal(hasMoreThanFiles('', 'passwd'), false)
})
