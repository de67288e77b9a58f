/**
 * No shipped example relays for strangers: every way of writing another's address as if it were ours, from every sender that a
 * stranger could claim to be, is refused.
 */
import assert from 'node:assert/strict'
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { parse, stringify } from 'yaml'
import { type Gateway, startGateway } from '../kit/gateway.ts'
import { readLines } from '../kit/lines.ts'

const ROOT = join(import.meta.dirname, '../..')

/** Names of an example: a domain that it takes mail for, and its own. */
interface Ours {
  readonly domain: string
  readonly host: string
}

const V = 'victim@victim.example'
/** What is tried: the name of the trick, and the path of RCPT. */
const PATHS: readonly (readonly [trick: string, path: (ours: Ours) => string])[] = [
  ['plainly', () => `<${V}>`],
  ['another recipient of the same domain', () => '<postmaster@victim.example>'],
  ['percent hack', ({ domain }) => `<victim%victim.example@${domain}>`],
  ['percent hack at our host', ({ host }) => `<victim%victim.example@${host}>`],
  ['percent hack twice', ({ domain, host }) => `<victim%victim.example%${domain}@${host}>`],
  ['percent hack without a domain', () => '<victim%victim.example>'],
  ['percent hack the other way', ({ domain }) => `<victim%${domain}@victim.example>`],
  ['percent hack to an address', ({ domain }) => `<victim%[198.51.100.7]@${domain}>`],
  ['quoted percent', ({ domain }) => `<"victim%victim.example"@${domain}>`],
  ['quoted @', ({ domain }) => `<"${V}"@${domain}>`],
  ['quoted @ at our host', ({ host }) => `<"${V}"@${host}>`],
  ['quoted @ without a domain', () => `<"${V}">`],
  ['escaped @', ({ domain }) => `<victim\\@victim.example@${domain}>`],
  ['two @', ({ domain }) => `<${V}@${domain}>`],
  ['two @ the other way', ({ domain }) => `<victim@${domain}@victim.example>`],
  ['bang path', ({ domain }) => `<victim.example!victim@${domain}>`],
  ['bang path at our host', ({ host }) => `<victim.example!victim@${host}>`],
  ['bang path without a domain', () => '<victim.example!victim>'],
  ['bang path through us', ({ domain }) => `<${domain}!victim.example!victim>`],
  ['quoted bang path', ({ domain }) => `<"victim.example!victim"@${domain}>`],
  ['bang and percent', ({ domain }) => `<victim.example!victim%${domain}@${domain}>`],
  ['source route', ({ domain }) => `<@${domain}:${V}>`],
  ['source route of two hosts', ({ domain, host }) => `<@${host},@${domain}:${V}>`],
  ['source route and percent', ({ domain }) => `<@${domain}:victim%victim.example@${domain}>`],
  ['IPv4 literal', () => '<victim@[198.51.100.7]>'],
  ['IPv6 literal', () => '<victim@[IPv6:2001:db8::7]>'],
  ['address without brackets', () => '<victim@198.51.100.7>'],
  ['number for an address', () => '<victim@[3325256711]>'],
  ['name that ends like ours', ({ domain }) => `<victim@not${domain}>`],
  ['name that begins like ours', ({ domain }) => `<victim@${domain}.victim.example>`],
  ['our name without its dot', ({ domain }) => `<victim@${domain.replace('.', 'x')}>`],
  ['our parent', ({ domain }) => `<victim@${domain.slice(domain.indexOf('.') + 1)}>`],
  ['dot at the end', () => `<${V}.>`],
  ['two dots at the end of ours', ({ domain }) => `<victim@${domain}..>`],
  ['letters that look like ours', ({ domain }) => `<victim@${domain.replace('a', '\u0430').replace('e', '\u0435')}>`],
  ['full-width dot', ({ domain }) => `<victim@${domain.replace('.', '\uff0e')}>`],
  ['nobody', () => '<>'],
  ['only an @', () => '<@>'],
  ['no domain after @', () => '<victim@>'],
  ['no user', () => '<@victim.example>'],
  ['quoted nobody', () => '<""@victim.example>'],
  ['two addresses', ({ domain }) => `<${V},victim@${domain}>`],
  ['two addresses, a space between', ({ domain }) => `<victim@${domain} ${V}>`],
  ['address in a comment', ({ domain }) => `<${V}(victim@${domain})>`],
  ['double brackets', () => `<<${V}>>`],
  ['NUL in front of our domain', ({ domain }) => `<${V}\0@${domain}>`],
  ['without brackets', () => V],
]

const SENDERS: readonly (readonly [who: string, path: (ours: Ours) => string])[] = [
  ['a stranger', () => '<spammer@elsewhere.example>'],
  ['nobody', () => '<>'],
  ['one of us', ({ domain }) => `<user@${domain}>`],
  ['our host', ({ host }) => `<root@${host}>`],
]

/** Of other addresses nobody is trusted. */
const STRANGER = '203.0.113.66'

/** Refused for good, or as defer_unauth_destination does: what is only put off (by a greylist) could get through later. */
const isRefused = (reply: string): boolean => /^5|^454 /.test(reply)

interface Example {
  readonly listeners?: readonly { readonly protocol?: string }[]
  readonly parameters?: {
    readonly myhostname?: string
    readonly relay_domains?: readonly string[]
    readonly mydestination?: string
  }
}

for (const name of globSync('examples/**/postern.yaml', { cwd: ROOT }).sort()) {
  const file = parse(readFileSync(join(ROOT, name), 'utf8')) as Example
  // One that only answers policy requests takes no mail.
  if (file.listeners?.every(({ protocol }) => protocol === 'policy')) continue
  describe(dirname(name), () => {
    const directory = mkdtempSync(join(tmpdir(), 'postern-relay-'))
    const host = file.parameters?.myhostname ?? 'localhost'
    const ours: Ours = { host, domain: file.parameters?.relay_domains?.[0] ?? host }
    let gateway: Gateway
    before(async () => {
      cpSync(join(ROOT, dirname(name)), directory, { recursive: true })
      // So many refusals would slow the client down and then end its session.
      const patience = { smtpd_soft_error_limit: 1000, smtpd_hard_error_limit: 1000, smtpd_junk_command_limit: 1000 }
      const yaml = stringify({ ...file, parameters: { ...file.parameters, ...patience } })
      gateway = await startGateway({ directory, yaml })
    })
    after(async () => {
      await gateway.stop()
      rmSync(directory, { recursive: true, force: true })
    })
    for (const [who, sender] of SENDERS) {
      test(`a client that says it is ${who} reaches nobody else's mailbox`, async () => {
        const replies = await attempts(gateway, ours, sender(ours))
        const open = PATHS.map(([trick, path], i) => `${trick}: ${path(ours)} ${replies[i]}`).filter(
          (_, i) => !isRefused(replies[i] ?? ''),
        )
        assert.deepEqual(open, [])
      })
    }
  })
}

/** The first line of the reply to each RCPT. */
async function attempts(gateway: Gateway, ours: Ours, sender: string): Promise<string[]> {
  const socket = await gateway.connect(STRANGER)
  const lines = readLines(socket)
  const reply = async (): Promise<string> => {
    let line = await lines.next()
    const first = line ?? ''
    while (line?.[3] === '-') line = await lines.next()
    return first
  }
  const say = (line: string): Promise<string> => {
    socket.write(`${line}\r\n`)
    return reply()
  }
  try {
    await reply()
    await say(`EHLO ${ours.domain}`)
    await say(`MAIL FROM:${sender} SMTPUTF8`)
    const replies: string[] = []
    for (const [, path] of PATHS) replies.push(await say(`RCPT TO:${path(ours)}`))
    return replies
  } finally {
    socket.destroy()
  }
}
