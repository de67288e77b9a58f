/** The files of a new plugin package: a check of HELO names against words from its options. */

interface Facts {
  readonly name: string
  readonly version: string
}

/** `quiet-hours` as `QuietHoursOptions`. */
function typeOf(name: string): string {
  return `${name
    .split('-')
    .map((word) => `${word[0]?.toUpperCase() ?? ''}${word.slice(1)}`)
    .join('')}Options`
}

const manifest = ({ name, version }: Facts): string =>
  `${JSON.stringify(
    {
      name: `postern-plugin-${name}`,
      version: '0.1.0',
      description: 'A plugin for the Postern mail gateway',
      keywords: ['postern-plugin'],
      type: 'module',
      exports: './dist/index.js',
      files: ['dist', 'schema.json', 'README.md'],
      scripts: { test: 'node --test', prepack: 'tsc -p tsconfig.json' },
      peerDependencies: { postern: `^${version}` },
      devDependencies: { '@types/node': '>=24', typescript: '>=5.9' },
    },
    undefined,
    2,
  )}\n`

const code = ({ name }: Facts): string => `/**
 * ${name}: refuse clients whose HELO name contains one of the words of the options.
 */
import { definePlugin, reject } from 'postern'
import schema from './schema.json' with { type: 'json' }

export interface ${typeOf(name)} {
  words: string[]
  reply: string
}

export default definePlugin<${typeOf(name)}>({
  name: '${name}',
  apiVersion: 1,
  stages: ['helo', 'mail', 'rcpt'],
  schema,
  setup({ words, reply }) {
    const wanted = words.map((word) => word.toLowerCase())
    return {
      access({ helo }) {
        const name = helo?.toLowerCase() ?? ''
        // No answer is no opinion: the next step decides.
        return wanted.some((word) => name.includes(word)) ? reject(550, '5.7.1', reply) : undefined
      },
    }
  },
})
`

const schema = ({ name }: Facts): string =>
  `${JSON.stringify(
    {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: name,
      type: 'object',
      additionalProperties: false,
      properties: {
        words: {
          type: 'array',
          items: { type: 'string', minLength: 1 },
          default: ['localhost'],
          description: 'HELO names that contain one of these are refused.',
        },
        reply: { type: 'string', default: 'Your HELO name is not welcome', description: 'Text of the refusal.' },
      },
    },
    undefined,
    2,
  )}\n`

const unitTest = ({ name }: Facts): string => `/** What ${name} refuses, and what it lets pass. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mount } from 'postern/test'
import plugin from './index.ts'

test('a HELO name with an unwanted word is refused', async () => {
  const mounted = await mount(plugin, { words: ['dynamic'] })
  const verdict = await mounted.access('rcpt', { helo: 'host-1.DYNAMIC.example' })
  assert.deepEqual(verdict, { kind: 'reject', code: 550, status: '5.7.1', text: 'Your HELO name is not welcome', step: '${name}' })
  await mounted.stop()
})

test('about any other name it has no opinion', async () => {
  const mounted = await mount(plugin)
  assert.equal(await mounted.access('rcpt', { helo: 'mail.example' }), undefined)
  await mounted.stop()
})
`

const page = ({ name }: Facts): string => `# ${name}

Refuses clients whose HELO name contains one of the words of its options.

| option | type | default | meaning |
|---|---|---|---|
| \`words\` | list of string | \`["localhost"]\` | HELO names that contain one of these are refused. |
| \`reply\` | string | \`"Your HELO name is not welcome"\` | Text of the refusal. |

\`\`\`yaml
pipeline:
  rcpt:
    - ${name}: { words: [dynamic] }
\`\`\`

The client is told \`550 5.7.1 Your HELO name is not welcome\`.
`

const compiler = (): string =>
  `${JSON.stringify(
    {
      compilerOptions: {
        target: 'es2024',
        module: 'nodenext',
        strict: true,
        declaration: true,
        erasableSyntaxOnly: true,
        verbatimModuleSyntax: true,
        resolveJsonModule: true,
        rewriteRelativeImportExtensions: true,
        skipLibCheck: true,
        types: ['node'],
        outDir: 'dist',
      },
      files: ['index.ts'],
    },
    undefined,
    2,
  )}\n`

/** File name to content; NAME stands for the plugin's. */
export const SCAFFOLD: Readonly<Record<string, (facts: Facts) => string>> = {
  'package.json': manifest,
  'index.ts': code,
  'schema.json': schema,
  'NAME.test.ts': unitTest,
  'README.md': page,
  'tsconfig.json': compiler,
  '.gitignore': () => 'node_modules/\ndist/\n',
}
