/** The gateway that `postern start` runs without a file: its configuration in the state directory, and what to try with it. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { version } from '../process/version.ts'
import { stateDirectory } from './target.ts'

const SOURCE = fileURLToPath(new URL('../../examples/default/', import.meta.url))
const FILES = ['postern.yaml', 'sender_access', 'header_checks'] as const

/** Where the schema for editors stands, seen from the example. */
const SCHEMA = '../../schemas/postern.json'

/** Puts the configuration in place; files that are there already are the user's and stay. */
export function prepareTrial(): { readonly file: string; welcome(workers: number): string } {
  const state = stateDirectory()
  mkdirSync(state, { recursive: true, mode: 0o700 })
  for (const name of FILES) {
    const text = readFileSync(join(SOURCE, name), 'utf8').replace(SCHEMA, relative(state, join(SOURCE, SCHEMA)))
    try {
      writeFileSync(join(state, name), text, { flag: 'wx' })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
  return { file: join(state, 'postern.yaml'), welcome: (workers) => welcome(shown(state), workers) }
}

/** The directory as the reader would write it. */
function shown(state: string): string {
  const path = relative('', state)
  return path === '' || path.startsWith('..') ? state : path
}

/** How the reader can call this program. */
function command(): string {
  return process.env.npm_lifecycle_event === undefined ? 'postern' : 'npm run -s postern --'
}

function welcome(state: string, workers: number): string {
  const postern = command()
  return `
Postern ${version()} is running: process ${process.pid}, ${workers} worker${workers === 1 ? '' : 's'}. Ctrl-C stops it.

  gateway   127.0.0.1:2525   checks mail as ${state}/postern.yaml says, queues it durably in ${state}/queue
  next hop  127.0.0.1:2526   a built-in sink; it keeps what arrives in ${state}/Maildir/new

Try, in another terminal:

  a message            swaks --server 127.0.0.1:2525 --from you@example.com --to friend@example.org
    without swaks      ${postern} send --from you@example.com --to friend@example.org
    where it went      ls ${state}/Maildir/new
  a rejected sender    ${postern} send --from sender@bad.example --to friend@example.org
  a rewritten header   ${postern} send --subject 'offer of the day' --to friend@example.org
  a refused header     ${postern} send --subject 'you won the lottery' --to friend@example.org
  a reload             edit ${state}/sender_access or ${state}/postern.yaml, then: ${postern} reload
  the queue            ${postern} queue list
  how it does          ${postern} status

The log, as Postfix would write it:

`
}
