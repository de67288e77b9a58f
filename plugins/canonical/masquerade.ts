/** Hosts hidden behind their domain. Postfix: masquerade_domains, masquerade_exceptions. */
import type { MatchList } from '#postern'

/** One element of masquerade_domains. */
export interface MasqueradeRule {
  /** In lower case. */
  readonly domain: string
  /** `!domain`: what fits stays as it is. */
  readonly keeps: boolean
}

/** Reads the list; several `!` undo each other. */
export function masqueradeRules(words: readonly string[]): readonly MasqueradeRule[] {
  return words.flatMap((word) => {
    const [marks = ''] = /^!*/.exec(word) ?? []
    const domain = word.slice(marks.length).toLowerCase()
    return domain === '' ? [] : [{ domain, keeps: marks.length % 2 === 1 }]
  })
}

/** The address with the first domain that it is in, or in a subdomain of. */
export async function masquerade(address: string, rules: readonly MasqueradeRule[], exceptions: MatchList): Promise<string> {
  const at = address.lastIndexOf('@')
  if (at < 0) return address
  const domain = address.slice(at + 1).toLowerCase()
  const rule = rules.find((each) => domain === each.domain || domain.endsWith(`.${each.domain}`))
  if (rule === undefined || rule.keeps || domain === rule.domain) return address
  return (await exceptions.name(address.slice(0, at))) ? address : `${address.slice(0, at + 1)}${rule.domain}`
}
