/**
 * basics: the restrictions that look at nothing: permit, reject, defer, defer_if_permit, defer_if_reject, sleep, and what
 * stands for a restriction of Postfix that can not be understood (server_error).
 * Postfix: the generic restrictions of smtpd(8), reject_code, defer_code.
 */
import {
  type AccessRequest,
  CONFIGURATION_ERROR,
  code,
  declare,
  definePlugin,
  permit,
  type Refusal,
  refusal,
  stageSubject,
  type Verdict,
} from '#postern'
import type { BasicsOptions } from '../../schemas/plugins/basics.d.ts'
import schema from '../../schemas/plugins/basics.json' with { type: 'json' }

/** Reply codes of plain refusals. */
const PARAMETERS = declare('plugin:basics', {
  reject_code: code('554', 'Reply code of the restriction reject.'),
  defer_code: code('450', 'Reply code of the restriction defer.'),
})

interface Codes {
  readonly reject_code: number
  readonly defer_code: number
}
type Answer = (request: AccessRequest, codes: Codes) => Verdict | undefined

/** The code of defer_if_permit and defer_if_reject; no parameter changes it. */
const DEFER_IF_CODE = 450

function refuse(request: AccessRequest, code: number, status: string, text: string): Refusal {
  const subject = stageSubject(request)
  return refusal(code, status, `<${subject.name}>: ${subject.class} rejected: ${text}`)
}

const ANSWERS: Readonly<Record<Exclude<BasicsOptions['action'], 'sleep' | 'server_error'>, Answer>> = {
  permit: (request) => permit('permit', stageSubject(request)),
  reject: (request, codes) => refuse(request, codes.reject_code, '5.7.1', 'Access denied'),
  defer: (request, codes) => refuse(request, codes.defer_code, '4.3.2', 'Try again later'),
  defer_if_permit: (request) => {
    request.deferIfPermit(refuse(request, DEFER_IF_CODE, '4.7.0', 'defer_if_permit requested'))
    return undefined
  },
  defer_if_reject: (request) => {
    request.deferIfReject(refuse(request, DEFER_IF_CODE, '4.7.0', 'defer_if_reject requested'))
    return undefined
  },
}

/** The text of `server_error {text}`. @throws Error when there is none */
function mistake(argument: string): string {
  if (argument === '') throw new Error('server_error: expected what is wrong')
  return argument.replace(/^\{(.*)\}$/s, '$1')
}

/** Seconds of `sleep N`. @throws Error when it is no whole number */
function seconds(argument: string): number {
  if (!/^\d{1,5}$/.test(argument)) throw new Error(`sleep: expected a number of seconds, found ${JSON.stringify(argument)}`)
  return Number(argument)
}

/** What most actions leave as it is. */
const PLAIN = { seconds: 0, warning: '' }

export default definePlugin<BasicsOptions>({
  name: 'basics',
  stages: ['connect', 'helo', 'mail', 'relay', 'rcpt', 'data', 'end_of_data', 'etrn', 'vrfy'],
  schema,
  parameters: PARAMETERS,
  restrictions: {
    permit: () => ({ action: 'permit', ...PLAIN }),
    reject: () => ({ action: 'reject', ...PLAIN }),
    defer: () => ({ action: 'defer', ...PLAIN }),
    defer_if_permit: () => ({ action: 'defer_if_permit', ...PLAIN }),
    defer_if_reject: () => ({ action: 'defer_if_reject', ...PLAIN }),
    sleep: (argument) => ({ action: 'sleep', ...PLAIN, seconds: seconds(argument) }),
    server_error: (argument) => ({ action: 'server_error', ...PLAIN, warning: mistake(argument) }),
  },
  setup({ action, seconds: pause, warning }, { parameters, clock, signal, log }) {
    if (action === 'server_error')
      return {
        access() {
          log.warn(warning)
          return CONFIGURATION_ERROR
        },
      }
    if (action === 'sleep')
      return {
        async access() {
          await clock.sleep(pause * 1000, signal)
          return undefined
        },
      }
    const codes = parameters.values(PARAMETERS)
    const answer = ANSWERS[action]
    return { access: (request) => answer(request, codes) }
  },
})
