/** The model of an imported gateway as YAML that reads as if a person had written it. */
import { stringify } from 'yaml'
import type { ImportedGateway } from './gateway.ts'
import type { KeptParameter } from './keep.ts'
import type { ImportedListener } from './listeners.ts'
import type { ImportedStep } from './lists.ts'
import { type Origin, renderOrigin } from './main-cf.ts'
import type { ImportedStages, PluginStep } from './stages.ts'
import type { ImportedTransport } from './transports.ts'

/** Lists longer than this are written with one item on each line. */
const WIDTH = 100
const FLOW = { collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: false } as const

/** The whole file. */
export function writeGateway(gateway: ImportedGateway): string {
  const { directory, parameters, listeners, transports, logFile } = gateway
  const blocks = [
    [
      `# What Postfix did with ${commentText(directory)}, by postern import. The comments say where each entry came from.`,
      'version: 1',
    ],
    section('parameters', parameterLines(parameters)),
    section('listeners', listeners.flatMap(listenerLines)),
    section('pipeline', pipelineLines(gateway)),
    section('transports', transports.flatMap(transportLines)),
    logFile === undefined ? [] : [noted(`log: ${flow({ file: logFile.text })}`, renderOrigin(logFile.origin))],
  ]
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`
}

function section(name: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`${name}:`, ...indented(lines)]
}

const indented = (lines: readonly string[], by = '  '): string[] => lines.map((line) => (line === '' ? '' : by + line))
/** What is no part of a line can not stand in a comment. */
const commentText = (words: string): string => words.replaceAll(/[^\t -~\u00a0-\u2027\u202a-\ud7ff\ue000-\ufffd]/g, ' ')

const noted = (line: string, note: string | undefined): string => (note === undefined || note === '' ? line : `${line} # ${note}`)

/** A text in block context, quoted where YAML would take it for something else. */
const text = (value: string): string => stringify(value, { lineWidth: 0 }).trimEnd()

/** A value: numbers stay bare. */
const scalar = (value: string | number): string =>
  /^(?:0|[1-9]\d{0,14})$/.test(String(value)) ? String(value) : text(String(value))

const flow = (value: unknown): string => stringify(value, FLOW).trimEnd()

function parameterLines(parameters: readonly KeptParameter[]): string[] {
  return parameters.flatMap(({ name, value, setting, note }) => {
    const where = [setting === undefined ? undefined : renderOrigin(setting.origin), note]
      .filter((word) => word !== undefined)
      .join(': ')
    if (typeof value === 'string') return [noted(`${text(name)}: ${scalar(value)}`, where)]
    const line = `${text(name)}: ${flow(value)}`
    return line.length <= WIDTH
      ? [noted(line, where)]
      : [noted(`${text(name)}:`, where), ...value.map((word) => `  - ${scalar(word)}`)]
  })
}

/** `- name: x` and its further lines. */
function item(lines: readonly string[]): string[] {
  return lines.map((line, i) => (i === 0 ? `- ${line}` : line === '' ? '' : `  ${line}`))
}

function listenerLines({ name, listen, parameters, stages, message, origin }: ImportedListener): string[] {
  const own = [
    ...stageLines(stages),
    ...(message === 'same' ? [] : pluginStage('message', message === undefined ? [] : [message])),
  ]
  return item([
    noted(`name: ${text(name)}`, renderOrigin(origin)),
    `listen: ${listen.length === 1 ? scalar(listen[0] ?? '') : flow(listen)}`,
    ...section('parameters', parameterLines(parameters)),
    ...section('pipeline', own),
  ])
}

function transportLines({ name, agent, flags, parameters, deliver, origin }: ImportedTransport): string[] {
  return item([
    noted(`name: ${text(name)}`, renderOrigin(origin)),
    `agent: ${agent}`,
    ...(flags === undefined ? [] : [`flags: ${flags}`]),
    ...section('parameters', parameterLines(parameters)),
    ...section('pipeline', deliver === undefined ? [] : pluginStage('deliver', deliver)),
  ])
}

function pipelineLines({ stages, message, deliver }: ImportedGateway): string[] {
  const used = { ...stages, steps: new Map([...stages.steps].filter(([, steps]) => steps.length > 0)) }
  return [
    ...stageLines(used),
    ...(message === undefined ? [] : pluginStage('message', [message])),
    ...(deliver.length === 0 ? [] : pluginStage('deliver', deliver)),
  ]
}

function stageLines({ steps, comments }: ImportedStages): string[] {
  return [...steps].flatMap(
    ([stage, list]) => oneLine(stage, list, comments.get(stage)) ?? manyLines(stage, list, comments.get(stage)),
  )
}

/** A short list that came from one line stays on one. */
function oneLine(stage: string, steps: readonly ImportedStep[], comment: string | undefined): string | undefined {
  const places = new Set(steps.map(({ origin }) => place(origin)))
  if (places.size > 1 || steps.some(({ missing, text }) => missing !== undefined || text.includes(' '))) return undefined
  const line = `${stage}: ${flow(steps.map(({ text }) => text))}`
  return line.length <= WIDTH ? noted(line, comment ?? [...places].join('')) : undefined
}

function manyLines(stage: string, steps: readonly ImportedStep[], comment: string | undefined): string[] {
  // A comment in place of the only entry would leave nothing, which is no list.
  const isEmpty = steps.every(({ missing }) => missing !== undefined)
  return [
    noted(isEmpty ? `${stage}: []` : `${stage}:`, comment),
    ...steps.map(({ text, missing, origin }) =>
      missing === undefined
        ? noted(`  - ${scalar(text)}`, place(origin))
        : noted(`  # - ${commentText(text)}`, `${missing}${origin === undefined ? '' : ` (${place(origin)})`}`),
    ),
  ]
}

const place = (origin: Origin | undefined): string => (origin === undefined ? '' : renderOrigin(origin))

function pluginStage(stage: string, steps: readonly PluginStep[]): string[] {
  if (steps.length === 0) return [`${stage}: []`]
  return [`${stage}:`, ...indented(steps.flatMap(pluginLines))]
}

function pluginLines({ plugin, options }: PluginStep): string[] {
  if (options.size === 0) return [noted(`- ${plugin}`, "Postfix's default")]
  return [
    `- ${plugin}:`,
    ...[...options].map(([name, { value, setting }]) => noted(`    ${name}: ${scalar(value)}`, place(setting?.origin))),
  ]
}
