/**
 * address-verification: refuses addresses that their own mail servers would not take, found out by probes that deliver nothing.
 * Postfix: reject_unverified_sender, reject_unverified_recipient, address_verify_*, unverified_*; ADDRESS_VERIFICATION_README.
 */
import { type AccessRequest, definePlugin, type PluginContext, type Refusal, refusal } from '#postern'
import type { AddressVerificationOptions } from '../../schemas/plugins/address-verification.d.ts'
import schema from '../../schemas/plugins/address-verification.json' with { type: 'json' }
import { type Entry, UNKNOWN } from './entry.ts'
import { VerificationMemory } from './memory.ts'
import { PARAMETERS, type Settings } from './parameters.ts'

type Subject = AddressVerificationOptions['subject']

const WORDS: Readonly<Record<Subject, { readonly class: string; readonly status: string }>> = {
  sender: { class: 'Sender address', status: '4.1.7' },
  recipient: { class: 'Recipient address', status: '4.1.1' },
}

/** Characters of a reason that a reply shows. */
const LONGEST_REASON = 250

const about = (subject: Subject) => (): AddressVerificationOptions => ({ subject, on_failure: 'closed' })

export default definePlugin<AddressVerificationOptions>({
  name: 'address-verification',
  stages: ['connect', 'helo', 'mail', 'relay', 'rcpt', 'data', 'end_of_data', 'etrn', 'vrfy'],
  schema,
  parameters: PARAMETERS,
  restrictions: { reject_unverified_sender: about('sender'), reject_unverified_recipient: about('recipient') },
  setup({ subject, on_failure: onFailure }, context) {
    const { parameters, state, clock, log } = context
    const settings = parameters.values(PARAMETERS)
    const stressed = parameters.under({ stress: 'yes' }).values(PARAMETERS)
    const rules = {
      positiveExpire: settings.address_verify_positive_expire_time,
      positiveRefresh: settings.address_verify_positive_refresh_time,
      negativeExpire: settings.address_verify_negative_expire_time,
      negativeRefresh: settings.address_verify_negative_refresh_time,
      negativeCache: settings.address_verify_negative_cache,
    }
    const memory = new VerificationMemory({
      store: state.use('address-verification', { onFailure }),
      rules,
      now: () => clock.now(),
      probe: (address) => context.probe(address),
      log,
    })
    return {
      async access(request) {
        const address = request[subject]?.text
        if (address === undefined || address === '') return undefined
        const own = (request.session.stress ?? '') === '' ? settings : stressed
        return verdict(await settled(address, memory, own, context), address, subject, own, request)
      },
    }
  },
})

/** What is known of the address, waiting for a probe as long as address_verify_poll_count and _delay say. */
async function settled(address: string, memory: VerificationMemory, settings: Settings, context: PluginContext): Promise<Entry> {
  for (let looks = 1; ; looks++) {
    const entry = await memory.query(address)
    if (entry.status !== UNKNOWN.status || looks >= settings.address_verify_poll_count) return entry
    const stop = new AbortController()
    const pause = context.clock.sleep(settings.address_verify_poll_delay, AbortSignal.any([stop.signal, context.signal]))
    await Promise.race([memory.running(address), pause].filter((each) => each !== undefined))
    pause.catch(() => undefined)
    stop.abort()
  }
}

function verdict(
  { status, text }: Entry,
  address: string,
  subject: Subject,
  settings: Settings,
  request: AccessRequest,
): Refusal | undefined {
  if (status === 'ok') return undefined
  const isFinal = status === 'bounce'
  const code = isFinal ? settings[`unverified_${subject}_reject_code`] : settings[`unverified_${subject}_defer_code`]
  const words = WORDS[subject]
  const reason = (settings[`unverified_${subject}_reject_reason`] || text).slice(0, LONGEST_REASON)
  const what = code < 500 ? 'unverified' : 'undeliverable'
  const refused = refusal(code, words.status, `<${address}>: ${words.class} rejected: ${what} address: ${reason}`)
  if (isFinal || settings[`unverified_${subject}_tempfail_action`] === 'defer') return refused
  request.deferIfPermit(refused)
  return undefined
}
