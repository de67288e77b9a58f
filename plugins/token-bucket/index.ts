/**
 * token-bucket: limits what comes by any key - sender domain, client network, login - to a rate with bursts. Buckets are shared
 * state, so that all workers and gateways take from the same ones. Postfix has none; policyd-rate-limit and postfwd do the like.
 */
import { type AccessRequest, type Bucket, definePlugin, parseTime, refusal, stageSubject, type Verdict } from '#postern'
import type { TokenBucketOptions } from '../../schemas/plugins/token-bucket.d.ts'
import schema from '../../schemas/plugins/token-bucket.json' with { type: 'json' }
import { keyOf } from './keys.ts'

type Options = Required<TokenBucketOptions>
type Answer = Verdict | undefined

const COSTS: Readonly<Record<Options['cost'], (request: AccessRequest) => number>> = {
  one: () => 1,
  recipients: ({ session }) => session.transaction?.recipients.length ?? 1,
  kilobytes: ({ session }) => Math.ceil((session.transaction?.size ?? 0) / 1024),
}

export default definePlugin<Options>({
  name: 'token-bucket',
  stages: ['connect', 'helo', 'mail', 'relay', 'rcpt', 'data', 'end_of_data', 'etrn'],
  schema,
  async setup(options, { id, stage, state, matchList }) {
    if (options.cost === 'kilobytes' && stage !== 'end_of_data') throw new Error('the size is known at end_of_data only')
    const store = state.use('token-bucket', { onFailure: options.on_failure })
    const bucket: Bucket = { rate: rateOf(options.rate), burst: options.burst }
    const prefix = { ipv4: options.ipv4_prefix, ipv6: options.ipv6_prefix }
    const exceptions = options.exceptions.length === 0 ? undefined : await matchList(options.exceptions)

    const judge = async (request: AccessRequest): Promise<Answer> => {
      const key = keyOf(request, options.key, prefix)
      if (key === undefined || (await exceptions?.client(request.client))) return undefined
      const cost = COSTS[options.cost](request)
      if (cost === 0) return undefined
      const taken = await store.take(`${options.bucket || id} ${key.join('\t')}`, bucket, cost)
      return taken.granted ? undefined : refused(request, options, key, taken.wait)
    }
    return { access: stage === 'connect' || stage === 'helo' || stage === 'mail' ? once(judge) : judge }
  },
})

/** Lists of early stages may be asked again at every RCPT (smtpd_delay_reject): what was said once holds. */
function once(judge: (request: AccessRequest) => Promise<Answer>): (request: AccessRequest) => Promise<Answer> {
  const answers = new WeakMap<object, { readonly helo: string | undefined; readonly answer: Promise<Answer> }>()
  return (request) => {
    const subject = (request.stage === 'mail' ? request.session.transaction : request.session) ?? request
    const known = answers.get(subject)
    if (known !== undefined && (request.stage !== 'helo' || known.helo === request.helo)) return known.answer
    const answer = judge(request)
    answers.set(subject, { helo: request.helo, answer })
    return answer
  }
}

function refused(request: AccessRequest, options: Options, key: readonly string[], wait: number): Verdict {
  const values: Readonly<Record<string, string>> = { k: key.join(' '), s: String(Math.ceil(wait / 1000)) }
  const text = options.text.replace(/%([ks])/g, (_, letter: string) => values[letter] ?? '')
  const { name, class: kind } = stageSubject(request)
  return refusal(options.action === 'reject' ? 554 : 450, '4.7.1', `<${name}>: ${kind} rejected: ${text}`)
}

/** `100/1h` as tokens in a second. */
function rateOf(text: string): number {
  const [tokens = '', time = ''] = text.split('/')
  const rate = (Number(tokens) * 1000) / parseTime(/^\d/.test(time) ? time : `1${time}`)
  if (!(rate > 0) || !Number.isFinite(rate)) throw new Error(`rate: must be more than none in more than no time ("${text}")`)
  return rate
}
