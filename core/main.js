#!/usr/bin/env node
// @ts-check
/**
 * The command line. Each subcommand is a file of core/cli, loaded only when it is asked for; `postern queue list` loads no
 * engine. Exit statuses: 0 done, 1 refused (bad configuration, failed check), 2 wrong usage, 75 try again later.
 *
 * JavaScript, like what it imports first: a TypeScript file that is read before the compile cache is on makes Node load the
 * WebAssembly compiler that takes types away, and that takes longer than all the rest of this process.
 */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 24 || (major === 24 && minor < 15)) {
  console.error(`postern needs Node 24.15 or later, and this is ${process.version}`)
  process.exit(1)
}
const { compileCache } = await import('./process/compile-cache.js')
compileCache()
const words = process.argv.slice(2)
// A worker takes longest to load: it begins before the command line is even read.
const spare = words[0] === 'start' ? new (await import('./process/fork.ts')).SpareWorker() : undefined
const { run } = await import('./cli/program.ts')
process.exitCode = await run(words, spare)
