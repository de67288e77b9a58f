/**
 * header-checks: looks at headers and body lines of incoming mail with tables.
 * Postfix: header_checks, mime_header_checks, nested_header_checks, body_checks, body_checks_size_limit.
 */
import { definePlugin, MIME_LIMITS, type PluginContext, reject, splitList } from '#postern'
import type { HeaderChecksOptions } from '../../schemas/plugins/header-checks.d.ts'
import schema from '../../schemas/plugins/header-checks.json' with { type: 'json' }
import { checkBody } from './body.ts'
import { checkHeaders } from './headers.ts'
import { type Checks, Inspection } from './inspection.ts'

/** Postfix's defaults of header_size_limit and line_length_limit, bytes. */
const HEADER_SIZE = 102_400
const LINE_LENGTH = 2048

const TOO_DEEP = 'MIME nesting exceeds safety limit'

export default definePlugin<HeaderChecksOptions>({
  name: 'header-checks',
  stages: ['message'],
  schema,
  async setup(options, context) {
    if (splitList(context.parameters.text('receive_override_options') ?? '').includes('no_header_body_checks')) return {}
    const primary = await open('header_checks', options.header_checks, context)
    const inherited = (text: string) => text.replaceAll('$header_checks', options.header_checks)
    const mime = await open('mime_header_checks', inherited(options.mime_header_checks), context)
    const nested = await open('nested_header_checks', inherited(options.nested_header_checks), context)
    const body = await open('body_checks', options.body_checks, context)
    const limits = {
      nesting: count(context, 'mime_nesting_limit', MIME_LIMITS.nesting),
      boundary: count(context, 'mime_boundary_length_limit', MIME_LIMITS.boundary),
    }
    const headerSize = count(context, 'header_size_limit', HEADER_SIZE)
    const lineLength = Math.max(1, count(context, 'line_length_limit', LINE_LENGTH))
    const hasParts = context.parameters.text('disable_mime_input_processing') !== 'yes'
    const rules = { mime, nested, body, limit: options.body_checks_size_limit, limits, headerSize, lineLength }
    return {
      async 'cleanup.message'(request) {
        const inspection = new Inspection(request, (text) => context.log.warn(text))
        const contentType = hasParts ? request.headers.value('content-type') : undefined
        await checkHeaders(inspection, primary, mime, headerSize)
        if (inspection.over) return inspection.refusal
        const tooDeep = await checkBody(inspection, rules, contentType)
        if (!tooDeep || inspection.over) return inspection.refusal
        request.note('reject', '', `mime-error ${TOO_DEEP}`)
        return reject(550, '5.6.0', TOO_DEEP)
      },
    }
  },
})

async function open(name: string, specs: string, { tables }: PluginContext): Promise<Checks> {
  return { name, tables: await Promise.all(splitList(specs).map((spec) => tables.open(spec))) }
}

/** A parameter that core declares and checks. */
function count({ parameters }: PluginContext, name: string, fallback: number): number {
  return Number(parameters.text(name) ?? fallback)
}
