/**
 * bounce-templates: what notices of failure, delay and success say, from a file.
 * Postfix: bounce_template_file, bounce(5).
 */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import {
  type BounceRequest,
  declare,
  definePlugin,
  expandTemplate,
  type Notice,
  parseAddresses,
  type Scope,
  text,
} from '#postern'
import { parseTemplates, type Template } from './parse.ts'
import { templateValue } from './values.ts'

const PARAMETERS = declare('plugin:bounce-templates', {
  bounce_template_file: text(
    '',
    'File with the texts of notices of failure, delay and success; those it does not have stay as they are.',
  ),
})

const NAMES: Readonly<Record<BounceRequest['kind'], string>> = {
  failure: 'failure_template',
  delay: 'delay_template',
  success: 'success_template',
}

export default definePlugin({
  name: 'bounce-templates',
  stages: ['use', 'bounce'],
  parameters: PARAMETERS,
  mountedBy: ['bounce_template_file'],
  setup(_options, { parameters, baseDirectory }) {
    const file = parameters.values(PARAMETERS).bounce_template_file.trim()
    if (file === '') return {}
    const path = resolve(baseDirectory, file)
    const templates = parseTemplates(readFileSync(path), path)
    const origin = parameters.text('myorigin') ?? ''
    return {
      'bounce.compose': (notice, { kind }) => {
        const template = templates.get(NAMES[kind])
        return template === undefined ? undefined : composed(notice, template, parameters, origin)
      },
    }
  },
})

/** The notice as the template has it. A copy for the postmaster has no text for people. */
function composed(notice: Notice, template: Template, parameters: Scope, origin: string): Notice {
  const isCopy = notice.isCopy === true
  const explain = (): readonly string[] =>
    template.text.map((line) => expandTemplate(line, (name) => templateValue(name, parameters)))
  return {
    ...notice,
    charset: template.charset ?? notice.charset ?? 'utf-8',
    from: template.from === undefined ? notice.from : completed(template.from, origin),
    subject: (isCopy ? template.postmasterSubject : template.subject) ?? notice.subject,
    explanation: isCopy ? notice.explanation : explain(),
  }
}

/** Addresses without a domain are ours. */
function completed(from: string, origin: string): string {
  const list = parseAddresses(from)
  if (origin === '' || !list.isLocal.includes(true)) return from
  const fresh = list.addresses.map((address, i) => (list.isLocal[i] === true ? `${address}@${origin}` : undefined))
  return list.written('From', fresh).replace(/^From:\s*/, '')
}
