/**
 * Mail that is made here, on its way into the queue: bounces and notices. Their addresses are rewritten as those of other mail, their
 * content is looked at where that is wanted, and nothing is copied. Postfix: what cleanup(8) does to internal mail.
 */
import type { Generation, Services } from '../generation.ts'
import { joinFacts, scanFacts } from '../message/facts.ts'
import { HeaderBlock } from '../message/headers.ts'
import type { Queue } from '../queue/manager-types.ts'
import { type Envelope, type NewContent, SpoolError } from '../queue/types.ts'
import { AddressRequest, mapAddresses } from './addresses.ts'
import { ownCompletion } from './completion.ts'
import { storedRecipients } from './envelope.ts'
import { mappingOf, rewriteHeaders } from './header-addresses.ts'
import { checkedInternally } from './internal-checks.ts'
import { CLEANUP } from './parameters.ts'

/** Where mail made here is handed in. */
export type Submission = Pick<Queue, 'submit'>

/**
 * The queue behind the content and address steps of the gateway. When a step fails, nothing is stored: SpoolError, and it is tried again
 * later.
 */
export function rewritingSubmission(queue: () => Queue, current: () => Generation, emit: Services['emit']): Submission {
  return {
    async submit(envelope, content) {
      const request = new AddressRequest(envelope.id)
      try {
        const checked = await checkedInternally(envelope, content, current(), emit)
        if (checked === undefined) return envelope.id
        const rewritten = await withAddresses(checked.envelope, request, current())
        const edited = await withHeaders(checked.content, request, current())
        if (request.refusal === undefined) return await queue().submit(rewritten, edited)
      } catch (error) {
        if (error instanceof SpoolError) throw error
        throw new SpoolError('io', `${envelope.id}: content can not be looked at, or addresses not rewritten, now`, error)
      }
      throw new SpoolError('io', `${envelope.id}: ${request.refusal.text}`)
    },
  }
}

/** What mail for an address would be sent to. Rejects when that can not be known now. */
export async function rewrittenRecipient(address: string, { hooks }: Generation): Promise<readonly string[]> {
  const request = new AddressRequest('NOQUEUE')
  const given = { sender: '', recipients: [{ address, original: address }] }
  const { recipients } = await mapAddresses(hooks, given, request, (one) => one)
  if (request.refusal !== undefined) throw new Error(request.refusal.text)
  return recipients.map((one) => one.address)
}

async function withAddresses(envelope: Envelope, request: AddressRequest, { hooks, scope }: Generation): Promise<Envelope> {
  const given = { sender: envelope.sender, recipients: envelope.recipients }
  const mapped = await mapAddresses(hooks, given, request, (one) => one)
  if (mapped === given) return envelope
  const { enable_original_recipient: original } = scope.values(CLEANUP)
  return { ...envelope, sender: mapped.sender, recipients: storedRecipients(mapped.recipients, original, scope) }
}

async function withHeaders(content: NewContent, request: AddressRequest, { hooks, scope }: Generation): Promise<NewContent> {
  const mapping = mappingOf(hooks, request)
  if (mapping === undefined) return content
  const headers = new HeaderBlock(content.head)
  await rewriteHeaders(headers, ownCompletion(scope), scope.values(CLEANUP).header_address_token_limit, mapping)
  if (!headers.edited) return content
  const head = headers.toBuffer()
  const size = content.facts.size - content.head.length + head.length
  return { ...content, head, facts: joinFacts(scanFacts([head]), content.facts, size) }
}
