/**
 * recipient-classes: refuses addresses in own domains that no table of their class lists.
 * Postfix: reject_unlisted_recipient, reject_unlisted_sender, smtpd_reject_unlisted_recipient, smtpd_reject_unlisted_sender,
 * local_recipient_maps, relay_recipient_maps, unknown_*_reject_code; ADDRESS_CLASS_README.
 */
import {
  type AccessRequest,
  type AddressClass,
  CONFIGURATION_ERROR,
  defer,
  definePlugin,
  EmptyResult,
  type PluginContext,
  type Refusal,
  refusal,
  splitList,
  userKeys,
  type Values,
} from '#postern'
import type { RecipientClassesOptions } from '../../schemas/plugins/recipient-classes.d.ts'
import schema from '../../schemas/plugins/recipient-classes.json' with { type: 'json' }
import { PARAMETERS } from './parameters.ts'
import { after, anyOf, type MaybePromise, type Users, usersOf } from './tables.ts'
import { undeliverable } from './undeliverable.ts'

type Subject = 'recipient' | 'sender'
type Parameters = Values<typeof PARAMETERS.declarations>

/** A class of own domains: whose tables list its users, and what a stranger is told. */
interface ClassRow {
  readonly maps: string
  readonly code: keyof Parameters & `unknown_${string}`
  readonly table: string
  /** Users that are there without a table. */
  readonly always?: ReadonlySet<string>
  /** Without a table nobody is known, as opposed to everybody. */
  readonly isClosed?: true
  readonly senderStatus: string
}

const ROWS: Readonly<Partial<Record<AddressClass, ClassRow>>> = {
  local: {
    maps: 'local_recipient_maps',
    code: 'unknown_local_recipient_reject_code',
    table: 'local recipient table',
    always: new Set(['postmaster', 'mailer-daemon']),
    senderStatus: '5.1.0',
  },
  relay: {
    maps: 'relay_recipient_maps',
    code: 'unknown_relay_recipient_reject_code',
    table: 'relay recipient table',
    senderStatus: '5.1.0',
  },
  virtual_alias: {
    maps: 'virtual_alias_maps',
    code: 'unknown_virtual_alias_reject_code',
    table: 'virtual alias table',
    isClosed: true,
    senderStatus: '5.1.7',
  },
  virtual_mailbox: {
    maps: 'virtual_mailbox_maps',
    code: 'unknown_virtual_mailbox_reject_code',
    table: 'virtual mailbox table',
    senderStatus: '5.1.0',
  },
}

/** Tables that say of an address in any class that it is known: it will be rewritten. */
const REWRITING: Readonly<Record<Subject, readonly string[]>> = {
  recipient: ['recipient_canonical_maps', 'canonical_maps', 'virtual_alias_maps'],
  sender: ['recipient_canonical_maps', 'sender_canonical_maps', 'canonical_maps', 'virtual_alias_maps'],
}

type Check = (request: AccessRequest) => MaybePromise<Refusal | undefined>

export default definePlugin<RecipientClassesOptions>({
  name: 'recipient-classes',
  stages: ['connect', 'helo', 'mail', 'relay', 'rcpt', 'data', 'end_of_data', 'etrn', 'vrfy', 'use'],
  schema,
  parameters: PARAMETERS,
  mountedBy: ['smtpd_reject_unlisted_recipient', 'smtpd_reject_unlisted_sender'],
  restrictions: {
    reject_unlisted_recipient: () => ({ check: 'recipient' }),
    check_recipient_maps: () => ({ check: 'recipient' }),
    reject_unlisted_sender: () => ({ check: 'sender' }),
  },
  async setup({ check }, context) {
    const values = context.parameters.values(PARAMETERS)
    if (check !== 'as_parameters') return { access: await createCheck(check, values, context) }
    return {
      ...(values.smtpd_reject_unlisted_recipient ? { 'listed.recipient': await createCheck('recipient', values, context) } : {}),
      ...(values.smtpd_reject_unlisted_sender ? { 'listed.sender': await createCheck('sender', values, context) } : {}),
    }
  },
})

/** What the tables say of one kind of address. */
interface Listing {
  /** The class in which it is not listed. Rejects with TableError, or throws it. */
  missing(address: string): MaybePromise<ClassRow | undefined>
  /** Rejects with TableError, or throws it. */
  isRewritten(address: string): MaybePromise<boolean>
}

/** Opens the tables. */
async function openListing(subject: Subject, { parameters, tables, destinations }: PluginContext): Promise<Listing> {
  const open = async (name: string): Promise<Users> =>
    usersOf(await Promise.all(splitList(parameters.text(name) ?? '').map((spec) => tables.open(spec))))
  const rewriting = await Promise.all(REWRITING[subject].map(open))
  const users = new Map<AddressClass, Users>()
  for (const [name, { maps }] of Object.entries(ROWS)) users.set(name as AddressClass, await open(maps))
  const delimiter = parameters.text('recipient_delimiter') ?? ''
  const doubleBounce = parameters.text('double_bounce_sender')?.toLowerCase()

  const isListed = (group: AddressClass, resolved: string, keys: readonly string[]): MaybePromise<boolean> => {
    const user = resolved.slice(0, resolved.lastIndexOf('@')).toLowerCase()
    const always = ROWS[group]?.always
    return (always !== undefined && (always.has(user) || user === doubleBounce)) || (users.get(group)?.has(keys) ?? true)
  }
  return {
    missing: (address) =>
      after(destinations.classify(address), (group) => {
        const row = ROWS[group]
        if (row === undefined || (users.get(group)?.isEmpty === true && row.isClosed !== true)) return undefined
        return after(destinations.resolve(address), (resolved) => {
          const keys = userKeys(resolved, group === 'local', delimiter)
          const isKnown = after(anyOf(rewriting, keys), (yes) => yes || isListed(group, resolved, keys))
          return after(isKnown, (yes) => (yes ? undefined : row))
        })
      }),
    isRewritten: (address) =>
      after(destinations.classify(address), (group) =>
        after(destinations.resolve(address), (resolved) => anyOf(rewriting, userKeys(resolved, group === 'local', delimiter))),
      ),
  }
}

/** Looks up one kind of address. */
async function createCheck(subject: Subject, values: Parameters, context: PluginContext): Promise<Check> {
  if (splitList(context.parameters.text('receive_override_options') ?? '').includes('no_unknown_recipient_checks'))
    return () => undefined
  const listing = await openListing(subject, context)
  const refused = undeliverable(subject, listing.isRewritten, context)
  return (request) => {
    const address = request[subject]
    if (address === undefined || address.text === '') return undefined
    const failed = (error: unknown): Refusal => {
      context.log.warn(`${subject} ${address.text}: ${error instanceof Error ? error.message : String(error)}`)
      if (error instanceof EmptyResult) return CONFIGURATION_ERROR
      return defer(451, '4.3.0', `<${address.text}>: Temporary lookup failure`, { trouble: 'data' })
    }
    const decided = (row: ClassRow | undefined): Refusal | undefined =>
      row === undefined ? undefined : unknown(row, subject, address.text, values)
    try {
      const answer = after(refused(request), (refusal) => refusal ?? after(listing.missing(address.text), decided))
      return answer instanceof Promise ? answer.catch(failed) : answer
    } catch (error) {
      return failed(error)
    }
  }
}

function unknown(row: ClassRow, subject: Subject, address: string, values: Parameters): Refusal {
  const table = values.show_user_unknown_table_name ? ` in ${row.table}` : ''
  const [status, what] = subject === 'sender' ? [row.senderStatus, 'Sender'] : ['5.1.1', 'Recipient']
  const text = `<${address}>: ${what} address rejected: User unknown${table}`
  return refusal(values[row.code] as number, status, text, { trouble: 'bounce' })
}
