/** Messages for tests of content steps: the request that core would give, and what became of the message. */
import { ContentRequest } from '../../core/cleanup/request.ts'
import { scanFacts } from '../../core/message/facts.ts'
import { HeaderBlock } from '../../core/message/headers.ts'
import type { MessageRequest } from '../../core/plugin.ts'
import { aSession, aTransaction, type SessionFacts, type TransactionFacts } from './session.ts'

/** See {@link aMessage}. */
export interface TestMessage {
  /** What a step is given. */
  readonly request: MessageRequest & Pick<ContentRequest, 'edits' | 'added' | 'removed'>
  /** What the steps noted: `reject: header X-A: 1: 5.7.1 no`. */
  readonly notes: readonly string[]
  /** The message as the steps have left it, lines ended by LF. */
  text(): Promise<string>
}

/** Facts around a message. */
export interface MessageFacts {
  readonly session?: SessionFacts
  readonly transaction?: TransactionFacts
  /** Hand out the body in pieces of so many bytes. */
  readonly chunk?: number
  /** Hand it out asynchronously, as content on disk comes. */
  readonly later?: boolean
}

/** A message from its text: line ends may be LF, the first empty line ends the headers. */
export function aMessage(content: string, facts: MessageFacts = {}): TestMessage {
  const bytes = Buffer.from(content.replaceAll(/\r?\n/g, '\r\n'), 'utf8')
  const empty = bytes.indexOf('\r\n\r\n')
  const start = bytes[0] === 13 ? 0 : empty < 0 ? bytes.length : empty + 2
  const body = pieces(bytes.subarray(Math.min(bytes.length, start + 2)), facts.chunk ?? bytes.length)
  const notes: string[] = []
  const request = new ContentRequest({
    session: aSession(facts.session ?? {}),
    transaction: aTransaction(facts.transaction ?? { recipients: ['recipient@gw.example'] }),
    queueId: '3f8K2c1zQWz1',
    headers: new HeaderBlock(bytes.subarray(0, start), start),
    facts: scanFacts([bytes]),
    body: facts.later ? ({ read: () => later(body) } as never) : body,
    emit: (event) => {
      if (event.type === 'contentRefused') notes.push(`${event.action}: ${event.what}: ${event.text}`)
    },
  })
  return {
    request,
    notes,
    text: async () => {
      const chunks = [request.headers.toBuffer()]
      for await (const chunk of request.body()) chunks.push(Buffer.from(chunk))
      return Buffer.concat(chunks).toString('utf8').replaceAll('\r\n', '\n')
    },
  }
}

function pieces(bytes: Buffer, size: number): Buffer[] {
  const out: Buffer[] = []
  for (let at = 0; at < bytes.length; at += Math.max(1, size)) out.push(bytes.subarray(at, at + Math.max(1, size)))
  return out
}

async function* later(chunks: readonly Buffer[]): AsyncGenerator<Buffer> {
  for (const chunk of chunks) {
    await Promise.resolve()
    yield chunk
  }
}
