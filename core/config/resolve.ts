/** Names of steps to modules: built-in plugins, files beside the configuration, npm packages. */
import { existsSync, readFileSync } from 'node:fs'
import { findPackageJSON } from 'node:module'
import { dirname, extname, isAbsolute, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { builtinModule, builtinPlugins } from './places.ts'

/** A module that serves a step. */
export interface Resolved {
  readonly kind: 'builtin' | 'file' | 'package'
  /** Absolute path. */
  readonly module: string
}

const MODULE_EXTENSIONS = new Set(['.ts', '.mts', '.js', '.mjs', '.cjs'])

/** True for names that can only be meant as files. */
export function isFileName(name: string): boolean {
  return name.startsWith('./') || name.startsWith('../') || isAbsolute(name) || MODULE_EXTENSIONS.has(extname(name))
}

/** Finds the module that a name means. A file is not looked for anywhere but at its place. */
export function resolveModule(name: string, baseDirectory: string): Resolved | undefined {
  if (isFileName(name)) {
    const module = resolve(baseDirectory, name)
    return existsSync(module) ? { kind: 'file', module } : undefined
  }
  if (builtinPlugins().has(name)) return { kind: 'builtin', module: builtinModule(name) }
  for (const each of packageNames(name)) {
    const module = packageEntry(each, baseDirectory)
    if (module !== undefined) return { kind: 'package', module }
  }
  return undefined
}

/** `x` is `postern-plugin-x`, `@scope/x` is `@scope/postern-plugin-x`; full names stay. */
export function packageNames(name: string): string[] {
  const match = /^(@[a-z0-9._-]+\/)?([a-z0-9][a-z0-9._-]*)$/.exec(name)
  if (match === null) return []
  const [, scope = '', rest = ''] = match
  return rest.startsWith('postern-plugin-') ? [name] : [`${scope}postern-plugin-${rest}`]
}

/** The main module of a package as seen from a directory, or from Postern itself when installed beside it. */
function packageEntry(name: string, baseDirectory: string): string | undefined {
  for (const from of [pathToFileURL(join(baseDirectory, 'postern.yaml')), import.meta.url]) {
    const manifest = manifestOf(name, from)
    if (manifest === undefined) continue
    const { exports, main } = JSON.parse(readFileSync(manifest, 'utf8')) as { exports?: unknown; main?: string }
    const entry = exported(exports) ?? main ?? 'index.js'
    const module = join(dirname(manifest), entry)
    if (existsSync(module)) return module
  }
  return undefined
}

function manifestOf(name: string, from: string | URL): string | undefined {
  try {
    return findPackageJSON(name, from)
  } catch {
    return undefined
  }
}

const CONDITIONS = ['node', 'import', 'default']

/** The file that `exports` gives for the package itself. */
function exported(exports: unknown): string | undefined {
  if (typeof exports === 'string') return exports
  if (typeof exports !== 'object' || exports === null) return undefined
  const map = exports as Record<string, unknown>
  if ('.' in map) return exported(map['.'])
  const condition = CONDITIONS.find((each) => each in map)
  return condition === undefined ? undefined : exported(map[condition])
}
