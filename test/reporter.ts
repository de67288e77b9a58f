/**
 * The node:test reporter of this project: quiet about what passes, whole about what fails, and never silent about what was
 * skipped. Adds its counts to the file that TALLY names, for the closing line of test/run.ts.
 */
import { appendFileSync } from 'node:fs'
import { relative } from 'node:path'
import type { TestEvent } from 'node:test/reporters'
import { inspect } from 'node:util'

/** What one run came to. */
export interface Tally {
  passed: number
  failed: number
  skipped: number
}

type Detail = Extract<TestEvent, { type: 'test:fail' }>['data']

export default async function* reporter(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const tally: Tally = { passed: 0, failed: 0, skipped: 0 }
  for await (const event of source) {
    if (event.type === 'test:stdout' || event.type === 'test:stderr') yield event.data.message
    if (event.type === 'test:pass' && isLeaf(event.data)) {
      if (event.data.skip === undefined) tally.passed++
      else {
        tally.skipped++
        yield `skipped: ${title(event.data)}${typeof event.data.skip === 'string' ? `: ${event.data.skip}` : ''}\n`
      }
    }
    if (event.type === 'test:fail' && (isLeaf(event.data) || !isOnlyItsChildren(event.data))) {
      tally.failed++
      yield `\nFAILED ${title(event.data)}\n${indent(reason(event.data))}\n\n`
    }
  }
  yield `${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped\n`
  const file = process.env.TALLY
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(tally)}\n`)
}

/** Suites, and files as wholes, are not counted: what is in them is. */
function isLeaf(data: { readonly details: { readonly type?: string | undefined }; readonly name: string }): boolean {
  return data.details.type !== 'suite' && !/\.test\.ts$/.test(data.name)
}

/** A suite or file that failed for no reason of its own. */
function isOnlyItsChildren(data: Detail): boolean {
  const error = data.details.error as { failureType?: string } | undefined
  return error?.failureType === 'subtestsFailed'
}

function title(data: { readonly file?: string | undefined; readonly name: string; readonly line?: number | undefined }): string {
  if (data.file === undefined) return data.name
  const place = relative(process.cwd(), data.file)
  return data.name.endsWith(place) ? place : `${place}:${data.line ?? 0} ${data.name}`
}

function reason(data: Detail): string {
  const error = data.details.error as (Error & { cause?: unknown }) | undefined
  const cause = error?.cause ?? error
  // The stack begins with the message as it was when the error was made; those who caught it may have said more since.
  if (cause instanceof Error)
    return [cause.message, ...(cause.stack ?? '').split('\n').filter((line) => /^ {4}at /.test(line))].join('\n')
  return typeof cause === 'string' ? cause : inspect(cause)
}

function indent(text: string): string {
  return text.replace(/^/gm, '    ')
}
