/**
 * header-checks: looks at headers and body lines of mail with tables: of incoming mail in `message`, of outgoing mail in `deliver`.
 * Postfix: header_checks, mime_header_checks, nested_header_checks, body_checks, body_checks_size_limit, and delivery.ts.
 */
import { definePlugin, type MessageRequest, MIME_LIMITS, type PluginContext, reject, splitList } from '#postern'
import type { HeaderChecksOptions } from '../../schemas/plugins/header-checks.d.ts'
import schema from '../../schemas/plugins/header-checks.json' with { type: 'json' }
import { type BodyRules, checkBody } from './body.ts'
import { DELIVERY_CHECKS, outgoing } from './delivery.ts'
import { checkHeaders } from './headers.ts'
import { type Checks, type Desk, Inspection } from './inspection.ts'

/** Postfix's defaults of header_size_limit and line_length_limit, bytes. */
const HEADER_SIZE = 102_400
const LINE_LENGTH = 2048

const TOO_DEEP = 'MIME nesting exceeds safety limit'

const NAMES = ['header_checks', 'mime_header_checks', 'nested_header_checks', 'body_checks'] as const
type Specs = Readonly<Record<(typeof NAMES)[number], string>>

export default definePlugin<HeaderChecksOptions>({
  name: 'header-checks',
  stages: ['message', 'deliver'],
  schema,
  parameters: DELIVERY_CHECKS,
  mountedBy: ['smtp', 'lmtp'].flatMap((agent) => NAMES.map((name) => `${agent}_${name}`)),
  async setup(options, context) {
    const isOutgoing = context.stage === 'deliver'
    const overridden = splitList(context.parameters.text('receive_override_options') ?? '')
    if (!isOutgoing && overridden.includes('no_header_body_checks')) return {}
    const prefix = isOutgoing ? `${agentOf(context)}_` : ''
    const specs = (isOutgoing && parametersFor(prefix, options, context)) || inherited(options)
    const open = (name: (typeof NAMES)[number]) => opened(prefix + name, specs[name], context)
    const primary = await open('header_checks')
    const rules: BodyRules = {
      mime: await open('mime_header_checks'),
      nested: await open('nested_header_checks'),
      body: await open('body_checks'),
      // On the way out all of it is looked at, as in Postfix.
      limit: isOutgoing ? Number.POSITIVE_INFINITY : options.body_checks_size_limit,
      limits: {
        nesting: count(context, 'mime_nesting_limit', MIME_LIMITS.nesting),
        boundary: count(context, 'mime_boundary_length_limit', MIME_LIMITS.boundary),
      },
      headerSize: count(context, 'header_size_limit', HEADER_SIZE),
      lineLength: Math.max(1, count(context, 'line_length_limit', LINE_LENGTH)),
    }
    if (isOutgoing) return outgoing({ ...rules, primary }, context)
    const checks = { primary, mime: rules.mime, size: rules.headerSize }
    const hasParts = context.parameters.text('disable_mime_input_processing') !== 'yes'
    return {
      async 'cleanup.message'(request) {
        const inspection = new Inspection(deskOf(request, context))
        const contentType = hasParts ? request.headers.value('content-type') : undefined
        await checkHeaders(inspection, request.headers, checks)
        if (inspection.over) return inspection.refusal
        const tooDeep = await checkBody(inspection, rules, contentType, request)
        if (!tooDeep || inspection.over) return inspection.refusal
        request.note('reject', '', `mime-error ${TOO_DEEP}`)
        return reject(550, '5.6.0', TOO_DEEP)
      },
    }
  },
})

function deskOf(request: MessageRequest, { log }: PluginContext): Desk {
  return {
    note: (action, text, what) => request.note(action, text, what),
    warn: (text) => log.warn(text),
    edit: (edit) => request.edit(edit),
  }
}

const agentOf = ({ parameters }: PluginContext): string => (parameters.text('process_name') === 'lmtp' ? 'lmtp' : 'smtp')

function inherited(options: HeaderChecksOptions): Specs {
  const filled = (text: string): string => text.replaceAll('$header_checks', options.header_checks)
  const { header_checks, mime_header_checks, nested_header_checks, body_checks } = options
  return {
    header_checks,
    mime_header_checks: filled(mime_header_checks),
    nested_header_checks: filled(nested_header_checks),
    body_checks,
  }
}

/** smtp_header_checks and its like; undefined when the step names tables of its own. */
function parametersFor(prefix: string, options: HeaderChecksOptions, { parameters }: PluginContext): Specs | undefined {
  if (Object.values(inherited(options)).some((specs) => specs !== '')) return undefined
  return Object.fromEntries(NAMES.map((name) => [name, parameters.text(prefix + name) ?? ''])) as Specs
}

async function opened(name: string, specs: string, { tables }: PluginContext): Promise<Checks> {
  return { name, tables: await Promise.all(splitList(specs).map((spec) => tables.open(spec))) }
}

/** A parameter that core declares and checks. */
function count({ parameters }: PluginContext, name: string, fallback: number): number {
  return Number(parameters.text(name) ?? fallback)
}
