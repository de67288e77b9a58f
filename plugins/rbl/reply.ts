/** The reply to a listed client: default_rbl_reply or the list's own template, expanded. */
import {
  type AccessRequest,
  CONFIGURATION_ERROR,
  defer,
  expandTemplate,
  filtered,
  fitStatus,
  type Refusal,
  refusal,
  requestValue,
  type Table,
} from '#postern'
import type { DnsList } from './lists.ts'
import type { Query } from './subjects.ts'

/** A hit, with the text that the list gives for it. */
export interface Listing {
  readonly list: DnsList
  readonly query: Query
  readonly reason: string
}

/** How a gateway replies to who is listed. */
export interface ReplyRules {
  /** maps_rbl_reject_code */
  readonly code: number
  /** default_rbl_reply */
  readonly template: string
  /** rbl_reply_maps: searched for the list as written, then for its domain. */
  readonly tables: readonly Table[]
  /** smtpd_expansion_filter */
  readonly allowed: ReadonlySet<string>
  warn(message: string): void
}

/** Makes refusals of listings; a table that can not be asked is an error of the configuration. */
export function replier(rules: ReplyRules): (listing: Listing, request: AccessRequest) => Promise<Refusal> {
  const templateOf = async ({ spec, domain }: DnsList): Promise<string> => {
    for (const table of rules.tables) {
      const found = (await table.lookup(spec)) ?? (await table.lookup(domain))
      if (found !== undefined) return found
    }
    return rules.template
  }
  return async (listing, request) => {
    try {
      const template = await templateOf(listing.list)
      const reply = rblReply(template, rules.code, listing, request, rules.allowed)
      if (reply !== undefined) return reply
      rules.warn(`rbl reply template for ${listing.list.spec} gives no 4xx or 5xx code: ${template}`)
      return NO_CODE
    } catch (error) {
      rules.warn(`rbl_reply_maps: ${error instanceof Error ? error.message : String(error)}`)
      return CONFIGURATION_ERROR
    }
  }
}

/** What a client hears for a template that makes no reply. */
const NO_CODE = Object.freeze(defer(450, '4.7.1', 'Service unavailable'))

/** The refusal that a template makes: its own code, and its own status, when it has one, fitted to what is listed. */
function rblReply(
  template: string,
  code: number,
  listing: Listing,
  request: AccessRequest,
  allowed: ReadonlySet<string>,
): Refusal | undefined {
  const own: Readonly<Record<string, string | undefined>> = {
    __proto__: null as never,
    rbl_code: String(code),
    rbl_class: listing.query.class,
    rbl_what: listing.query.what,
    rbl_domain: listing.list.domain,
    rbl_reason: listing.reason,
    rbl_txt: listing.reason,
  }
  const text = expandTemplate(template, (name) => {
    const value = own[name] ?? requestValue(name, request)
    return value === undefined ? undefined : filtered(value, allowed)
  })
  const match = /^([45]\d\d)(?:\s+([245]\.\d{1,3}\.\d{1,3})(?!\S))?(?:\s+|$)/.exec(text)
  if (match === null) return undefined
  const given = Number(match[1])
  return refusal(given, fitStatus(match[2] ?? '5.7.1', given, listing.query.class), text.slice(match[0].length))
}
