/**
 * proxy-filter: sends each message through an SMTP content filter before the client gets its answer.
 * Postfix: smtpd_proxy_filter, smtpd_proxy_ehlo, smtpd_proxy_timeout, smtpd_proxy_options.
 */
import { resolve } from 'node:path'
import { type AdmitRequest, declare, defer, definePlugin, list, type Refusal, text, time } from '#postern'
import { Passage } from './passage.ts'
import { Replay } from './replay.ts'

const PARAMETERS = declare('plugin:proxy-filter', {
  smtpd_proxy_filter: text(
    '',
    'SMTP filter that each message goes through while its client waits: `host:port`, `[address]:port`, `unix:path`. The filter hands it on itself, usually to another listener.',
  ),
  smtpd_proxy_ehlo: text('$myhostname', 'Name that the filter is greeted with.'),
  smtpd_proxy_options: list('', '`speed_adjust`: talk to the filter only once the whole message is there.'),
  smtpd_proxy_timeout: time('100s', 'Longest wait for a connection to the filter, for a reply, and for room to write.'),
})

export default definePlugin({
  name: 'proxy-filter',
  stages: ['use'],
  parameters: PARAMETERS,
  mountedBy: ['smtpd_proxy_filter'],
  setup(_options, { parameters, smtpServer, baseDirectory, emit }) {
    const values = parameters.values(PARAMETERS)
    const name = values.smtpd_proxy_filter.trim()
    if (name === '') return {}
    const filter = {
      name,
      server: smtpServer(name),
      helo: values.smtpd_proxy_ehlo,
      timeout: values.smtpd_proxy_timeout,
      warn: (message: string) => emit({ type: 'warning', where: 'smtpd', message }),
    }
    if (!values.smtpd_proxy_options.some((word) => word.toLowerCase() === 'speed_adjust'))
      return { 'queue.proxy': (request) => new Passage(filter, request) }
    const directory = resolve(baseDirectory, parameters.text('queue_directory') ?? '')
    const limit = Number(parameters.text('message_size_limit') ?? 0)
    return {
      'queue.proxy': (request) => new Replay(() => new Passage(filter, request), directory, filter.warn),
      'queue.admit': (request) => admitted(request, limit),
    }
  },
})

/** Messages wait on the disk of the queue until they are whole. */
function admitted({ space: { freeBytes, writable } }: AdmitRequest, limit: number): Refusal | undefined {
  if (writable && freeBytes >= 1.5 * limit) return undefined
  return defer(452, '4.3.1', 'Insufficient system storage')
}
