/**
 * canonical: addresses are rewritten on their way in, in the envelope and, for clients whose headers are ours to rewrite, in headers.
 * Postfix: canonical_maps, sender_canonical_maps, recipient_canonical_maps, masquerade_domains, and their classes; canonical(5).
 */
import { definePlugin, type Handlers, type IntakeRequest, ParameterError, splitList } from '#postern'
import type { CanonicalOptions } from '../../schemas/plugins/canonical.d.ts'
import schema from '../../schemas/plugins/canonical.json' with { type: 'json' }
import { masquerade, masqueradeRules } from './masquerade.ts'
import { CANONICAL, PLACES, type Place } from './parameters.ts'
import { openTables, type Rewriter } from './rewrite.ts'

export default definePlugin<CanonicalOptions>({
  name: 'canonical',
  stages: ['message', 'use'],
  schema,
  parameters: CANONICAL,
  mountedBy: ['canonical_maps', 'sender_canonical_maps', 'recipient_canonical_maps', 'masquerade_domains'],
  async setup(options, context) {
    const { parameters } = context
    const values = parameters.values(CANONICAL)
    const specs = (name: keyof CanonicalOptions) => splitList(parameters.expand(options[name]))
    const sender = await openTables('sender_canonical_maps', specs('sender_canonical_maps'), context)
    const recipient = await openTables('recipient_canonical_maps', specs('recipient_canonical_maps'), context)
    const common = await openTables('canonical_maps', specs('canonical_maps'), context)
    const domains = masqueradeRules(specs('masquerade_domains'))
    const exceptions = await context.matchList(values.masquerade_exceptions)

    /** What is done to addresses in one place, in order. */
    const rewriters = (place: Place): readonly Rewriter[] => {
      const isSender = place.endsWith('sender')
      const own = isSender ? sender : recipient
      const out: Rewriter[] = []
      if (own !== undefined && has(isSender ? 'sender_canonical_classes' : 'recipient_canonical_classes', place)) out.push(own)
      if (common !== undefined && has('canonical_classes', place)) out.push(common)
      if (domains.length > 0 && has('masquerade_classes', place)) out.push((address) => masquerade(address, domains, exceptions))
      return out
    }
    const has = (name: ClassesParameter, place: Place): boolean => placesOf(name, values[name]).includes(place)
    return handlersOf(rewriters)
  },
})

type ClassesParameter = 'canonical_classes' | 'sender_canonical_classes' | 'recipient_canonical_classes' | 'masquerade_classes'

/** @throws ParameterError for a word that names no place */
function placesOf(name: ClassesParameter, words: readonly string[]): readonly string[] {
  const wrong = words.find((word) => !PLACES.some((place) => place === word))
  if (wrong === undefined) return words
  throw new ParameterError(name, `there is no class "${wrong}": it is one of ${PLACES.join(', ')}`)
}

/** Handlers where something is to be done, and no others: a hook without handlers costs nothing. */
function handlersOf(rewriters: (place: Place) => readonly Rewriter[]): Handlers {
  const [sender, recipient] = [rewriters('envelope_sender'), rewriters('envelope_recipient')]
  const headers = { sender: rewriters('header_sender'), recipient: rewriters('header_recipient') }
  return {
    ...(sender.length === 0 ? {} : { 'cleanup.sender': (address, request) => rewritten(address, sender, request) }),
    ...(recipient.length === 0
      ? {}
      : {
          'cleanup.recipients': (recipients, request) =>
            Promise.all(recipients.map(async (one) => ({ ...one, address: await rewritten(one.address, recipient, request) }))),
        }),
    ...(headers.sender.length + headers.recipient.length === 0
      ? {}
      : { 'cleanup.header_address': (address, request) => rewritten(address, headers[request.kind], request) }),
  }
}

async function rewritten(address: string, rewriters: readonly Rewriter[], request: IntakeRequest): Promise<string> {
  let now = address
  for (const rewrite of rewriters) now = await rewrite(now, request)
  return now
}
