/** `postern plugin new NAME`: a plugin package to begin with, whose test passes at once. */
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import { builtinPlugins } from '../config/places.ts'
import { SCAFFOLD } from './plugin-scaffold.ts'
import { PROCESS_STREAMS, type Streams } from './streams.ts'

export interface NewOptions {
  /** Directory to make the package in; default: the current one. */
  readonly directory?: string
}

/** @returns exit status: 0, or 1 when the name is no good or taken */
export function newPlugin(name: string, { directory = '.' }: NewOptions, streams: Streams = PROCESS_STREAMS): number {
  const short = name.replace(/^postern-plugin-/, '')
  const folder = resolve(directory, `postern-plugin-${short}`)
  const wrong = wrongName(short) ?? (existsSync(folder) ? `${folder} exists already` : undefined)
  if (wrong !== undefined) {
    streams.err.write(`postern plugin new: ${wrong}\n`)
    return 1
  }
  mkdirSync(folder, { recursive: true })
  const facts = { name: short, version: ownVersion() }
  for (const [file, make] of Object.entries(SCAFFOLD)) writeFileSync(join(folder, file.replace('NAME', short)), make(facts))
  linkPostern(folder)
  const near = relative('', folder)
  streams.out.write(near.startsWith('..') ? welcome(folder, folder) : welcome(near, `./${near}`))
  return 0
}

function wrongName(name: string): string | undefined {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) || name.length > 50)
    return `${JSON.stringify(name)} is no kebab-case noun such as "quiet-hours"`
  if (builtinPlugins().has(name)) return `${name} is a built-in plugin; a plugin of another name can not be confused with it`
  return undefined
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** Directory of the package: in the package, the modules stand one level below it. */
function packageRoot(): string {
  return existsSync(join(ROOT, '..', 'package.json')) && !existsSync(join(ROOT, 'package-lock.json')) && ROOT.endsWith('/dist/')
    ? resolve(ROOT, '..')
    : resolve(ROOT)
}

function ownVersion(): string {
  return (JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as { version: string }).version
}

/** `import 'postern'` means this Postern, until `npm install` puts a published one in its place. */
function linkPostern(folder: string): void {
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(packageRoot(), join(folder, 'node_modules', 'postern'), 'dir')
}

function welcome(folder: string, module: string): string {
  return `${folder} is there. Next:

  its test    (cd ${folder} && ${process.execPath} --test)
  its code    ${folder}/index.ts
  to use it   name it in a pipeline, by path from the configuration file:
                rcpt:
                  - ${module}/index.ts: { words: [example] }
`
}

export function addPlugin(program: Command): void {
  program
    .command('plugin')
    .description('make plugins')
    .command('new')
    .description('make a plugin package to begin with')
    .argument('<name>', 'kebab-case noun')
    .option('-C, --directory <directory>', 'make it below this directory')
    .action((name: string, options: NewOptions) => {
      process.exitCode = newPlugin(name, options)
    })
}
