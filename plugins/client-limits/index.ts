/**
 * client-limits: how many connections a client may have, and how often it may connect, send, name recipients, log in.
 * Mounted for every listener, as Postfix asks its anvil(8). Postfix: smtpd_client_connection_count_limit and its kin.
 */
import {
  type CommandRequest,
  type Defer,
  defer,
  definePlugin,
  type Handlers,
  type MatchList,
  type PluginContext,
  type Session,
  type Store,
  type TlsFacts,
  type Values,
} from '#postern'
import { PARAMETERS } from './parameters.ts'

type MaybePromise<T> = T | Promise<T>
type Established = TlsFacts & { readonly session: Session }

/** Events that are counted by time, the commands that they are, and how they are called in log and replies. */
const RATES = {
  MAIL: { limit: 'smtpd_client_message_rate_limit', event: 'Message delivery request', refused: 'too much mail' },
  RCPT: { limit: 'smtpd_client_recipient_rate_limit', event: 'Recipient address', refused: 'too many recipients' },
  AUTH: { limit: 'smtpd_client_auth_rate_limit', event: 'AUTH command', refused: 'too many AUTH commands' },
} as const
type RatedCommand = keyof typeof RATES

const EXCEPTIONS = 'smtpd_client_event_limit_exceptions'

/** An address that is asked for with VRFY counts as a recipient. */
const countedAs = (verb: string): string => (verb === 'VRFY' ? 'RCPT' : verb)
const isRated = (verb: string): verb is RatedCommand => Object.hasOwn(RATES, verb)
const nameOf = ({ client }: Session): string => `${client.name}[${client.address}]`
/** As Postfix: each service counts for itself. */
const keyOf = ({ listener, client }: Session): string => `${listener}:${client.address}`

/** A refusal that the log has its own line for. */
const told = (refusal: Defer): Defer => ({ ...refusal, told: true })

export default definePlugin({
  name: 'client-limits',
  stages: ['use'],
  parameters: PARAMETERS,
  mountedBy: [
    'smtpd_client_connection_count_limit',
    'smtpd_client_connection_rate_limit',
    'smtpd_client_message_rate_limit',
    'smtpd_client_recipient_rate_limit',
    'smtpd_client_new_tls_session_rate_limit',
    'smtpd_client_auth_rate_limit',
  ],
  async setup(_options, context) {
    const { parameters, matchList } = context
    const limits = parameters.values(PARAMETERS)
    const parent = (parameters.text('parent_domain_matches_subdomains') ?? '').split(/[\s,]+/).includes(EXCEPTIONS)
    const exceptions = limits[EXCEPTIONS].length === 0 ? undefined : await matchList(limits[EXCEPTIONS], { parent })
    return new Limiter(limits, exceptions, context).handlers()
  },
})

class Limiter {
  readonly #limits: Values<typeof PARAMETERS.declarations>
  readonly #exceptions: MatchList | undefined
  readonly #context: PluginContext
  /** Undefined: nothing is limited by time. */
  readonly #store: Store | undefined
  /** Sessions that the limits bind, and the key under which each is counted. */
  readonly #bound = new WeakMap<Session, string>()

  constructor(limits: Values<typeof PARAMETERS.declarations>, exceptions: MatchList | undefined, context: PluginContext) {
    this.#limits = limits
    this.#exceptions = exceptions
    this.#context = context
    const isRatedAtAll = Object.entries(limits).some(([name, value]) => name.endsWith('_rate_limit') && Number(value) > 0)
    this.#store = isRatedAtAll ? context.state.use('client-limits', { onFailure: 'open' }) : undefined
  }

  /** Only what a limit is set for is looked at. */
  handlers(): Handlers {
    const limits = this.#limits
    const hasRates = Object.values(RATES).some(({ limit }) => limits[limit] > 0)
    const hasTls = limits.smtpd_client_new_tls_session_rate_limit > 0
    return {
      connect: ({ session }) => this.#connect(session),
      disconnect: (session) => this.#leave(session),
      ...(hasRates || hasTls ? { command: (request: CommandRequest) => this.#command(request) } : {}),
      ...(hasTls ? { 'tls.server.established': (facts: Established) => this.#established(facts) } : {}),
    }
  }

  #connect(session: Session): MaybePromise<Defer | undefined> {
    // XCLIENT: the same connection is now another client's.
    this.#leave(session)
    return chain(this.#isFree(session), (isFree) => (isFree ? undefined : this.#bind(session)))
  }

  /** Who can not be looked up is bound like anyone else, and not sent away. */
  #isFree({ client }: Session): MaybePromise<boolean> {
    const failed = (error: unknown): boolean => {
      this.#warn(`${EXCEPTIONS}: ${error instanceof Error ? error.message : String(error)}`)
      return false
    }
    try {
      const isFree = this.#exceptions?.client(client) ?? false
      return isFree instanceof Promise ? isFree.catch(failed) : isFree
    } catch (error) {
      return failed(error)
    }
  }

  #bind(session: Session): MaybePromise<Defer | undefined> {
    const key = keyOf(session)
    this.#bound.set(session, key)
    const { smtpd_client_connection_count_limit: most, smtpd_client_connection_rate_limit: fastest } = this.#limits
    const count = most > 0 ? this.#context.state.presence.enter(key, most) : 0
    const rate = fastest > 0 ? this.#count('CONNECT', key) : 0
    // The count of what is open holds even if the rate can not be had.
    if (rate instanceof Promise) rate.catch(() => undefined)
    return chain(count, (there) => {
      if (there > most) return this.#tooMany(session, 'Connection concurrency', there)
      return chain(rate, (made) => (made > fastest ? this.#tooMany(session, 'Connection rate', made) : undefined))
    })
  }

  #tooMany(session: Session, what: string, count: number): Defer {
    this.#tell(session, what, count)
    return told(defer(421, '4.7.0', `${this.#myhostname()} Error: too many connections from ${session.client.address}`))
  }

  #leave(session: Session): void {
    const key = this.#bound.get(session)
    if (key === undefined) return
    this.#bound.delete(session)
    if (this.#limits.smtpd_client_connection_count_limit > 0) this.#context.state.presence.leave(key)
  }

  #command({ session, verb }: CommandRequest): MaybePromise<Defer | undefined> {
    const key = this.#bound.get(session)
    if (key === undefined) return undefined
    if (verb === 'STARTTLS') return this.#startTls(session, key)
    const rated = countedAs(verb)
    if (!isRated(rated)) return undefined
    const { limit, event, refused } = RATES[rated]
    const most = this.#limits[limit]
    if (most === 0) return undefined
    return chain(this.#count(rated, key), (rate) => {
      if (rate <= most) return undefined
      this.#tell(session, `${event} rate`, rate)
      return told(defer(450, '4.7.1', `Error: ${refused} from ${session.client.address}`))
    })
  }

  /** A client that is over the limit already need not begin. */
  #startTls(session: Session, key: string): MaybePromise<Defer | undefined> {
    const most = this.#limits.smtpd_client_new_tls_session_rate_limit
    if (most === 0) return undefined
    return chain(this.#count('TLS', key, 0), (rate) => {
      if (rate <= most) return undefined
      this.#warn(`Refusing STARTTLS request from ${nameOf(session)} for service ${session.listener}`)
      return told(defer(454, '4.7.0', `Error: too many new TLS sessions from ${nameOf(session)}`))
    })
  }

  #established({ session, resumed }: Established): MaybePromise<Defer | undefined> {
    const key = this.#bound.get(session)
    if (key === undefined || resumed === true) return undefined
    return chain(this.#count('TLS', key), (rate) => {
      if (rate <= this.#limits.smtpd_client_new_tls_session_rate_limit) return undefined
      this.#tell(session, 'New TLS session rate', rate)
      return told(defer(421, '4.7.0', `${this.#myhostname()} Error: too many new TLS sessions from ${nameOf(session)}`))
    })
  }

  #count(what: string, key: string, amount = 1): MaybePromise<number> {
    return this.#store?.add(`${what} ${key}`, amount, this.#limits.anvil_rate_time_unit) ?? 0
  }

  #myhostname(): string {
    return this.#context.parameters.text('myhostname') ?? ''
  }

  #tell(session: Session, what: string, count: number): void {
    this.#warn(`${what} limit exceeded: ${count} from ${nameOf(session)} for service ${session.listener}`)
  }

  #warn(message: string): void {
    this.#context.emit({ type: 'warning', where: 'smtpd', message })
  }
}

function chain<T, R>(value: MaybePromise<T>, next: (value: T) => MaybePromise<R>): MaybePromise<R> {
  return value instanceof Promise ? value.then(next) : next(value)
}
