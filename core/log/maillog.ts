/**
 * Events as the lines that Postfix writes: a table, one row for each type of event. Readers of such logs (pflogsumm,
 * fail2ban, postfix-logwatch, people) know these texts by heart, so they are exactly Postfix's.
 */
import type { DialogFacts, Event, EventOf, EventType } from '../events.ts'
import type { Client } from '../facts.ts'
import type { Outcome } from '../smtp/types.ts'
import { parts } from './delays.ts'
import type { SessionNumbers } from './sessions.ts'

/** What a line needs to know beside its event. */
export interface MaillogContext {
  /** `postfix/`: syslog_name and the slash. */
  readonly prefix: string
  readonly pid: number
  readonly sessions: SessionNumbers
  /** Messages whose refused content has been told of by `cleanup`: smtpd says nothing more about these. */
  readonly toldByCleanup: Set<string>
  /** How an address in internal form is written (info_log_address_format). */
  shown(address: string): string
  /** How milliseconds are written (delay_logging_resolution_limit). */
  seconds(milliseconds: number): string
}

type Row<T extends EventType> = (event: EventOf<T>, context: MaillogContext) => string | undefined
type Table = { readonly [T in EventType]: Row<T> }

const NOTICES = Object.freeze({
  failure: 'sender non-delivery notification',
  delay: 'sender delay notification',
  success: 'sender delivery status notification',
  double: 'postmaster non-delivery notification',
  doubleDelay: 'postmaster delay notification',
})

const TABLE: Table = {
  started: (e, c) => by(c, 'master', `daemon started -- ${e.workers} workers, listening on ${e.listeners.join(', ')}`),
  reloaded: (e, c) => by(c, 'master', `reload -- generation ${e.generation}`),
  stopping: (e, c) => by(c, 'master', `terminating on ${e.reason}`),
  fault: (e, c) => by(c, programOf(e.where), `warning: ${e.where}: ${e.message}${e.cause === undefined ? '' : `: ${e.cause}`}`),
  warning: (e, c) => by(c, programOf(e.where), `warning: ${isProgram(e.where) ? '' : `${e.where}: `}${e.message}`),
  state: (e, c) => by(c, 'postern', e.isAvailable ? `state: ${e.engine} is available again` : `warning: state: ${e.reason}`),

  connect: (e, c) => numbered(c, c.sessions.begin(e.session), `connect from ${peer(e.client)}`),
  disconnect: (e, c) => numbered(c, c.sessions.end(e.session), `disconnect from ${peer(e.client)} ${e.commands}`),
  trouble: (e, c) =>
    smtpd(c, e.session, `${e.what} after ${e.after} from ${peer(e.client)}${e.detail === undefined ? '' : `: ${e.detail}`}`),
  refused: (e, c) =>
    isToldByCleanup(e, c)
      ? undefined
      : smtpd(c, e.dialog.session, `${about(e.dialog, 'reject', e.command)}: ${replyText(e)}${dialogTail(e.dialog, c)}`),
  noted: (e, c) => smtpd(c, e.dialog.session, `${about(e.dialog, noteWord(e), e.command)}: ${e.text}${dialogTail(e.dialog, c)}`),
  protocolError: () => undefined,
  transaction: (e, c) =>
    smtpd(c, e.session, `${e.queueId}: client=${peer(e.client)}${saslText(e.sasl)}${forwardedText(e.forwarded)}`),

  proxied: (e, c) =>
    smtpd(
      c,
      e.dialog.session,
      `proxy-${e.isAccepted ? 'accept' : 'reject'}: END-OF-MESSAGE: ${e.reply}${dialogTail(e.dialog, c)}`,
    ),

  messageId: (e, c) => by(c, 'cleanup', `${e.queueId}: message-id=${e.messageId}`),
  contentRefused: contentLine,

  queued: (e, c) =>
    by(c, 'qmgr', `${e.envelope.id}: from=<${c.shown(e.envelope.sender)}>, size=${e.size}, nrcpt=${e.pending} (queue active)`),
  removed: (e, c) => by(c, 'qmgr', `${e.queueId}: removed`),
  held: (e, c) => by(c, 'postsuper', `${e.queueId}: placed on hold${e.why === '' ? '' : ` (${e.why})`}`),
  expired: (e, c) => by(c, 'qmgr', `${e.queueId}: from=<${c.shown(e.sender)}>, status=expired, returned to sender`),
  skipped: (e, c) => by(c, 'qmgr', `${e.queueId}: skipped, ${e.why}`),

  delivery: deliveryLine,
  peer: (e, c) => by(c, e.transport, e.queueId === undefined ? e.message : `${e.queueId}: ${e.message}`),
  bounce: (e, c) => by(c, 'bounce', `${e.queueId}: ${NOTICES[e.kind]}: ${e.noticeId}`),
}

/** The line without time and host; undefined for events that Postfix keeps to itself. Not yet made printable. */
export function maillogLine(event: Event, context: MaillogContext): string | undefined {
  return (TABLE[event.type] as Row<EventType>)(event as never, context)
}

/** A line of free text, by a program. */
export function by(context: MaillogContext, program: string, text: string): string {
  return `${context.prefix}${program}[${context.pid}]: ${text}`
}

function numbered(context: MaillogContext, number: number, text: string): string {
  return `${context.prefix}smtpd[${number}]: ${text}`
}

function smtpd(context: MaillogContext, session: string, text: string): string {
  return numbered(context, context.sessions.of(session), text)
}

const PROGRAMS: ReadonlySet<string> = new Set(['smtpd', 'cleanup', 'qmgr', 'smtp', 'lmtp', 'bounce', 'master'])

function isProgram(where: string): boolean {
  return PROGRAMS.has(where)
}

function programOf(where: string): string {
  return isProgram(where) ? where : 'postern'
}

/** `name[address]` */
function peer(client: Client): string {
  return client.logged ?? `${client.name}[${client.address}]`
}

/** `NOQUEUE: reject: RCPT from name[address]` */
function about(dialog: DialogFacts, word: string, command: string): string {
  return `${dialog.queueId ?? 'NOQUEUE'}: ${word}: ${command} from ${peer(dialog.client)}`
}

/** `; from=<a> to=<b> proto=ESMTP helo=<c>`: what is not known yet is left out. */
function dialogTail(dialog: DialogFacts, { shown }: MaillogContext): string {
  let tail = ';'
  if (dialog.sender !== undefined) tail += ` from=<${shown(dialog.sender)}>`
  if (dialog.recipient !== undefined) tail += ` to=<${shown(dialog.recipient)}>`
  tail += ` proto=${dialog.protocol}`
  return dialog.helo === undefined ? tail : `${tail} helo=<${dialog.helo}>`
}

function replyText(event: EventOf<'refused'>): string {
  return event.status === '' ? `${event.code} ${event.text}` : `${event.code} ${event.status} ${event.text}`
}

/** A step in warn mode carries the reply it would have given, and Postfix has a word of its own for that. */
function noteWord(event: EventOf<'noted'>): string {
  return event.action === 'warn' && /^[45]\d\d /.test(event.text) ? 'reject_warning' : event.action
}

function saslText(sasl: EventOf<'transaction'>['sasl']): string {
  if (sasl === undefined) return ''
  const sender = sasl.sender === undefined ? '' : `, sasl_sender=${sasl.sender}`
  return `, sasl_method=${sasl.method}, sasl_username=${sasl.username}${sender}`
}

function forwardedText(forwarded: EventOf<'transaction'>['forwarded']): string {
  if (forwarded === undefined) return ''
  const ident = forwarded.ident === undefined ? '' : `, orig_queue_id=${forwarded.ident}`
  const { name, address } = forwarded
  return name === undefined && address === undefined
    ? ident
    : `${ident}, orig_client=${name ?? 'unknown'}[${address ?? 'unknown'}]`
}

/** What cleanup found in content: about a header or body line, its text comes last; about the message, it comes before `from=`. */
function contentLine(event: EventOf<'contentRefused'>, context: MaillogContext): string {
  const { queueId, dialog, what, text } = event
  const action = event.action === 'defer' ? 'reject' : event.action
  if (action === 'reject' && dialog !== undefined) rememberTold(queueId, context)
  const origin = dialog === undefined ? 'local' : peer(dialog.client)
  const tail = dialog === undefined ? '' : dialogTail(dialog, context)
  if (what === 'message') return by(context, 'cleanup', `${queueId}: ${action}: END-OF-MESSAGE from ${origin}: ${text}${tail}`)
  return by(context, 'cleanup', `${queueId}: ${action}: ${what} from ${origin}${tail}${text === '' ? '' : `: ${text}`}`)
}

/** Messages that may be remembered; a client that vanishes before its reply leaves one behind. */
const MOST_TOLD = 1000

function rememberTold(queueId: string, { toldByCleanup }: MaillogContext): void {
  if (toldByCleanup.size >= MOST_TOLD) toldByCleanup.clear()
  toldByCleanup.add(queueId)
}

function isToldByCleanup(event: EventOf<'refused'>, { toldByCleanup }: MaillogContext): boolean {
  const { queueId } = event.dialog
  return toldByCleanup.size > 0 && queueId !== undefined && toldByCleanup.delete(queueId)
}

function deliveryLine(event: EventOf<'delivery'>, context: MaillogContext): string {
  const { envelope, outcome, times } = event
  const { shown, seconds } = context
  const recipient = envelope.recipients[event.recipient]
  const address = recipient?.address ?? ''
  const original = recipient?.original ?? address
  const orig = original === '' || original.toLowerCase() === address.toLowerCase() ? '' : ` orig_to=<${shown(original)}>,`
  const [a, b, c, d] = parts(envelope.arrived, event.due, times)
  const delay = seconds(times.finished - envelope.arrived)
  const uses = times.uses === undefined ? '' : ` conn_use=${times.uses},`
  const delays = `${seconds(a)}/${seconds(b)}/${seconds(c)}/${seconds(d)}`
  return by(
    context,
    event.transport,
    `${envelope.id}: to=<${shown(address)}>,${orig} relay=${outcome.relay},${uses} delay=${delay}, delays=${delays}, dsn=${outcome.status}, status=${statusWord(event)} (${outcomeText(outcome)})`,
  )
}

/** A probe delivers nothing, and says what would be. */
function statusWord({ envelope, outcome }: EventOf<'delivery'>): string {
  if (envelope.probe !== true) return outcome.kind
  return outcome.kind === 'sent' ? 'deliverable' : 'undeliverable'
}

/** What stands in the brackets after status=. */
export function outcomeText(outcome: Outcome): string {
  return outcome.kind === 'sent' ? outcome.text : outcome.reason
}
