/**
 * session-rules: refuses by how the client speaks: without TLS, out of turn, or with a bounce to several recipients.
 * Postfix: reject_plaintext_session, reject_unauth_pipelining, reject_multi_recipient_bounce, plaintext_reject_code,
 * multi_recipient_bounce_reject_code.
 */
import { type AccessRequest, code, declare, definePlugin, type Refusal, refusal, stageSubject, type Values } from '#postern'
import type { SessionRulesOptions } from '../../schemas/plugins/session-rules.d.ts'
import schema from '../../schemas/plugins/session-rules.json' with { type: 'json' }

const PARAMETERS = declare('plugin:session-rules', {
  plaintext_reject_code: code('450', 'Reply code of reject_plaintext_session.'),
  multi_recipient_bounce_reject_code: code('550', 'Reply code of reject_multi_recipient_bounce.'),
})
type Codes = Values<(typeof PARAMETERS)['declarations']>
type Rule = SessionRulesOptions['rule']

/** The code of reject_unauth_pipelining; no parameter changes it. */
const PIPELINING_CODE = 503

function about(request: AccessRequest, replyCode: number, status: string, text: string): Refusal {
  const subject = stageSubject(request)
  return refusal(replyCode, status, `<${subject.name}>: ${subject.class} rejected: ${text}`)
}

/** How many recipients the message has, with the one that is asked about. */
function recipients({ stage, session, recipient }: AccessRequest): number {
  const accepted = session.transaction?.recipients.length ?? 0
  const isBefore = stage !== 'data' && stage !== 'end_of_data' && recipient !== undefined
  return isBefore ? accepted + 1 : accepted
}

const RULES: Readonly<Record<Rule, (request: AccessRequest, codes: Codes) => Refusal | undefined>> = {
  reject_plaintext_session: ({ session }, codes) =>
    session.tls === undefined ? refusal(codes.plaintext_reject_code, '5.7.1', 'Session encryption is required') : undefined,
  reject_unauth_pipelining: (request) =>
    request.session.pipelinedEarly === true
      ? about(request, PIPELINING_CODE, '5.5.0', 'Improper use of SMTP command pipelining')
      : undefined,
  reject_multi_recipient_bounce: (request, codes) =>
    request.sender?.text === '' && recipients(request) > 1
      ? about(request, codes.multi_recipient_bounce_reject_code, '5.5.3', 'Multi-recipient bounce')
      : undefined,
}

const rule = (name: Rule) => (): SessionRulesOptions => ({ rule: name })

export default definePlugin<SessionRulesOptions>({
  name: 'session-rules',
  stages: ['connect', 'helo', 'mail', 'relay', 'rcpt', 'data', 'end_of_data', 'etrn', 'vrfy'],
  schema,
  parameters: PARAMETERS,
  restrictions: Object.fromEntries((Object.keys(RULES) as Rule[]).map((name) => [name, rule(name)])),
  setup(options, { parameters }) {
    const codes = parameters.values(PARAMETERS)
    const ask = RULES[options.rule]
    return { access: (request) => ask(request, codes) }
  },
})
