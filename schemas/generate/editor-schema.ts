/** schemas/postern.json: the whole file for editors, with every restriction, plugin option and parameter that exists. */
import type { ParameterRow } from '../../core/config/registry.ts'
import type { FoundPlugin } from './declared.ts'

type Schema = Record<string, unknown>
type Core = Schema & { $defs: Record<string, Schema & { properties: Record<string, Schema> }> }

export function editorSchema(core: Core, parameters: readonly ParameterRow[], plugins: readonly FoundPlugin[]): Schema {
  const stages = new Map<string, FoundPlugin[]>()
  for (const found of plugins) {
    for (const stage of found.plugin.stages) stages.set(stage, [...(stages.get(stage) ?? []), found])
  }
  const steps = [...stages].map(([stage, found]) => [`steps.${stage}`, stepsSchema(found, core)] as const)
  return {
    ...core,
    title: 'Postern gateway',
    description: 'Configuration of a Postern mail gateway. Generated.',
    $defs: {
      ...core.$defs,
      parameters: parametersSchema(core, parameters),
      gatewayPipeline: typed(core.$defs.gatewayPipeline, stages),
      listenerPipeline: typed(core.$defs.listenerPipeline, stages),
      transportPipeline: typed(core.$defs.transportPipeline, stages),
      ...Object.fromEntries(steps),
    },
  }
}

/** Points each stage at the steps that can stand in it. */
function typed(pipeline: Core['$defs'][string] | undefined, stages: ReadonlyMap<string, unknown>): Schema {
  const properties = Object.entries(pipeline?.properties ?? {}).map(([stage, schema]) => [
    stage,
    stages.has(stage) ? { ...schema, $ref: `#/$defs/steps.${stage}` } : schema,
  ])
  return { ...pipeline, properties: Object.fromEntries(properties) }
}

/** A step is a known name, any other text (a file, a package, a name with its argument), or a mapping. */
function stepsSchema(plugins: readonly FoundPlugin[], core: Core): Schema {
  const words = plugins.flatMap(({ plugin }) => Object.keys(plugin.restrictions ?? {})).sort()
  const policy = core.$defs.policy?.properties ?? {}
  const restrictions = words.map((word) => [
    word,
    { type: ['string', 'number', 'null'], description: `Restriction ${word}, with its argument.` },
  ])
  const named = plugins.map(({ name, schema }) => [
    name,
    schema === undefined
      ? { type: ['object', 'null'], maxProperties: 0 }
      : { anyOf: [{ $ref: `plugins/${name}.json` }, { type: 'null' }] },
  ])
  return {
    type: 'array',
    items: {
      anyOf: [
        { enum: [...words, ...plugins.map(({ name }) => name)] },
        { type: 'string', minLength: 1 },
        {
          type: 'object',
          properties: { ...Object.fromEntries(restrictions), ...Object.fromEntries(named), ...policy },
          minProperties: 1,
        },
      ],
    },
  }
}

function parametersSchema(core: Core, parameters: readonly ParameterRow[]): Schema {
  const properties = parameters.map((row) => [row.name, parameterSchema(row)])
  return { ...core.$defs.parameters, properties: Object.fromEntries(properties) }
}

function parameterSchema({ kind, default: fallback, doc, live, owner, choices }: ParameterRow): Schema {
  const more = live ? '' : ' No effect in this version.'
  const described = { description: `${doc}${more} (${owner}; default: ${fallback === '' ? 'empty' : fallback})` }
  const words = kind === 'flag' ? ['yes', 'no'] : choices
  // A value may always be an expression with $name, so the words are offered and not demanded.
  const offered = words === undefined ? {} : { examples: words }
  return { ...described, ...offered, $ref: '#/$defs/parameterValue' }
}
