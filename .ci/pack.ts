/**
 * `npm pack`: Node strips no types under node_modules, so the package ships JavaScript and declarations. `prepack` emits them to
 * dist/ and points package.json there; `postpack` puts package.json back as it stands in the repository.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..')
const MANIFEST = join(ROOT, 'package.json')
const KEPT = join(ROOT, '.package.json.repository')
const DIST = join(ROOT, 'dist')

/** `./core/plugin.ts` as it is called in the package; `./core/main.js` too. */
const emitted = (path: string): string => path.replace(/^\.\//, './dist/').replace(/\.ts$/, '.js')

/** The same value with every path to a source file replaced by that of what is emitted for it. */
function repointed(value: unknown): unknown {
  if (typeof value === 'string') return /^\.\/.*\.[jt]s$/.test(value) ? emitted(value) : value
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, repointed(inner)]))
}

function emit(): void {
  rmSync(DIST, { recursive: true, force: true })
  const compiler = join(ROOT, 'node_modules/.bin/tsc')
  const result = spawnSync(compiler, ['-p', join(ROOT, '.tsconfig.build.json')], { stdio: 'inherit', cwd: ROOT })
  if (result.status !== 0) throw new Error('the compiler found errors; nothing was packed')
  // Declarations refer to the schemas' types, and code reads the schemas, by paths relative to their own place.
  for (const folder of ['schemas', 'plugins', 'examples']) {
    cpSync(join(ROOT, folder), join(DIST, folder), {
      recursive: true,
      // Plugins of examples are for copying: they stay as they are written.
      filter: (source) => folder === 'examples' || !source.endsWith('.ts') || source.endsWith('.d.ts'),
    })
  }
}

function prepack(): void {
  if (existsSync(KEPT)) postpack()
  emit()
  const manifest = JSON.parse(readFileSync(MANIFEST, 'utf8')) as Record<string, unknown>
  for (const key of ['bin', 'exports', 'imports']) manifest[key] = repointed(manifest[key])
  delete manifest.scripts
  delete manifest.devDependencies
  // Inside dist/ the same name must mean the emitted file, whoever asks.
  writeFileSync(join(DIST, 'package.json'), '{ "type": "module", "imports": { "#postern": "./core/plugin.js" } }\n')
  renameSync(MANIFEST, KEPT)
  writeFileSync(MANIFEST, `${JSON.stringify(manifest, undefined, 2)}\n`)
}

function postpack(): void {
  if (existsSync(KEPT)) renameSync(KEPT, MANIFEST)
}

const step = process.argv[2]
if (step === 'prepack') prepack()
else if (step === 'postpack') postpack()
else throw new Error('usage: pack.ts prepack|postpack')
