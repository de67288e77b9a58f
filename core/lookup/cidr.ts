/** cidr_table(5): networks and addresses with values, first match wins; `!`, `if` and `endif`. */
import { type Cidr, cidrMatch, type Ip, parseCidr, parseIp, strayBits } from '../net/ip.ts'
import { compileRules, type Rule } from './rules.ts'
import { openSource, wholly } from './source.ts'
import type { TableType } from './table.ts'

const read = wholly((lines, warn) => {
  const rules = compileRules<Ip>(lines, warn, (text, line) => {
    const match = /^(!?)\s*(\S+)\s*(.*)$/s.exec(text)
    const network = parseCidr(match?.[2] ?? '')
    if (match === null || network === undefined) {
      const meant = strayBits(match?.[2] ?? '')
      warn(line, meant === undefined ? `bad network pattern: ${text}` : `host bits are not zero, ${meant} is meant? line ignored`)
      return undefined
    }
    return { matches: matcher(network, match[1] === '!'), rest: match[3] ?? '' }
  })
  return (key) => {
    const ip = parseIp(key)
    return ip === undefined ? undefined : rules(ip)
  }
})

function matcher(network: Cidr, negated: boolean): Rule<Ip>['matches'] {
  // A pattern says nothing about addresses of the other family, not even by negation.
  return (ip) => (ip.family !== network.family || cidrMatch(network, ip) === negated ? undefined : '')
}

export const cidr: TableType = {
  name: 'cidr',
  open: (name, context) => openSource('cidr', name, true, read, context),
}
