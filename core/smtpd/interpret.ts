/** Finds out what a command line asks for: a row of the table, something unknown, or something that is no command at all. */

import { StepError } from '../hooks.ts'
import { chain, type MaybePromise } from '../lookup/maybe.ts'
import { looksLikeHeader, splitVerb } from '../protocol/command.ts'
import type { LineReader } from '../protocol/line.ts'
import { REPLIES, replies } from '../protocol/reply-text.ts'
import { oneLine, type Reply } from '../reply.ts'
import type { Command } from './command.ts'
import { COMMANDS } from './commands.ts'
import type { SmtpSession } from './session.ts'
import type { WordList } from './word-list.ts'

export interface Found {
  /** Undefined: no such command. */
  readonly row: Command | undefined
  readonly argument: string
  readonly line: string
  /** No SMTP client says this: a header, a browser's request, a forbidden command. */
  readonly isForeign: MaybePromise<boolean>
}

/** What the line that the reader has just read asks for, or a reply that ends the matter. A promise where tables have to be asked. */
export function interpret(session: SmtpSession, reader: LineReader): MaybePromise<Found | Reply> {
  const { settings, deps } = session
  if (reader.bareLf && settings.bareNewline === 'reject') {
    const refusal = bareNewline(session)
    if (refusal !== undefined) return refusal
  }
  if (reader.badUtf8 && settings.smtputf8_enable) return REPLIES.badUtf8
  const line = deps.runtime.hooks.line.isUsed() ? filtered(session, reader.text) : reader.text
  if (line === undefined) return replies.localDataError(settings.myhostname)
  session.line = line
  const { verb, argument } = splitVerb(line)
  if (verb === '') return REPLIES.badSyntax
  const { noop, forbidden } = settings.words
  const meant = (isNoop: boolean): Found | Reply => {
    if (isNoop) return REPLIES.ok
    const row = COMMANDS.get(verb)
    if (row !== undefined) return { row, argument, line, isForeign: false }
    const word = line.trimStart().slice(0, verb.length)
    return { row, argument, line: line.trim(), isForeign: looksLikeHeader(word) || listed(session, forbidden, word) }
  }
  return noop === undefined ? meant(false) : chain(listed(session, noop, verb), meant)
}

/** Asks a list of command words. One that can not be asked does not have the word, and that is told. */
function listed(session: SmtpSession, list: WordList, word: string): MaybePromise<boolean> {
  const failed = (error: unknown): boolean => {
    session.warn(`list of commands: ${error instanceof Error ? error.message : String(error)}`)
    return false
  }
  try {
    const answer = list(word)
    return answer instanceof Promise ? answer.catch(failed) : answer
  } catch (error) {
    return failed(error)
  }
}

/** smtpd_command_filter and others of its kind; undefined when a step failed, which is told elsewhere. */
function filtered(session: SmtpSession, line: string): string | undefined {
  // The hook sees the line from its first word on; one that it leaves alone stays as it is.
  const meant = line.replace(/^[ \t]+/, '')
  let changed: string
  try {
    changed = session.deps.runtime.hooks.line.call(meant, session)
  } catch (error) {
    if (error instanceof StepError) return undefined
    throw error
  }
  if (changed === meant) return line
  session.deps.services.log.info(oneLine(`${session.clientText}: replacing command "${meant}" with "${changed}"`))
  return changed
}

/** smtpd_forbid_bare_newline = reject: a command line that ends in LF alone ends the session. */
function bareNewline(session: SmtpSession): Reply | undefined {
  const { settings, standing } = session
  if (standing.isExcused) return undefined
  const reply = replies.bareNewline(settings.smtpd_forbid_bare_newline_reject_code, settings.myhostname, true)
  session.tellRefused(session.where, { ...reply, text: 'bare <LF> received' })
  return reply
}
