/** A session as a state machine: whatever sequence of commands comes, each gets the reply that the state calls for, and what is taken is what was sent. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { play } from '../kit/smtp-server.ts'
import { type Target, target } from './target.ts'

/** What a client knows of its session. */
interface Model {
  isGreeted: boolean
  inMail: boolean
  recipients: string[]
  /** A chunk of this message was taken. */
  inChunks: boolean
  content: string
  /** Messages that got their 250: recipients, and content but for its line ends. */
  readonly taken: { recipients: string[]; content: string }[]
}

/** What is sent, and the codes that answer it. */
type Move = (model: Model) => readonly [sent: string, codes: readonly number[]]

function forget(model: Model): void {
  model.inMail = false
  model.recipients = []
  model.inChunks = false
  model.content = ''
}

function take(model: Model, content: string): void {
  model.taken.push({ recipients: model.recipients, content })
  forget(model)
}

const fixed =
  (line: string, code: number): Move =>
  () => [`${line}\r\n`, [code]]

function mail(model: Model): number {
  if (model.inMail) return 503
  model.inMail = true
  return 250
}

function rcpt(model: Model, address: string, code: number): number {
  if (!model.inMail || model.inChunks) return 503
  if (code === 250) model.recipients.push(address)
  return code
}

function data(model: Model, content: string): readonly [string, readonly number[]] {
  if (!model.inMail || model.inChunks) return ['DATA\r\n', [503]]
  if (model.recipients.length === 0) return ['DATA\r\n', [554]]
  take(model, content)
  return [`DATA\r\n${content.replaceAll(/^\./gm, '..')}.\r\n`, [354, 250]]
}

/** Only where it is allowed: what else becomes of chunks is told by the tests of BDAT. */
function bdat(model: Model, content: string, isLast: boolean): readonly [string, readonly number[]] {
  if (model.recipients.length === 0) return ['NOOP\r\n', [250]]
  model.inChunks = true
  model.content += content
  if (isLast) take(model, model.content)
  return [`BDAT ${content.length}${isLast ? ' LAST' : ''}\r\n${content}`, [250]]
}

const CONTENTS = ['Subject: x\r\n\r\nline\r\n', '\r\n', '.\r\n..\r\n', '\r\nRCPT TO:<z@example.test>\r\n', 'a: b\r\n']

const MOVES: readonly Move[] = [
  (model) => {
    model.isGreeted = true
    forget(model)
    return ['EHLO c.example\r\n', [250]]
  },
  (model) => {
    forget(model)
    return ['RSET\r\n', [250]]
  },
  fixed('NOOP', 250),
  fixed('VRFY b@example.test', 252),
  // Where it stands counts before how it is written.
  (model) => ['MAIL FROM:\r\n', [model.inMail ? 503 : 501]],
  fixed('WHAT', 500),
  fixed('RSET x', 501),
  (model) => ['MAIL FROM:<a@x.test>\r\n', [mail(model)]],
  (model) => ['MAIL FROM:<>\r\n', [mail(model)]],
  (model) => ['RCPT TO:<b@example.test>\r\n', [rcpt(model, 'b@example.test', 250)]],
  (model) => ['RCPT TO:<c@example.test>\r\n', [rcpt(model, 'c@example.test', 250)]],
  (model) => ['RCPT TO:<b@elsewhere.test>\r\n', [rcpt(model, '', 454)]],
  ...CONTENTS.flatMap((content): Move[] => [
    (model) => data(model, content),
    (model) => bdat(model, content, false),
    (model) => bdat(model, content, true),
  ]),
]

const PARAMETERS = { smtpd_forbid_unauth_pipelining: 'no', smtpd_hard_error_limit: '1000', smtpd_junk_command_limit: '1000' }

/** `250-a`, `250 b` is one reply of code 250. */
function codes(transcript: string): number[] {
  return [...transcript.matchAll(/^(\d{3}) .*\r\n/gm)].map((match) => Number(match[1]))
}

/** @see Target */
export const targets: readonly Target[] = [
  target('dialogs as a state machine', fc.array(fc.nat({ max: MOVES.length - 1 }), { maxLength: 30 }), async (moves) => {
    const model: Model = { isGreeted: false, inMail: false, recipients: [], inChunks: false, content: '', taken: [] }
    const steps = moves.flatMap((move) => {
      const made = MOVES[move]?.(model)
      return made === undefined ? [] : [made]
    })
    const input = [...steps.map(([sent]) => sent), 'QUIT\r\n'].join('')
    const { transcript, taken } = await play([Buffer.from(input)], { parameters: PARAMETERS })
    assert.deepEqual(codes(transcript), [220, ...steps.flatMap(([, answers]) => answers), 221], input)
    assert.deepEqual(
      taken.map(({ recipients, content }) => ({ recipients, content })),
      model.taken,
    )
  }),
]
