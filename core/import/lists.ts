/** Restriction lists to pipeline steps: each with the lines that it came from, those that are not there yet as comments. */
import { RESTRICTION_LISTS } from '../config/parameters.ts'
import {
  isIdle,
  type RestrictionWord,
  restrictionIndex,
  splitAsPostfix,
  WARN_IF_REJECT,
  whyUseless,
} from '../config/restrictions.ts'
import { splitList, wordsOf } from '../config/units.ts'
import type { Scope } from '../parameters.ts'
import type { Stage } from '../plugin.ts'
import type { KeptParameter } from './keep.ts'
import { ImportError, type Origin, type Setting } from './main-cf.ts'
import type { ImportReport } from './report.ts'
import { textOf } from './scopes.ts'
import { unheardOfTable, unsupportedTable } from './tables.ts'

/** One entry of a stage. */
export interface ImportedStep {
  /** As a restriction list writes it. */
  readonly text: string
  /** Absent: a default of Postfix. */
  readonly origin?: Origin
  /** Why it can not stand there: then it becomes a comment. */
  readonly missing?: string
}

/** What `type:name` alone means in each list (smtpd(8): access(5) tables without a restriction name). */
const BARE_TABLE: Readonly<Partial<Record<Stage, string>>> = {
  connect: 'check_client_access',
  helo: 'check_helo_access',
  mail: 'check_sender_access',
  relay: 'check_recipient_access',
  rcpt: 'check_recipient_access',
  etrn: 'check_etrn_access',
}

/** What stands for a restriction that Postfix can not understand (plugins/basics). */
const SERVER_ERROR = 'server_error'
/** Plugins whose restrictions take a table. */
const ASKING_TABLES = new Set(['access-maps', 'server-maps'])
const NOTHING_TO_ASK = 'has no domain to ask, and is passed over as in Postfix'

export interface ListContext {
  readonly scope: Scope
  readonly report: ImportReport
  /** Where a parameter was written. */
  find(name: string): Setting | undefined
}

/** The stages of smtpd's restriction lists, in the order in which they run. */
export const LIST_STAGES: readonly Stage[] = [...RESTRICTION_LISTS.keys()]

/** The steps of the list that a parameter holds. Arguments keep their `$name`, as in the pipeline; lists in lists are put in place. */
export function stepsOfList(name: string, stage: Stage, context: ListContext): ImportedStep[] {
  const classes = new Set(classesOf(context.scope))
  const steps: ImportedStep[] = []
  let warning = ''
  for (const { origin, ...restriction } of wordsOfList(name, context, [])) {
    if (restriction.name.toLowerCase() === WARN_IF_REJECT) {
      warning = `${WARN_IF_REJECT} `
      continue
    }
    const known = settled(restriction, stage)
    const step = classes.has(known.name) ? { text: written(known) } : importedStep(known, context.scope)
    if (step.why !== undefined) context.report.add(step.kind ?? 'unsupported', known.name, step.why, origin)
    const { text, missing } = step
    steps.push({
      text: `${warning}${text}`,
      ...(origin === undefined ? {} : { origin }),
      ...(missing === undefined ? {} : { missing }),
    })
    warning = ''
  }
  return steps
}

/** The names of the restriction classes that a scope has. */
export const classesOf = (scope: Scope): string[] => wordsOf(textOf(scope, 'smtpd_restriction_classes'))

/** A restriction class, without what Postern does not know. */
export function classParameter(name: string, context: ListContext): KeptParameter {
  const setting = context.find(name)
  const value = stepsOfList(name, 'rcpt', context).flatMap(({ text, missing }) => (missing === undefined ? [text] : []))
  return { name, value: value.join(', '), ...(setting === undefined ? {} : { setting }) }
}

interface PlacedWord extends RestrictionWord {
  readonly origin?: Origin
}

/** A word that is nothing but the value of another parameter. */
const REFERENCE = /^\$(?:(?<bare>\w+)|\{(?<braced>\w+)\}|\((?<round>\w+)\))$/

/** The words of a list and of the lists that it names. @param open parameters that are being read, against loops */
function wordsOfList(name: string, context: ListContext, open: readonly string[]): PlacedWord[] {
  if (open.includes(name)) throw new ImportError(`${name}: refers to itself`)
  const setting = context.find(name)
  const text = setting?.text ?? textOf(context.scope, name)
  let at = 0
  return split(text, name).flatMap((word): PlacedWord[] => {
    at = Math.max(at, text.indexOf(word.name, at))
    const origin = setting && { file: setting.origin.file, from: setting.lineOf(at), to: setting.lineOf(at) }
    at += word.name.length
    const reference = word.argument === '' ? REFERENCE.exec(word.name)?.groups : undefined
    const other = reference?.bare ?? reference?.braced ?? reference?.round
    if (other !== undefined) return wordsOfList(other, context, [...open, name])
    const placed = origin === undefined ? {} : { origin }
    if (!word.name.includes('$') && !isSeveral(word.argument, context.scope)) return [{ ...word, ...placed }]
    // A condition, or a name in pieces: what it comes to now is what is imported.
    return split(expanded(word, context.scope, name), name).map((each) => ({ ...each, ...placed }))
  })
}

/** Is an argument with `$name` more than one word? Then the others are no part of it. */
function isSeveral(argument: string, scope: Scope): boolean {
  try {
    return argument.includes('$') && splitList(scope.expand(argument)).length > 1
  } catch {
    return false
  }
}

function expanded({ name, argument }: RestrictionWord, scope: Scope, list: string): string {
  try {
    return scope.expand(`${name} ${argument}`).replaceAll('$', '$$$$')
  } catch (error) {
    throw new ImportError(`${list}: ${(error as Error).message}`)
  }
}

function split(text: string, name: string): RestrictionWord[] {
  try {
    return splitAsPostfix(text)
  } catch (error) {
    throw new ImportError(`${name}: ${(error as Error).message}`)
  }
}

/** Bare tables under the restriction that they stand for. */
function settled({ name, argument }: RestrictionWord, stage: Stage): RestrictionWord {
  return name.includes(':') ? { name: BARE_TABLE[stage] ?? 'check_client_access', argument: name } : { name, argument }
}

const written = ({ name, argument }: RestrictionWord): string => (argument === '' ? name : `${name} ${argument}`)

/** With `$name` expanded, to be judged; as it stands when it can not be. */
function argumentOf({ argument }: RestrictionWord, scope: Scope): string {
  try {
    return argument.includes('$') ? scope.expand(argument).trim() : argument
  } catch {
    return argument
  }
}

/** Why a restriction that looks into a table can not: there is no such type anywhere. */
function unknownType({ name }: RestrictionWord, argument: string): string | undefined {
  const type = ASKING_TABLES.has(restrictionIndex().restrictions.get(name)?.plugin ?? '') ? unheardOfTable(argument) : undefined
  return type === undefined ? undefined : `unsupported dictionary type: ${type}`
}

interface Imported {
  readonly text: string
  readonly missing?: string
  /** For the report. */
  readonly why?: string
  readonly kind?: 'ignored'
}

/** A restriction as it can be had here: what Postfix answers 451 for stays so. */
function importedStep(word: RestrictionWord, scope: Scope): Imported {
  const text = written(word)
  const argument = argumentOf(word, scope)
  const useless = whyUseless({ ...word, argument }) ?? unknownType(word, argument)
  if (useless !== undefined) {
    const why = restrictionIndex().restrictions.has(word.name) ? 'can not be used' : 'is no restriction'
    return { text: `${SERVER_ERROR} {${useless.replaceAll('$', '$$$$')}}`, why: `${why}: it answers 451, as in Postfix` }
  }
  if (isIdle(word)) return { text, missing: NOTHING_TO_ASK, why: NOTHING_TO_ASK, kind: 'ignored' }
  const type = unsupportedTable(argument)
  if (type === undefined) return { text }
  const why = `there are no ${type} tables in this version`
  return { text, missing: why, why }
}

/** Restrictions that keep strangers from relaying, wherever they stand (smtpd(8): "open relay" check at the start). */
const STOPPERS = new Set(['reject', 'defer', 'defer_if_permit', 'reject_unauth_destination', 'defer_unauth_destination'])

/** Does the list say who may relay? */
export function stopsRelaying(steps: readonly ImportedStep[]): boolean {
  return steps.some(({ text, missing }) => missing === undefined && STOPPERS.has(text))
}
