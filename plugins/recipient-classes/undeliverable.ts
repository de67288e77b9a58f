/** Addresses that routing gives to the error or retry transport: mail for them would only be bounced. */
import type { AccessRequest, PluginContext, Refusal } from '#postern'
import { after, type MaybePromise } from './tables.ts'

/** The text of error(8) begins with a status, or has this one. */
const STATUS = { recipient: '1.1', sender: '1.0' } as const

/**
 * Refuses what routing refuses, in its words. Addresses that are rewritten count as known: they will not go where they point now.
 * @param rewritten is it one of those?
 */
export function undeliverable(
  subject: 'recipient' | 'sender',
  rewritten: (address: string) => MaybePromise<boolean>,
  { destinations, actions }: Pick<PluginContext, 'destinations' | 'actions'>,
): (request: AccessRequest) => MaybePromise<Refusal | undefined> {
  const title = subject === 'recipient' ? 'Recipient address' : 'Sender address'
  return (request) => {
    const address = request[subject]?.text ?? ''
    const other = subject === 'recipient' ? request.sender : request.recipient
    return after(destinations.refusal(address, other?.text ?? ''), (failure) => {
      if (failure === undefined) return undefined
      return after(destinations.classify(address), (name) => {
        // Whether an alias is known is for its own tables to say.
        if (name === 'virtual_alias') return undefined
        return after(rewritten(address), (isRewritten) => {
          if (isRewritten) return undefined
          const isTemporary = failure.status.startsWith('4')
          const status = failure.stated ?? `${failure.status[0]}.${STATUS[subject]}`
          const value = `${isTemporary ? 450 : 550} ${status} ${failure.reason}`
          const verdict = actions.apply(value, request, { name: address, class: title, source: 'routing' })
          return after(verdict, (told) => (told?.kind === 'permit' ? undefined : told))
        })
      })
    })
  }
}
