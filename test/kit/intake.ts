/** The intake on its own, for tests of it: what it stores stays in memory. */

import { createIntake } from '../../core/cleanup/intake.ts'
import { CLEANUP } from '../../core/cleanup/parameters.ts'
import { scopeOf } from '../../core/config/scope.ts'
import type { Event } from '../../core/events.ts'
import type { ListenerRuntime } from '../../core/generation.ts'
import { createHooks } from '../../core/hooks.ts'
import { createTables } from '../../core/lookup/index.ts'
import { scanFacts } from '../../core/message/facts.ts'
import { declare, text } from '../../core/parameters.ts'
import { type Envelope, type NewContent, type QueuedMessage, SpoolError, type StreamedBody } from '../../core/queue/types.ts'
import { ROUTE_PARAMETERS } from '../../core/route/parameters.ts'
import { aSession, aTransaction } from './session.ts'

const MACHINE = declare('test', { mail_name: text('Postfix', '') })

/** An intake with a spool in memory, and all that it told and stored. */
export function anIntake(parameters: Record<string, string> = {}, threshold = 1 << 18) {
  const hooks = createHooks(
    () => {},
    () => {},
  )
  const names = { myhostname: 'gw.example', mydomain: 'example', mynetworks: '' }
  const scope = scopeOf({ ...names, ...parameters }, CLEANUP, ROUTE_PARAMETERS, MACHINE)
  const runtime = {
    config: { name: 'smtp' },
    scope,
    hooks,
    destinations: { isOwnAddress: () => false },
    actions: {},
    tables: createTables({ baseDirectory: process.cwd() }),
  } as unknown as ListenerRuntime
  const stored: { envelope: Envelope; text: string; content: NewContent }[] = []
  const accepted: QueuedMessage[] = []
  const events: Event[] = []
  const streams = { open: 0, abandoned: 0 }
  let full = false
  const stream = (): StreamedBody => {
    const chunks: Buffer[] = []
    streams.open++
    return {
      get bytes() {
        return chunks.reduce((sum, each) => sum + each.length, 0)
      },
      write: (chunk) => {
        chunks.push(chunk)
        return chunks.length % 2 === 0 ? Promise.resolve() : undefined
      },
      read: async function* () {
        yield* chunks
      },
      abandon: async () => {
        streams.abandoned++
      },
    }
  }
  const spool = {
    newId: () => '3f8K2c1zQWz1',
    stream: async () => stream(),
    commit: async (envelope: Envelope, content: NewContent) => {
      if (full) throw new SpoolError('full', 'no space')
      const body: Buffer[] = []
      if ('read' in content.body) for await (const chunk of content.body.read()) body.push(chunk)
      else body.push(...content.body)
      stored.push({ envelope, content, text: Buffer.concat([content.head, ...body]).toString('latin1') })
      return { envelope, content: {} } as QueuedMessage
    },
    space: () => ({ freeBytes: 1e9, writable: true }),
  }
  const services = { clock: { now: () => Date.UTC(2024, 0, 1) }, emit: (event: Event) => events.push(event) }
  const intake = createIntake({
    spool: () => spool as never,
    queue: () => ({ accept: (message: QueuedMessage) => accepted.push(message) }) as never,
    services: services as never,
    threshold,
  })
  const take = async (content: string, more: { session?: object; transaction?: object; pieces?: number } = {}) => {
    const session = aSession({ client: 'mail.example[192.0.2.9]', ...more.session })
    const transaction = aTransaction({ sender: 'a@client.example', recipients: ['b@gw.example'], ...more.transaction })
    const bytes = Buffer.from(content, 'latin1')
    const incoming = intake.open(session, runtime)
    const piece = more.pieces ?? Math.max(1, bytes.length)
    for (let at = 0; at < bytes.length; at += piece) await incoming.write(bytes.subarray(at, at + piece))
    return incoming.finish(transaction, scanFacts([bytes]))
  }
  return { hooks, runtime, stored, accepted, events, streams, take, intake, fill: () => (full = true) }
}
