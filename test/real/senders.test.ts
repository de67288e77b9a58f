/** Real clients before Postern: swaks, smtp-source, Python's smtplib; what they sent arrives whole at the next hop. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startSink } from '../kit/sink.ts'
import { find, has, run, scratch } from './components.ts'
import { startPostern } from './postern.ts'

const gateway = async (t: Parameters<typeof scratch>[0], sinkOptions = {}) => {
  const sink = await startSink(sinkOptions)
  t.after(() => sink.close())
  const directory = scratch(t)
  const postern = await startPostern(t, { directory, parameters: { relayhost: `[127.0.0.1]:${sink.port}` } })
  return { sink, postern }
}

test('swaks sends a message with an attachment', async (t) => {
  if (!has(t, 'swaks')) return
  const { sink, postern } = await gateway(t)
  const argv = ['--server', `127.0.0.1:${postern.port}`, '--from', 'a@b.test', '--to', 'u@example.test,v@example.test']
  const said = await run(find('swaks') ?? '', [
    ...argv,
    '--ehlo',
    'c.test',
    '--body',
    '.dots\n..\nend',
    '--attach',
    '@/etc/hostname',
  ])
  assert.equal(said.status, 0, said.output)
  assert.match(said.output, /250 2\.0\.0 Ok: queued as/)
  const [message] = await sink.waitFor(1)
  assert.deepEqual(message?.recipients, ['u@example.test', 'v@example.test'])
  assert.match(message?.content.toString('latin1') ?? '', /\r\n\.dots\r\n\.\.\r\nend\r\n/)
})

test('swaks is refused by a relay rule, with its reply', async (t) => {
  if (!has(t, 'swaks')) return
  const { postern } = await gateway(t)
  const argv = ['--server', `127.0.0.1:${postern.port}`, '--from', 'a@b.test', '--to', 'u@[broken', '--quit-after', 'RCPT']
  const said = await run(find('swaks') ?? '', argv)
  assert.notEqual(said.status, 0)
  assert.match(said.output, /<\*\* 501 5\.1\.3 Bad recipient address syntax/)
})

test('smtp-source sends through Postern to smtp-sink 500 messages in 20 sessions, none missing', async (t) => {
  if (!has(t, 'smtp-source')) return
  const { sink, postern } = await gateway(t)
  const argv = ['-s', '20', '-m', '500', '-l', '5000', '-f', 'a@b.test', '-t', 'u@example.test', `127.0.0.1:${postern.port}`]
  const said = await run(find('smtp-source') ?? '', argv)
  assert.equal(said.status, 0, said.output)
  const messages = await sink.waitFor(500, 30_000)
  assert.equal(messages.length, 500)
})

const PYTHON = `
import smtplib, sys
from email.message import EmailMessage
m = EmailMessage()
m['From'] = 'Jörg <a@b.test>'
m['To'] = 'u@example.test'
m['Subject'] = 'Grüße aus Python'
m.set_content('Zeile eins\\n.\\nZeile drei\\n')
with smtplib.SMTP('127.0.0.1', int(sys.argv[1]), 'python.test', timeout=20) as s:
    s.ehlo()
    assert s.has_extn('pipelining') and s.has_extn('8bitmime') and s.has_extn('smtputf8'), s.esmtp_features
    print(s.send_message(m))
    try:
        s.sendmail('a@b.test', ['jürgen@example.test'], 'Subject: x\\r\\n\\r\\nx\\r\\n', mail_options=['SMTPUTF8'])
        print('utf8 sent')
    except Exception as e:
        print('utf8', e)
    print(s.verify('u@example.test'))
`

test("Python's smtplib sends MIME and SMTPUTF8 mail", async (t) => {
  if (!has(t, 'python')) return
  const { sink, postern } = await gateway(t)
  const said = await run(find('python') ?? '', ['-c', PYTHON, String(postern.port)])
  assert.equal(said.status, 0, said.output)
  assert.match(said.output, /utf8 sent/)
  const messages = await sink.waitFor(2)
  assert.ok(messages.some((message) => /\r\n\.\r\nZeile drei/.test(message.content.toString('latin1'))))
  assert.ok(messages.some((message) => /SMTPUTF8/.test(message.mail)))
})
