/** The reply to a listed client: default_rbl_reply or the list's own template, expanded. */
import { type AccessRequest, expandTemplate, filtered, type Refusal, refusal, requestValue } from '#postern'
import type { DnsList } from './lists.ts'
import type { Query } from './subjects.ts'

/** A hit, with the text that the list gives for it. */
export interface Listing {
  readonly list: DnsList
  readonly query: Query
  readonly reason: string
}

/** The refusal that a template makes; its own code and status, when it begins with such, else `code` and 5.7.1. */
export function rblReply(
  template: string,
  code: number,
  listing: Listing,
  request: AccessRequest,
  allowed: ReadonlySet<string>,
): Refusal {
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
  const match = /^([45]\d\d)(?:\s+([45]\.\d{1,3}\.\d{1,3}))?(?:\s+|$)/.exec(text)
  if (match === null) return refusal(code, '5.7.1', text)
  return refusal(Number(match[1]), match[2] ?? '5.7.1', text.slice(match[0].length))
}
