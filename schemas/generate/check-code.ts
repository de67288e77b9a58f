/** schemas/NAME.check.cjs: code that says whether a value fits a schema, so that a gateway starts without a schema compiler. */
import standaloneCode from 'ajv/dist/standalone/index.js'
import { createCompiler, withoutId } from '../../core/config/validate.ts'

/** @param definitions of its `$defs`, those that are checked by themselves too */
export function checkCode(
  name: string,
  schema: object & { readonly $defs?: object },
  definitions: readonly string[] = [],
): string {
  const compiler = createCompiler({ code: { source: true, lines: true } })
  compiler.addSchema(withoutId(schema), 'whole')
  for (const each of definitions) compiler.addSchema({ $defs: schema.$defs, $ref: `#/$defs/${each}` }, each)
  const exported = Object.fromEntries(['whole', ...definitions].map((each) => [each, each]))
  return `/** What fits ${name}.json. Generated. */\n${standaloneCode.default(compiler, exported)}`
}
