import assert from 'node:assert/strict'
import { chmod, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { aMessage } from '../../test/kit/message.ts'
import { mount } from '../../test/kit/mount.ts'
import plugin from './index.ts'
import { unixLines } from './maildir.ts'

describe('maildir', () => {
  let base = ''
  before(async () => {
    base = await mkdtemp(join(tmpdir(), 'postern-maildir-'))
  })
  after(() => rm(base, { recursive: true }))

  const world = { parameters: { myhostname: 'gw.example' } }

  it('keeps a message whole, for its owner only', async () => {
    const mounted = await mount(plugin, { directory: 'a' }, { ...world, baseDirectory: base })
    const { request } = aMessage('Subject: x\n\n.dot\nlast', {
      transaction: { sender: '', recipients: ['b@x', 'c@x'] },
      chunk: 3,
    })
    assert.deepEqual(await mounted.ask('queue.store', request), { code: 250, status: '2.0.0', text: 'Ok: saved as 3f8K2c1zQWz1' })
    const [name = '', ...more] = await readdir(join(base, 'a/new'))
    assert.match(name, /^\d+\.M\d+P\d+Q1\.gw\.example$/)
    assert.deepEqual(more, [])
    assert.deepEqual(await readdir(join(base, 'a/tmp')), [])
    const file = join(base, 'a/new', name)
    assert.equal(await readFile(file, 'utf8'), 'Return-Path: <>\nDelivered-To: b@x\nDelivered-To: c@x\nSubject: x\n\n.dot\nlast')
    assert.equal((await stat(file)).mode & 0o777, 0o600)
  })

  it('gives each message a name of its own', async () => {
    const mounted = await mount(plugin, { directory: 'b', sync: false }, { ...world, baseDirectory: base })
    await Promise.all(Array.from({ length: 20 }, () => mounted.ask('queue.store', aMessage('A: 1\n\n').request)))
    assert.equal((await readdir(join(base, 'b/new'))).length, 20)
  })

  it('fails when the directory is gone, and leaves nothing', async () => {
    const mounted = await mount(plugin, { directory: 'c' }, { ...world, baseDirectory: base })
    await rm(join(base, 'c/new'), { recursive: true })
    await assert.rejects(mounted.ask('queue.store', aMessage('A: 1\n\n').request))
    assert.deepEqual(await readdir(join(base, 'c/tmp')), [])
  })

  it('does not start where it can not write', async () => {
    await chmod(base, 0o700)
    await assert.rejects(mount(plugin, { directory: '/dev/null/x' }, world))
  })

  it('turns CRLF into LF in any chunking, and nothing else', async () => {
    for (const size of [1, 2, 3, 100]) {
      const bytes = Buffer.from('a\r\n\r\rb\nc\r')
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size))
      const out: Buffer[] = []
      for await (const chunk of unixLines(chunks)) out.push(chunk)
      assert.equal(Buffer.concat(out).toString(), 'a\n\r\rb\nc\r')
    }
  })
})
