/**
 * The same tables on mail on its way out, by a server's transport: they change it, and decide nothing.
 * Postfix: smtp_header_checks, smtp_mime_header_checks, smtp_nested_header_checks, smtp_body_checks, and those of lmtp(8).
 */
import { declare, type Handlers, list, type OutgoingContext, oneLine, type PluginContext } from '#postern'
import { parseOutgoingAction } from './actions.ts'
import { type BodyRules, checkedBody, concernsBody } from './body.ts'
import { checkHeaders } from './headers.ts'
import { type Checks, type Desk, Inspection } from './inspection.ts'

export const DELIVERY_CHECKS = declare('plugin:header-checks', {
  smtp_header_checks: list('', 'Tables for the headers of mail that goes out by SMTP, but for MIME headers; they can change it.'),
  smtp_mime_header_checks: list('', 'Tables for MIME headers of mail that goes out by SMTP.'),
  smtp_nested_header_checks: list('', 'Tables for the headers of messages attached to mail that goes out by SMTP.'),
  smtp_body_checks: list('', 'Tables for all other lines of mail that goes out by SMTP.'),
  lmtp_header_checks: list('', 'Tables for the headers of mail that goes out by LMTP, but for MIME headers; they can change it.'),
  lmtp_mime_header_checks: list('', 'Tables for MIME headers of mail that goes out by LMTP.'),
  lmtp_nested_header_checks: list('', 'Tables for the headers of messages attached to mail that goes out by LMTP.'),
  lmtp_body_checks: list('', 'Tables for all other lines of mail that goes out by LMTP.'),
})

/** What mail on its way out is looked at with. */
export interface OutgoingRules extends BodyRules {
  readonly primary: Checks
}

/** The handlers of a transport. */
export function outgoing(rules: OutgoingRules, context: PluginContext): Handlers {
  const { primary, mime } = rules
  return {
    async 'smtp.message'(message, place) {
      const inspection = new Inspection(desk(context, place), parseOutgoingAction)
      const contentType = message.headers.value('content-type')
      if (primary.tables.length + mime.tables.length > 0)
        await checkHeaders(inspection, message.headers, { primary, mime, size: rules.headerSize })
      if (!concernsBody(rules, contentType)) return message
      const body = message.body ?? message.stored?.()
      if (body === undefined) return message
      return { ...message, body: checkedBody(inspection, rules, contentType, body) }
    },
  }
}

function desk({ emit, log }: PluginContext, { destination, envelope }: OutgoingContext): Desk {
  return {
    note(action, text, what) {
      const message = oneLine(`${action}: ${what}${text === '' ? '' : `: ${text}`}`)
      emit({ type: 'peer', transport: destination.transport, queueId: envelope.id, message })
    },
    warn: (text) => log.warn(text),
    edit: () => undefined,
  }
}
