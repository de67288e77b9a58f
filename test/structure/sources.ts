/** The source files of the project and what they import, for the tests of its structure. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

export const ROOT = resolve(import.meta.dirname, '../..')

/** Paths relative to the root, of files that git knows or would add. */
export function projectFiles(...patterns: readonly string[]): string[] {
  const listing = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '--', ...patterns], {
    cwd: ROOT,
    encoding: 'utf8',
  })
  return [...new Set(listing.split('\n').filter((file) => file !== '' && existsSync(join(ROOT, file))))].sort()
}

export const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8')

/** One import of a file. */
export interface Import {
  readonly from: string
  /** As written. */
  readonly specifier: string
  /** Path relative to the root for relative imports; undefined for packages. */
  readonly target: string | undefined
  readonly line: number
}

const IMPORT =
  /(?:^|\s)(?:import|export)\s[^'"]*?from\s+['"]([^'"]+)['"]|\bimport\s*\(\s*['"]([^'"]+)['"]|^import\s+['"]([^'"]+)['"]/gm

/** What a TypeScript file imports, types included. */
export function importsOf(file: string): Import[] {
  const text = read(file)
  return [...text.matchAll(IMPORT)].map((match) => {
    const specifier = match[1] ?? match[2] ?? match[3] ?? ''
    const isRelative = specifier.startsWith('.')
    const target = isRelative ? relative(ROOT, resolve(ROOT, dirname(file), specifier)) : undefined
    return { from: file, specifier, target, line: text.slice(0, match.index).split('\n').length }
  })
}
