/** The option table of a plugin's page, between `<!-- options -->` and `<!-- /options -->`. */
import type { OptionSchema } from '../../core/plugin.ts'

const BEGIN = '<!-- options -->'
const END = '<!-- /options -->'

interface Property {
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly items?: Property
  readonly anyOf?: readonly Property[]
  readonly oneOf?: readonly Property[]
  readonly $ref?: string
  readonly default?: unknown
  readonly description?: string
}

export function optionTable(schema: OptionSchema): string {
  const properties = Object.entries((schema.properties ?? {}) as Record<string, Property>)
  const required = (schema.required ?? []) as readonly string[]
  if (properties.length === 0) return 'It takes no options.'
  const rows = properties.map(([name, property]) => {
    const fallback = required.includes(name) && property.default === undefined ? 'required' : code(property.default)
    return [`\`${name}\``, cell(typeOf(property)), cell(fallback), cell(property.description ?? '')]
  })
  return aligned([['option', 'type', 'default', 'meaning'], ...rows])
}

/** Columns of one width, as the formatter leaves them. */
function aligned(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(3, ...rows.map((row) => row[column]?.length ?? 0)))
  const line = (cells: readonly string[]): string => `| ${cells.map((text, i) => text.padEnd(widths[i] ?? 0)).join(' | ')} |`
  const [head = [], ...body] = rows
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n')
}

/** The page with its table replaced; undefined when the page has no place for one. */
export function withTable(page: string, table: string): string | undefined {
  const begin = page.indexOf(BEGIN)
  const end = page.indexOf(END)
  if (begin < 0 || end < begin) return undefined
  return `${page.slice(0, begin + BEGIN.length)}\n${table}\n${page.slice(end)}`
}

function typeOf({ type, enum: words, const: only, items, anyOf, oneOf, $ref }: Property): string {
  if (words !== undefined) return words.map(code).join(', ')
  if (only !== undefined) return code(only)
  const union = anyOf ?? oneOf
  if (union !== undefined) return [...new Set(union.map(typeOf))].join(' or ')
  if (type === 'array') return items === undefined ? 'list' : `list of ${typeOf(items)}`
  if ($ref !== undefined) return $ref.split('/').at(-1) ?? ''
  return [type ?? 'any'].flat().join(' or ')
}

function code(value: unknown): string {
  return value === undefined ? '' : `\`${JSON.stringify(value)}\``
}

/** Pipes and line ends would break the table. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll(/\s*\n\s*/g, ' ')
}
