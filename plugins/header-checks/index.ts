/**
 * header-checks: looks at headers and body lines of incoming mail with tables.
 * Postfix: header_checks, mime_header_checks, nested_header_checks, body_checks, body_checks_size_limit.
 */
import { definePlugin, MIME_LIMITS, type PluginContext, splitList } from '#postern'
import type { HeaderChecksOptions } from '../../schemas/plugins/header-checks.d.ts'
import schema from '../../schemas/plugins/header-checks.json' with { type: 'json' }
import { checkBody } from './body.ts'
import { checkHeaders } from './headers.ts'
import { type Checks, Inspection } from './inspection.ts'

/** Postfix's default of header_size_limit, bytes. */
const HEADER_SIZE = 102_400

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
    const rules = { mime, nested, body, limit: options.body_checks_size_limit, limits, headerSize }
    return {
      async 'cleanup.message'(request) {
        const inspection = new Inspection(request, (text) => context.log.warn(text))
        const contentType = request.headers.value('content-type')
        await checkHeaders(inspection, primary, mime)
        if (inspection.over) return inspection.refusal
        const tooDeep = await checkBody(inspection, rules, contentType)
        if (tooDeep) context.log.warn(`${request.queueId}: MIME nesting exceeds the limit`)
        return inspection.refusal
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
