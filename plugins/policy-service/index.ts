/**
 * policy-service: asks a server about each request and does what it says (postgrey, policyd-spf, postfwd ...).
 * Postfix: check_policy_service, smtpd_policy_service_* (SMTPD_POLICY_README).
 */
import { count, declare, definePlugin, type Session, stageSubject, text, time } from '#postern'
import type { PolicyServiceOptions } from '../../schemas/plugins/policy-service.d.ts'
import schema from '../../schemas/plugins/policy-service.json' with { type: 'json' }
import { renderRequest } from './attributes.ts'
import { createPolicyClient, PolicyError } from './connection.ts'
import { duration, endpointName, parseArgument, parseEndpoint, whole } from './settings.ts'

const PARAMETERS = declare('plugin:policy-service', {
  smtpd_policy_service_timeout: time('100s', 'Time limit of connecting to, writing to and reading from a policy server.'),
  smtpd_policy_service_max_idle: time('300s', 'How long an unused connection to a policy server is kept.'),
  smtpd_policy_service_max_ttl: time('1000s', 'How long a connection to a policy server is used.'),
  smtpd_policy_service_request_limit: count('0', 'Requests on one connection to a policy server; 0 is no limit.'),
  smtpd_policy_service_try_limit: count('2', 'How often a request is sent before the default action is taken.'),
  smtpd_policy_service_retry_delay: time('1s', 'The wait between attempts.'),
  smtpd_policy_service_default_action: text(
    '451 4.3.5 Server configuration problem',
    'What is done when a policy server can not be asked: an access(5) action.',
  ),
  smtpd_policy_service_policy_context: text('', 'Text that a policy server gets as policy_context.'),
})

export default definePlugin<PolicyServiceOptions>({
  name: 'policy-service',
  stages: ['connect', 'helo', 'mail', 'relay', 'rcpt', 'data', 'end_of_data', 'etrn', 'vrfy'],
  schema,
  parameters: PARAMETERS,
  restrictions: { check_policy_service: parseArgument },
  setup(options, { parameters, actions, clock, log, signal }) {
    const values = parameters.values(PARAMETERS)
    const endpoint = parseEndpoint(options.service, parameters.text('queue_directory') ?? '')
    const limits = {
      timeout: duration(options.timeout, values.smtpd_policy_service_timeout),
      maxIdle: duration(options.max_idle, values.smtpd_policy_service_max_idle),
      maxTtl: duration(options.max_ttl, values.smtpd_policy_service_max_ttl),
      requestLimit: whole(options.request_limit, values.smtpd_policy_service_request_limit),
    }
    const tries = Math.max(1, whole(options.try_limit, values.smtpd_policy_service_try_limit))
    const delay = duration(options.retry_delay, values.smtpd_policy_service_retry_delay)
    const fallback = options.default_action || values.smtpd_policy_service_default_action
    const context = options.policy_context || values.smtpd_policy_service_policy_context
    const client = createPolicyClient(endpoint, limits, clock.now)
    const server = endpointName(endpoint)

    /** Sessions that lost their last try on a connection which the server closed. */
    const disappointed = new WeakSet<Session>()

    /** Asks as often as is allowed; undefined when no answer came. */
    const ask = async (request: string, session: Session): Promise<string | undefined> => {
      // smtpd(8) finds out with the first try of the session's next request that this connection is dead.
      const first = disappointed.delete(session) ? 2 : 1
      let why = 'Application error'
      for (let attempt = first; attempt <= tries; attempt++) {
        if (attempt > 1) await clock.sleep(delay, signal)
        try {
          return await client.ask(request)
        } catch (error) {
          if (!(error instanceof PolicyError)) throw error
          why = error.message
          if (error.detail !== undefined) log.warn(`${error.detail} in input from ${server}`)
          // A server that closed a kept connection has done nothing wrong: the next attempt opens a new one.
          const isTold = attempt < tries && (attempt > 1 || why !== 'Application error')
          if (isTold) log.warn(`problem talking to server ${server}: ${why}`)
        }
      }
      if (why === 'Application error') disappointed.add(session)
      log.warn(`problem talking to server ${server}: ${why}`)
      return undefined
    }
    return {
      async access(request) {
        const action = await ask(renderRequest(request, context), request.session)
        return actions.apply(action ?? fallback, request, { ...stageSubject(request), source: server })
      },
      stop: () => client.close(),
    }
  },
})
