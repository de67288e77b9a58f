import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { BounceRequest, Notice } from '#postern'
import { mount } from '../../test/kit/mount.ts'
import plugin from './index.ts'

const directory = mkdtempSync(join(tmpdir(), 'postern-templates-'))
after(() => rmSync(directory, { recursive: true }))

const NOTICE: Notice = { sender: '', recipient: 'a@b.test', subject: 'old', from: 'Old <old@b.test>', explanation: ['old'] }

async function notices(file: string | Buffer) {
  writeFileSync(join(directory, 'bounce.cf'), file)
  const parameters = { bounce_template_file: 'bounce.cf', myhostname: 'gw.test', myorigin: 'example.test' }
  const mounted = await mount(plugin, {}, { parameters, baseDirectory: directory })
  const shape = (kind: BounceRequest['kind'], notice: Partial<Notice> = {}) =>
    mounted.shape('bounce.compose', { ...NOTICE, ...notice }, { envelope: {} as never, kind, recipients: [0] })
  return shape
}

const FILE = `# ours
failure_template = <<EOF
charset: us-ascii
From: ROBOT (Mail Robot)
Subject: It failed
Postmaster-Subject: It failed, you know

This is $myhostname, after \${maximal_queue_lifetime_hours} h: $$1 and $nobody.

  As it stands.
EOF

delay_template = <<END
Subject: Late
END
`

test('texts come from the file; what it leaves out stays', async () => {
  const shape = await notices(FILE)
  assert.deepEqual(await shape('failure'), {
    ...NOTICE,
    charset: 'utf-8',
    from: 'ROBOT@example.test (Mail Robot)',
    subject: 'It failed',
    explanation: ['This is gw.test, after 120 h: $1 and .', '', '  As it stands.'],
  })
  const copy = await shape('failure', { isCopy: true, explanation: [] })
  assert.deepEqual([copy.subject, copy.explanation], ['It failed, you know', []])
  assert.equal((await shape('delay')).from, NOTICE.from)
  assert.deepEqual(await shape('success'), NOTICE)
})

test('text in another charset goes out in UTF-8', async () => {
  const template = (charset: string, text: Buffer) =>
    Buffer.concat([Buffer.from(`failure_template = <<EOF\n${charset}\n\n`), text, Buffer.from('\nEOF\n')])
  const latin = await notices(template('Charset: iso-8859-1', Buffer.from([0xe4])))
  assert.deepEqual([(await latin('failure')).explanation, (await latin('failure')).charset], [['ä'], 'utf-8'])
  const utf8 = await notices(template('Charset: utf-8', Buffer.from('ä')))
  assert.deepEqual((await utf8('failure')).explanation, ['ä'])
  const plain = await notices(template('Charset: iso-8859-1', Buffer.from('a')))
  assert.equal((await plain('failure')).charset, 'iso-8859-1')
})

const BAD: readonly (readonly [title: string, file: string, message: RegExp])[] = [
  ['an unknown template', 'odd_template = <<EOF\nEOF\n', /bounce\.cf:1: expected one of failure_template/],
  ['no end', '\nfailure_template = <<EOF\nEnd\n', /bounce\.cf:2: failure_template has no line "EOF"/],
  ['an unknown header', 'failure_template = <<EOF\nX: y\n\nEOF\n', /bounce\.cf:2: expected Charset:, From:/],
  ['a header that is not ASCII', 'failure_template = <<EOF\nSubject: ä\n\nEOF\n', /bounce\.cf:2: Subject may have ASCII/],
  ['text without its charset', 'failure_template = <<EOF\nSubject: x\n\nä\nEOF\n', /needs a Charset:/],
  ['text in no known charset', 'failure_template = <<EOF\nCharset: klingon\n\n\xff\nEOF\n', /./],
]
for (const [title, file, message] of BAD)
  test(`a bad file stops the start: ${title}`, async () => {
    await assert.rejects(notices(title.includes('known charset') ? Buffer.from(file, 'latin1') : file), message)
  })

test('so does one that is not there', async () => {
  await assert.rejects(mount(plugin, {}, { parameters: { bounce_template_file: '/nowhere/bounce.cf' } }), /ENOENT/)
})
