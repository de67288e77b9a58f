/** The bouncer on its own, for tests of it, and the recorded notices that it is compared with. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createBouncer } from '../../core/bounce/bouncer.ts'
import { createNotifier } from '../../core/bounce/notifier.ts'
import { BOUNCE } from '../../core/bounce/parameters.ts'
import { scopeOf } from '../../core/config/scope.ts'
import type { Event } from '../../core/events.ts'
import type { Generation } from '../../core/generation.ts'
import { createHooks } from '../../core/hooks.ts'
import { declare, text } from '../../core/parameters.ts'
import type { BounceRecipient } from '../../core/queue/manager-types.ts'
import { QUEUE_PARAMETERS } from '../../core/queue/parameters.ts'
import { type Envelope, type NewContent, type QueuedMessage, type Recipient, SpoolError } from '../../core/queue/types.ts'
import { ROUTE_PARAMETERS } from '../../core/route/parameters.ts'

const OTHERS = declare('test', { mail_name: text('Postfix', '') })
export const NOW = Date.UTC(2024, 0, 1)
const NAMES = { myhostname: 'gw.example.test', myorigin: 'example.test' }

/** A bouncer and a notifier whose notices stay in memory. */
export function aBouncer(parameters: Record<string, string> = {}) {
  const hooks = createHooks(
    () => {},
    () => {},
  )
  const generation = {
    hooks,
    scope: scopeOf({ ...NAMES, ...parameters }, BOUNCE, QUEUE_PARAMETERS, ROUTE_PARAMETERS, OTHERS),
  } as unknown as Generation
  const sent: { envelope: Envelope; text: string; content: NewContent }[] = []
  const events: Event[] = []
  const failing = { after: Number.POSITIVE_INFINITY }
  let made = 0
  const deps = {
    newId: () => `NEW${++made}`,
    current: () => generation,
    services: { clock: { now: () => NOW }, emit: (event: Event) => events.push(event) } as never,
    queue: () =>
      ({
        submit: async (envelope: Envelope, content: NewContent) => {
          if (sent.length >= failing.after) throw new SpoolError('full', 'no space')
          const body = content.body as readonly Buffer[]
          const bytes = Buffer.concat([content.head, ...body])
          assert.equal(content.facts.size, bytes.length)
          sent.push({ envelope, content, text: bytes.toString('utf8') })
          return envelope.id
        },
      }) as never,
  }
  return { bouncer: createBouncer(deps), notify: createNotifier(deps), sent, events, hooks, failing }
}

/** A message in the queue. */
export function aQueuedMessage(
  facts: Partial<Envelope> & { recipients: Recipient[] },
  content = 'Subject: x\r\n\r\nbody\r\n',
): QueuedMessage {
  const bytes = Buffer.from(content, 'utf8')
  const end = bytes.indexOf('\r\n\r\n')
  const head = end < 0 ? bytes : bytes.subarray(0, content.startsWith('\r\n') ? 2 : end + 4)
  return {
    envelope: {
      id: 'OLD1',
      arrived: NOW - 1000,
      sender: 'a@sender.test',
      origin: {} as Envelope['origin'],
      ...facts,
    },
    content: {
      facts: { size: bytes.length, dots: false, eightBit: false, longestLine: 70, bareCr: false },
      head: async () => head,
      chunks: () => [head, bytes.subarray(head.length)],
      stream: () => assert.fail('not streamed'),
    },
  }
}

/** A recipient that a server has refused. */
export function failed(index: number, status: string, said: string, host = '203.0.113.21', command = 'RCPT TO'): BounceRecipient {
  const reason = `host ${host}[${host}] said: ${said} (in reply to ${command} command)`
  return { index, action: 'failed', status, reason, diagnostic: said, remote: host }
}

/** A notice with its ids, dates and boundaries replaced. */
export function normalised(message: string): string {
  return message
    .replaceAll('\r\n', '\n')
    .replaceAll(/OLD1\.\d+\/gw\.example\.test/g, '<BOUNDARY>')
    .replaceAll(/<\d{14}\.NEW\d@gw\.example\.test>/g, '<MSGID@gw.example.test>')
    .replaceAll(/\b(?:NEW\d|OLD1)\b/g, '<QID>')
    .replaceAll(/\w{3}, \d+ \w{3} \d{4} \d\d:\d\d:\d\d [-+]\d{4}(?: \(\w+\))?/g, '<DATE>')
}

/** What Postfix 3.7.11 wrote, recorded in testdata/. */
export function recorded(name: string): string {
  return readFileSync(new URL(`../../core/bounce/testdata/${name}.txt`, import.meta.url), 'utf8')
}

/** What a recording returned of the original: all after Return-Path up to the last boundary. */
export function originalOf(name: string): string {
  const report = recorded(name)
  const from = report.indexOf('\nReturn-Path: ')
  const start = report.indexOf('\n', from + 1) + 1
  return report.slice(start, report.lastIndexOf('\n--<BOUNDARY>--')).replaceAll('\n', '\r\n')
}
