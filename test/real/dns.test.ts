/**
 * Postern and Postfix ask the same name servers: unbound in front of rbldnsd, and one that is dead, lies, or cuts its answers short.
 * Both answer their clients alike, and within limits of time.
 */
import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { decode, encode, RECURSION_AVAILABLE, TRUNCATED_RESPONSE } from 'dns-packet'
import { freePort, type PosternProcess } from '../kit/process.ts'
import { atEnd, eventually, find, has, listening, type Running, scratch, start } from './components.ts'
import { startPostern } from './postern.ts'

const script = (name: string): string => join(import.meta.dirname, name)

/** The reply to RCPT, of a session from this address. @throws Error when it takes over 20 s */
function replyToRcpt(port: number, localAddress: string, sender: string, helo = 'c.test'): Promise<string> {
  const commands = [`EHLO ${helo}`, `MAIL FROM:<${sender}>`, 'RCPT TO:<u@example.test>']
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', localAddress })
    const timer = setTimeout(() => socket.destroy(new Error(`stuck before ${commands[0] ?? 'the reply to RCPT'}`)), 20_000)
    let text = ''
    socket.setEncoding('latin1').on('data', (chunk) => {
      text += chunk
      const line = /^(\d{3}) .*\r\n$/m.exec(text)?.[0]
      if (line === undefined) return
      text = ''
      const next = commands.shift()
      if (next !== undefined && line.startsWith('2')) return socket.write(`${next}\r\n`)
      resolve(line.trim())
      socket.end('QUIT\r\n')
    })
    socket.on('error', reject)
    socket.on('close', () => {
      clearTimeout(timer)
      reject(new Error('the connection ended'))
    })
  })
}

interface Pair {
  readonly postern: PosternProcess
  readonly postfix: Running
  /** Both replies, which are the same. */
  ask(client: string, sender?: string, helo?: string): Promise<string>
}

/** Both with the same restrictions at RCPT, asking the same name server. */
async function startPair(t: TestContext, server: string, restrictions: readonly string[]): Promise<Pair> {
  const directory = scratch(t)
  const port = await freePort()
  const list = `smtpd_recipient_restrictions=${restrictions.join(', ')}`
  const networks = 'mynetworks=127.0.0.99/32'
  const resolved = script('with-resolver.sh')
  const postfix = start(t, resolved, [server, script('postfix.sh'), join(directory, 'postfix'), String(port), list, networks])
  const [postern] = await Promise.all([
    startPostern(t, {
      directory,
      wrapper: [resolved, server],
      parameters: { mynetworks: '127.0.0.99/32', relay_domains: 'example.test' },
      yaml: `pipeline:\n  relay: [reject_unauth_destination]\n  rcpt: ${JSON.stringify(restrictions)}`,
    }),
    listening(port),
  ])
  return {
    postern,
    postfix,
    async ask(client, sender = 'a@b.test', helo) {
      const [theirs, ours] = await Promise.all([port, postern.port].map((each) => replyToRcpt(each, client, sender, helo)))
      assert.equal(ours, theirs)
      return ours ?? ''
    },
  }
}

/** rbldnsd with the list bl.test, which knows 127.0.0.7. */
async function startLists(t: TestContext, directory: string, where: string): Promise<Running> {
  writeFileSync(
    join(directory, 'zone'),
    '$SOA 60 ns.bl.test root.bl.test 1 60 60 60 60\n$TTL 60\n:127.0.0.2:Blocked, see $\n127.0.0.7\n',
  )
  const lists = start(t, find('rbldnsd') ?? '', ['-n', '-u', 'nobody', '-b', where, '-w', directory, 'bl.test:ip4set:zone'])
  await eventually(() => assert.match(lists.output(), /zones (re)?loaded/))
  return lists
}

/** Such lists on a high port, and unbound before them on port 53 of `server`. */
async function startUnbound(t: TestContext, server: string): Promise<Running> {
  const directory = scratch(t)
  const port = await freePort()
  const lists = await startLists(t, directory, `127.0.0.1/${port}`)
  const conf = join(directory, 'unbound.conf')
  writeFileSync(
    conf,
    `server:
  directory: "${directory}"
  chroot: ""
  username: ""
  pidfile: ""
  use-syslog: no
  logfile: ""
  interface: ${server}
  access-control: 127.0.0.0/8 allow
  do-not-query-localhost: no
  do-ip6: no
  module-config: "iterator"
  local-zone: "test." nodefault
stub-zone:
  name: "bl.test"
  stub-addr: 127.0.0.1@${port}
remote-control:
  control-enable: no
`,
  )
  start(t, find('unbound') ?? '', ['-d', '-p', '-c', conf])
  await listening(53, server)
  return lists
}

test('unbound before rbldnsd: listed, not listed, remembered when the list is gone, and not to be asked', async (t) => {
  if (!has(t, 'unbound', 'rbldnsd', 'postfix', 'root')) return
  const server = '127.0.0.5'
  const lists = await startUnbound(t, server)
  const { ask, postern, postfix } = await startPair(t, server, ['reject_rbl_client bl.test=127.0.0.2', 'permit'])
  const blocked =
    /^554 5\.7\.1 Service unavailable; Client host \[127\.0\.0\.7\] blocked using bl\.test; Blocked, see 127\.0\.0\.7$/
  assert.match(await ask('127.0.0.7'), blocked)
  assert.match(await ask('127.0.0.8'), /^250 /)
  await lists.stop()
  assert.match(await ask('127.0.0.7'), blocked)
  assert.match(await ask('127.0.0.8'), /^250 /)
  const log = (): string => postern.log().join('\n')
  assert.doesNotMatch(log(), /RBL lookup error/)
  // Who is asked about for the first time now: nobody knows, so the list says nothing.
  assert.match(await ask('127.0.0.9'), /^250 /)
  const warned =
    /warning: 9\.0\.0\.127\.bl\.test: RBL lookup error: Host or domain name not found\. Name service error for name=9\.0\.0\.127\.bl\.test type=A: Host not found, try again/
  assert.match(log(), warned)
  assert.match(postfix.output(), warned)
})

/** A name server for names that say how it misbehaves: `silent`, `servfail`, `wrongid`, `lying`, `cut`, `cutdead`, `garbage`. */
async function startBadServer(t: TestContext, host: string): Promise<void> {
  const udp = createSocket('udp4')
  udp.on('message', (query, peer) => {
    const reply = badReply(query)
    if (reply !== undefined) udp.send(reply, peer.port, peer.address)
  })
  await new Promise<void>((resolve) => udp.bind(53, host, resolve))
  const tcp = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    let received = Buffer.alloc(0)
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk])
      if (received.length < 14 || received.length < received.readUInt16BE(0) + 2) return
      const query = received.subarray(2)
      received = Buffer.alloc(0)
      if (kindOf(query) === 'cutdead') return socket.destroy()
      const packet = answerTo(query, 0)
      const length = Buffer.alloc(2)
      length.writeUInt16BE(packet.length)
      socket.write(Buffer.concat([length, packet]))
    })
  })
  await new Promise<void>((resolve) => tcp.listen(53, host, resolve))
  atEnd(t, () =>
    Promise.all([new Promise((resolve) => udp.close(() => resolve(undefined))), new Promise((resolve) => tcp.close(resolve))]),
  )
}

const SERVFAIL = 2

function kindOf(query: Buffer): string {
  return /(\w+)\.bad\.test$/.exec(decode(query).questions?.[0]?.name ?? '')?.[1] ?? ''
}

function answerTo(query: Buffer, flags: number): Buffer {
  const { id, questions = [] } = decode(query)
  const [question] = questions
  const answers = question?.type === 'A' && flags === 0 ? [{ type: 'A', name: question.name, ttl: 60, data: '127.0.0.2' }] : []
  // An answer without records that does not offer recursion would be a referral.
  return encode({ type: 'response', id, flags: flags | RECURSION_AVAILABLE, questions, answers } as never)
}

const REPLIES: Readonly<Record<string, (query: Buffer) => Buffer>> = {
  servfail: (query) => answerTo(query, SERVFAIL),
  wrongid(query) {
    const packet = answerTo(query, 0)
    packet.writeUInt16BE((packet.readUInt16BE(0) + 1) % 65_536, 0)
    return packet
  },
  lying(query) {
    const { id } = decode(query)
    return answerTo(encode({ type: 'query', id, questions: [{ type: 'A', name: 'other.test' }] } as never), 0)
  },
  cut: (query) => answerTo(query, TRUNCATED_RESPONSE),
  cutdead: (query) => answerTo(query, TRUNCATED_RESPONSE),
}

function badReply(query: Buffer): Buffer | undefined {
  return REPLIES[kindOf(query)]?.(query)
}

const KINDS = ['silent', 'servfail', 'wrongid', 'lying', 'cutdead'] as const

test('a name server that is dead, lies or fails: replies as from Postfix, and no session is stuck', {
  concurrency: true,
}, async (t) => {
  if (!has(t, 'postfix', 'root')) return
  const server = '127.0.0.10'
  await startBadServer(t, server)
  const each = async (kind: string): Promise<void> => {
    const zone = `${kind}.bad.test`
    await t.test(`${kind}: block list, allow list, names of senders and of HELO`, async (inner) => {
      const { ask, postern } = await startPair(inner, server, [
        `reject_rbl_client a.${zone}`,
        'check_sender_access inline:{go-on@b.test=permit}',
        `permit_dnswl_client b.${zone}`,
        'check_sender_access inline:{refused@b.test=REJECT}',
        'reject_unknown_helo_hostname',
        'check_sender_access inline:{known@b.test=permit}',
        'reject_unknown_sender_domain',
      ])
      assert.match(await ask('127.0.0.7', 'go-on@b.test'), /^250 /)
      assert.match(
        await ask('127.0.0.7', 'refused@b.test'),
        /^450 4\.7\.1 <127\.0\.0\.7>: Client host rejected: Service unavailable/,
      )
      assert.match(
        await ask('127.0.0.7', 'known@b.test', `h.${zone}`),
        /^450 4\.7\.1 <h\..*>: Helo command rejected: Host not found/,
      )
      assert.match(
        await ask('127.0.0.7', `x@${zone}`, '[127.0.0.7]'),
        /^450 4\.1\.8 <x@.*>: Sender address rejected: Domain not found/,
      )
      assert.match(postern.log().join('\n'), /RBL lookup error: Host or domain name not found/)
    })
  }
  await Promise.all(KINDS.map(each))
})

test('an answer that is cut short is asked for again by TCP', async (t) => {
  if (!has(t, 'postfix', 'root')) return
  const server = '127.0.0.11'
  await startBadServer(t, server)
  const { ask } = await startPair(t, server, ['reject_rbl_client a.cut.bad.test', 'permit'])
  assert.match(
    await ask('127.0.0.7'),
    /^554 5\.7\.1 Service unavailable; Client host \[127\.0\.0\.7\] blocked using a\.cut\.bad\.test$/,
  )
})

test('what Postern remembers is not asked again until its time is over', async (t) => {
  if (!has(t, 'rbldnsd', 'root')) return
  const server = '127.0.0.12'
  const lists = await startLists(t, scratch(t), `${server}/53`)
  const postern = await startPostern(t, {
    directory: scratch(t),
    wrapper: [script('with-resolver.sh'), server],
    parameters: { relay_domains: 'example.test' },
    yaml: 'pipeline:\n  relay: [reject_unauth_destination]\n  rcpt: [reject_rbl_client bl.test]',
  })
  for (let i = 0; i < 3; i++) {
    assert.match(await replyToRcpt(postern.port, '127.0.0.7', 'a@b.test'), /^554 /)
    assert.match(await replyToRcpt(postern.port, '127.0.0.8', 'a@b.test'), /^250 /)
  }
  // rbldnsd tells how often it was asked when it gets USR1.
  lists.signal('SIGUSR1')
  await eventually(() => assert.match(lists.output(), /stats for .* zone bl\.test: tot=3 ok=2 nxd=1/))
})
