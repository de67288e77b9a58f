/**
 * Checks values against JSON Schema 2020-12 and says what is wrong in words an administrator can use. That a value fits one of
 * our own schemas is seen by code generated from it; ajv is loaded only to say what is wrong, and for the schemas of others.
 */
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AnySchemaObject, ErrorObject, Options, ValidateFunction } from 'ajv'
import type ajv2020 from 'ajv/dist/2020.js'
import { suggest } from '../lookup/suggest.ts'
import { type Path, renderPath } from './path.ts'
import { readSchema, SCHEMAS } from './places.ts'

/** One failed check, before it has a place. */
export interface Finding {
  readonly path: Path
  /** The place is that of the last key of the path, not of its value. */
  readonly atKey: boolean
  readonly message: string
  readonly text?: string
  readonly suggestion?: string
}

const require = createRequire(import.meta.url)
/** What `SCHEMAS/NAME.check.cjs` exports: each fills in defaults and says whether the value fits. */
type Checks = Readonly<Record<string, (value: unknown) => boolean>>
/** Of plugins that declare none. */
const NO_OPTIONS = Object.freeze({ type: 'object', additionalProperties: false, properties: {} })
/** The export for the schema itself. */
const WHOLE = 'whole'

const own = new Map<string, Checks>()
let compiler: InstanceType<typeof ajv2020.Ajv2020> | undefined
const compiled = new WeakMap<object, ValidateFunction>()

/**
 * Checks `value` against the schema of a plugin and fills in defaults, in place.
 * @throws Error when the schema itself is wrong
 */
export function check(schema: object = NO_OPTIONS, value: unknown): Finding[] {
  let validate = compiled.get(schema)
  if (validate === undefined) {
    compiler ??= createCompiler({ allErrors: true, verbose: true })
    validate = compiler.compile(withoutId(schema as AnySchemaObject))
    compiled.set(schema, validate)
  }
  if (validate(value)) return []
  return findings(validate.errors ?? [])
}

/**
 * The same for a schema of our own, by its name under schemas/ (`core`, `plugins/rbl`).
 * @param definition one of its `$defs` instead of the whole
 */
export function checkOwn(name: string, value: unknown, definition = WHOLE): Finding[] {
  if (checksOf(name)[definition]?.(value) === true) return []
  const schema = readSchema(`${name}.json`)
  return check(definition === WHOLE ? schema : { $defs: schema?.$defs, $ref: `#/$defs/${definition}` }, value)
}

function checksOf(name: string): Checks {
  let checks = own.get(name)
  if (checks === undefined) {
    const file = `${SCHEMAS}${name}.check.cjs`
    checks = existsSync(file) ? (require(file) as Checks) : {}
    own.set(name, checks)
  }
  return checks
}

/** A compiler that trusts schemas: to check them against their own would take most of the time, and compiling finds what matters. */
export function createCompiler(options: Options): NonNullable<typeof compiler> {
  const { Ajv2020 } = require('ajv/dist/2020.js') as typeof ajv2020
  const trusting = { meta: false, validateSchema: false, strict: false, allowUnionTypes: true }
  return new Ajv2020({ useDefaults: true, ...trusting, ...options })
}

/** Ids are for editors; here they would clash when a schema is read twice. */
export function withoutId({ $id: _id, $schema: _schema, ...rest }: AnySchemaObject): AnySchemaObject {
  return rest
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
