/** Checks values against JSON Schema 2020-12 (ajv) and says what is wrong in words an administrator can use. */
import type { AnySchemaObject, ErrorObject, ValidateFunction } from 'ajv'
import ajv2020 from 'ajv/dist/2020.js'
import { suggest } from '../lookup/suggest.ts'
import { type Path, renderPath } from './document.ts'
import { readSchema } from './places.ts'

/** One failed check, before it has a place. */
export interface Finding {
  readonly path: Path
  /** The place is that of the last key of the path, not of its value. */
  readonly atKey: boolean
  readonly message: string
  readonly text?: string
  readonly suggestion?: string
}

const { Ajv2020 } = ajv2020
// Checking schemas against their own schema would take most of the time of a start; compiling them finds what matters.
const trusting = { meta: false, validateSchema: false } as const
const ajv = new Ajv2020({ allErrors: true, useDefaults: true, verbose: true, strict: false, allowUnionTypes: true, ...trusting })
const common = readSchema('common.json')
if (common !== undefined) ajv.addSchema(common, 'common.json')
const compiled = new WeakMap<object, ValidateFunction>()

/**
 * Checks `value` and fills in defaults, in place.
 * @throws Error when the schema itself is wrong
 */
export function check(schema: object, value: unknown): Finding[] {
  let validate = compiled.get(schema)
  if (validate === undefined) {
    validate = ajv.compile(relocated(schema as AnySchemaObject))
    compiled.set(schema, validate)
  }
  if (validate(value)) return []
  return findings(validate.errors ?? [])
}

/** Ids are for editors; here they would clash when a schema is read twice. References to common.json are made plain. */
function relocated(schema: AnySchemaObject): AnySchemaObject {
  const { $id: _id, $schema: _schema, ...rest } = schema
  return JSON.parse(
    JSON.stringify(rest).replaceAll(/"\$ref":"(?:\.\.?\/)+common\.json/g, '"$ref":"common.json'),
  ) as AnySchemaObject
}

/** A union that failed is told once, by what it wanted; errors of its branches are told only when one branch was near. */
function findings(errors: readonly ErrorObject[]): Finding[] {
  const unions = errors.filter(({ keyword }) => keyword === 'anyOf' || keyword === 'oneOf')
  const inUnion = (error: ErrorObject): boolean =>
    unions.some((union) => union !== error && error.schemaPath.startsWith(`${union.schemaPath}/`) && covers(union, error))
  const told = errors.filter((error) => !unions.includes(error) && !inUnion(error)).map(finding)
  const outer = unions.filter((union) => !inUnion(union))
  return [...told, ...outer.flatMap((union) => unionFindings(union, errors))].filter(unique)
}

function covers(union: ErrorObject, error: ErrorObject): boolean {
  return error.instancePath === union.instancePath || error.instancePath.startsWith(`${union.instancePath}/`)
}

function unionFindings(union: ErrorObject, errors: readonly ErrorObject[]): Finding[] {
  const inner = errors.filter((error) => error.schemaPath.startsWith(`${union.schemaPath}/`) && covers(union, error))
  const branchOf = (error: ErrorObject): string => error.schemaPath.slice(union.schemaPath.length + 1).split('/')[0] ?? ''
  const branches = Map.groupBy(inner, branchOf)
  const wrongType = (error: ErrorObject): boolean => error.keyword === 'type' && error.instancePath === union.instancePath
  const near = [...branches.values()].filter((branch) => !branch.some(wrongType))
  near.sort((a, b) => a.length - b.length)
  const [nearest] = near
  const isDeep = nearest?.some(({ instancePath }) => instancePath !== union.instancePath) === true
  if (nearest !== undefined && (isDeep || (near.length === 1 && expected(union) === undefined)))
    return nearest.filter(({ keyword }) => keyword !== 'anyOf' && keyword !== 'oneOf').map(finding)
  const words = inner.filter(({ keyword }) => keyword === 'enum' || keyword === 'const').flatMap(allowed)
  const types = [...new Set(inner.filter(wrongType).flatMap(({ params }) => [params.type].flat() as string[]))].map(article)
  const forms = [...types, ...words].join(' or ')
  return [
    {
      ...base(union),
      message: `must be ${expected(union) ?? (forms || 'of another form')}`,
      ...shown(union.data),
      ...didYouMean(union.data, words),
    },
  ]
}

/** The words of an enum or const error. */
function allowed({ keyword, params }: ErrorObject): string[] {
  return (keyword === 'const' ? [params.allowedValue] : (params.allowedValues as unknown[])).map(String)
}

function oneOf(error: ErrorObject, words: readonly string[]): Finding {
  const known = [...new Set(words)]
  const list = known.length > 12 ? `${known.slice(0, 12).join(', ')}, ...` : known.join(', ')
  const message = known.length === 1 ? `must be ${list}` : `must be one of ${list}`
  return { ...base(error), message, ...shown(error.data), ...(known.length === 1 ? {} : didYouMean(error.data, known)) }
}

/** What a schema says in words of its own: `expected` beside the keyword that failed. */
function expected({ parentSchema }: ErrorObject): string | undefined {
  return (parentSchema as { expected?: string } | undefined)?.expected
}

function didYouMean(value: unknown, words: readonly string[]): { suggestion?: string } {
  const near = typeof value === 'string' ? suggest(value, words) : undefined
  return near === undefined ? {} : { suggestion: `did you mean ${JSON.stringify(near)}?` }
}

const MESSAGES: Readonly<Record<string, (error: ErrorObject) => Finding>> = {
  additionalProperties: (error) => unknownKey(error, error.params.additionalProperty as string),
  unevaluatedProperties: (error) => unknownKey(error, error.params.unevaluatedProperty as string),
  propertyNames: (error) => unknownKey(error, error.params.propertyName as string),
  required: (error) => ({ ...base(error), message: `${String(error.params.missingProperty)} is missing` }),
  type: (error) => ({
    ...base(error),
    message: `must be ${[error.params.type].flat().map(article).join(' or ')}`,
    ...shown(error.data),
  }),
  enum: (error) => oneOf(error, allowed(error)),
  const: (error) => oneOf(error, allowed(error)),
  minItems: (error) => ({ ...base(error), message: `needs at least ${counted(error.params.limit as number)}` }),
  minLength: (error) => ({ ...base(error), message: 'must not be empty', ...shown(error.data) }),
  pattern: (error) => ({
    ...base(error),
    message: `must be ${expected(error) ?? `like ${String(error.params.pattern)}`}`,
    ...shown(error.data),
  }),
}

function finding(error: ErrorObject): Finding {
  const told = MESSAGES[error.keyword]
  return told === undefined ? { ...base(error), message: error.message ?? 'is not valid', ...shown(error.data) } : told(error)
}

function unknownKey(error: ErrorObject, key: string): Finding {
  const known = Object.keys((error.parentSchema as { properties?: object } | undefined)?.properties ?? {})
  const path = [...pathOf(error.instancePath), key]
  const none = known.length === 0 ? 'takes no options' : undefined
  return { path, atKey: true, message: none ?? 'is not known here', ...hint(key, known) }
}

function base(error: ErrorObject): { path: Path; atKey: boolean } {
  return { path: pathOf(error.instancePath), atKey: false }
}

function pathOf(pointer: string): Path {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part))
}

/** `did you mean "x"?`, or the known words when they are few. */
export function hint(word: string, known: readonly string[]): { suggestion?: string } {
  const near = didYouMean(word, known)
  if (near.suggestion !== undefined) return near
  return known.length > 0 && known.length <= 16 ? { suggestion: `known are ${known.join(', ')}` } : {}
}

function shown(value: unknown): { text?: string } {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text === undefined || text.length > 80 ? {} : { text }
}

const counted = (limit: number): string => (limit === 1 ? 'one entry' : `${limit} entries`)

const ARTICLES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
  null: 'empty',
}
const article = (type: string): string => ARTICLES[type] ?? type

function unique(finding: Finding, index: number, all: readonly Finding[]): boolean {
  const key = (each: Finding): string => `${renderPath(each.path)} ${each.message}`
  return all.findIndex((each) => key(each) === key(finding)) === index
}
