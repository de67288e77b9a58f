import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { aMessage } from '../../test/kit/message.ts'
import { mount } from '../../test/kit/mount.ts'
import { parseAction } from './actions.ts'
import plugin from './index.ts'

type Entries = Record<string, string>
interface Given {
  header?: Entries
  mime?: Entries
  nested?: Entries
  body?: Entries
  limit?: number
  chunk?: number
  later?: boolean
}

/** Runs a message through tables of exact texts. */
async function check(content: string, given: Given = {}) {
  const { header = {}, mime = {}, nested = {}, body = {}, limit = 51200, chunk = 1000, later = false } = given
  const mounted = await mount(
    plugin,
    {
      header_checks: 'fake:h',
      mime_header_checks: 'fake:m',
      nested_header_checks: 'fake:n',
      body_checks: 'fake:b',
      body_checks_size_limit: limit,
    },
    { tables: { 'fake:h': header, 'fake:m': mime, 'fake:n': nested, 'fake:b': body } },
  )
  const message = aMessage(content, { chunk, later })
  const verdict = await mounted.ask('cleanup.message', message.request)
  const { kind, code, status, text } = { code: undefined, status: undefined, ...verdict } as Record<string, unknown>
  return {
    verdict: verdict === undefined ? undefined : [kind, code, status, text].filter((each) => each !== undefined).join(' '),
    notes: message.notes,
    text: await message.text(),
    edits: message.request.edits,
    log: mounted.log,
  }
}

describe('header-checks', () => {
  const actions: [string, string, { verdict?: string; note?: string; text?: string; log?: string }][] = [
    [
      'REJECT',
      'no text',
      { verdict: 'reject 550 5.7.1 message content rejected', note: 'reject: header X-A: 1: 5.7.1 message content rejected' },
    ],
    [
      'reject  two  words ',
      'any case',
      { verdict: 'reject 550 5.7.1 two  words', note: 'reject: header X-A: 1: 5.7.1 two  words' },
    ],
    ['REJECT 5.7.7 no', 'a status', { verdict: 'reject 550 5.7.7 no', note: 'reject: header X-A: 1: 5.7.7 no' }],
    ['REJECT 4.7.1 later', 'a temporary one', { verdict: 'defer 451 4.7.1 later', note: 'reject: header X-A: 1: 4.7.1 later' }],
    [
      'REJECT 2.7.1 odd',
      'a status that is none',
      {
        verdict: 'defer 451 4.7.1 odd',
        note: 'reject: header X-A: 1: 4.7.1 odd',
        log: 'warn: bad DSN action in 2.7.1 odd -- need 4.x.x or 5.x.x',
      },
    ],
    ['DISCARD gone', 'discarded', { verdict: 'discard gone', note: 'discard: header X-A: 1: gone' }],
    ['WARN careful', 'logged', { note: 'warning: header X-A: 1: careful' }],
    ['INFO fyi', 'logged', { note: 'info: header X-A: 1: fyi' }],
    ['DUNNO', 'nothing', {}],
    ['IGNORE', 'removed', { text: 'X-B: 2\n\nbody\n' }],
    ['STRIP why', 'removed and logged', { text: 'X-B: 2\n\nbody\n', note: 'strip: header X-A: 1: why' }],
    ['REPLACE X-C: ü', 'replaced', { text: 'X-C: ü\nX-B: 2\n\nbody\n', note: 'replace: header X-A: 1: X-C: ü' }],
    ['PREPEND X-C: 3', 'prepended', { text: 'X-C: 3\nX-A: 1\nX-B: 2\n\nbody\n', note: 'prepend: header X-A: 1: X-C: 3' }],
    [
      'REPLACE nothing',
      'no header',
      { log: 'warn: bad REPLACE header text "nothing" in header_checks map -- need "headername: headervalue"' },
    ],
    [
      'PREPEND nothing',
      'no header',
      { log: 'warn: bad PREPEND header text "nothing" in header_checks map -- need "headername: headervalue"' },
    ],
    ['REDIRECT x', 'no address', { log: 'warn: bad REDIRECT target "x" in header_checks map -- need user@domain' }],
    ['BCC x', 'no address', { log: 'warn: bad BCC address "x" in header_checks map -- need user@domain' }],
    ['FILTER x', 'no transport', { log: 'warn: bad FILTER command x in header_checks -- need transport:destination' }],
    ['450 4.1.1 x', 'unknown', { log: 'warn: unknown command in header_checks map: 450 4.1.1 x' }],
  ]
  for (const [action, title, { verdict, note, text = 'X-A: 1\nX-B: 2\n\nbody\n', log }] of actions)
    it(`${action}: ${title}`, async () => {
      const result = await check('X-A: 1\nX-B: 2\n\nbody\n', { header: { 'X-A: 1': action } })
      assert.equal(result.verdict, verdict)
      assert.deepEqual(result.notes, note === undefined ? [] : [note])
      assert.equal(result.text, text)
      assert.deepEqual(result.log, log === undefined ? [] : [log])
    })

  it('records edits: HOLD, REDIRECT, BCC, FILTER', async () => {
    const header = { 'A: 1': 'HOLD wait', 'B: 1': 'REDIRECT r@x', 'C: 1': 'BCC b@x', 'D: 1': 'FILTER smtp:[::1]:26' }
    const { edits, notes } = await check('A: 1\nB: 1\nC: 1\nD: 1\n\n', { header })
    assert.deepEqual(edits, [
      { kind: 'hold', text: 'wait' },
      { kind: 'redirect', address: 'r@x' },
      { kind: 'bcc', address: 'b@x' },
      { kind: 'filter', destination: 'smtp:[::1]:26' },
    ])
    assert.deepEqual(
      notes.map((note) => note.split(':')[0]),
      ['hold', 'redirect', 'bcc', 'filter'],
    )
  })

  it('stops at a verdict, and at PASS', async () => {
    const header = { 'A: 1': 'DISCARD', 'B: 1': 'REJECT' }
    assert.equal((await check('A: 1\nB: 1\n\n', { header })).verdict, 'discard ')
    const passed = await check('P: 1\nB: 1\n\nline\n', { header: { ...header, 'P: 1': 'PASS' }, body: { line: 'REJECT' } })
    assert.equal(passed.verdict, undefined)
    assert.deepEqual(passed.notes, ['pass: header P: 1: '])
  })

  it('shows folds as line feeds, and keeps them in what it does not change', async () => {
    const { notes, text } = await check('X-A: 1\n 2\nX-B: ü\n\n', { header: { 'X-A: 1\n 2': 'WARN', 'X-B: ü': 'INFO' } })
    assert.deepEqual(notes, ['warning: header X-A: 1? 2: ', 'info: header X-B: ü: '])
    assert.equal(text, 'X-A: 1\n 2\nX-B: ü\n\n')
  })

  it('gives MIME headers to mime_header_checks alone', async () => {
    const content = 'Content-Type: text/html\nSubject: x\n\n'
    assert.equal((await check(content, { header: { 'Content-Type: text/html': 'REJECT' } })).verdict, undefined)
    assert.match((await check(content, { mime: { 'Content-Type: text/html': 'REJECT' } })).verdict ?? '', /^reject/)
  })

  const PARTS = [
    'Content-Type: multipart/mixed;\n boundary="xx"\n',
    'preamble',
    '--xx',
    'Content-Type: application/x;',
    ' name="bad.exe"',
    'X-Part: 1',
    '',
    'text',
    '--xx',
    'Content-Type: message/rfc822',
    '',
    'Subject: nested',
    'Content-Disposition: inline',
    '',
    'inner',
    '--xx--',
    'epilogue',
    '',
  ].join('\n')

  for (const [chunk, later] of [
    [1, false],
    [7, true],
    [1000, false],
  ] as const) {
    it(`finds headers of parts and of attached messages, chunks of ${chunk}`, async () => {
      const mime = {
        'Content-Type: application/x;\n name="bad.exe"': 'REPLACE Content-Type: text/plain',
        'X-Part: 1': 'PREPEND X-Before: 1',
        'Content-Disposition: inline': 'IGNORE',
      }
      const { text, notes } = await check(PARTS, {
        mime,
        nested: { 'Subject: nested': 'REPLACE Subject: changed' },
        chunk,
        later,
      })
      assert.equal(
        text,
        PARTS.replace('application/x;\n name="bad.exe"', 'text/plain')
          .replace('X-Part', 'X-Before: 1\nX-Part')
          .replace('Subject: nested', 'Subject: changed')
          .replace('Content-Disposition: inline\n', ''),
      )
      assert.equal(notes.length, 3)
    })

    it(`looks at body lines and boundaries, chunks of ${chunk}`, async () => {
      const body = { preamble: 'IGNORE', text: 'REPLACE new', inner: 'PREPEND before', '--xx--': 'WARN', epilogue: 'STRIP' }
      const { text, notes } = await check(PARTS, { body, chunk, later })
      assert.equal(
        text,
        PARTS.replace('preamble\n', '').replace('\ntext', '\nnew').replace('inner', 'before\ninner').replace('epilogue\n', ''),
      )
      assert.deepEqual(
        notes.map((note) => note.split(': ')[0]),
        ['replace', 'prepend', 'warning', 'strip'],
      )
    })
  }

  it('a nested message as the whole body', async () => {
    const nested = { 'Subject: nested one': 'REJECT nested' }
    const { verdict, notes } = await check('Content-Type: message/rfc822\n\nSubject: nested one\n\nx\n', { nested })
    assert.equal(verdict, 'reject 550 5.7.1 nested')
    assert.deepEqual(notes, ['reject: header Subject: nested one: 5.7.1 nested'])
  })

  it('stops looking at lines past the limit, in each part anew', async () => {
    const body = { late: 'REJECT' }
    const padding = 'padding\n'.repeat(5)
    assert.equal((await check(`A: 1\n\n${padding}late\n`, { body, limit: 40 })).verdict, undefined)
    // The end of a line counts as one byte.
    assert.match((await check(`A: 1\n\n${padding}late\n`, { body, limit: 41 })).verdict ?? '', /^reject/)
    const parts = `Content-Type: multipart/mixed; boundary=x\n\n--x\n\n${padding}${padding}--x\n\nlate\n`
    assert.match((await check(parts, { body, limit: 40 })).verdict ?? '', /^reject/)
  })

  it('cuts long lines into pieces, the last line need not end', async () => {
    const long = 'a'.repeat(2048)
    const { notes } = await check(`A: 1\n\n${long}end`, { body: { [long]: 'WARN', end: 'INFO' }, chunk: 100 })
    assert.equal(notes.length, 2)
  })

  it('asks tables on the network, and defers when they fail', async () => {
    const table = (entries: Record<string, string | Error>) => entries as Record<string, string>
    const mounted = await mount(
      plugin,
      { header_checks: 'fake:h' },
      { tables: { 'fake:h': table({ 'A: 1': new Error('down') as unknown as string }) } },
    )
    const verdict = await mounted.ask('cleanup.message', aMessage('A: 1\n\n').request)
    assert.equal(verdict?.kind === 'defer' && verdict.text, 'Error: queue file write error')
  })

  it('opens a real table', async () => {
    const mounted = await mount(plugin, { header_checks: 'inline:{{Subject: x = REJECT no}}' })
    assert.equal((await mounted.ask('cleanup.message', aMessage('Subject: x\n\n').request))?.kind, 'reject')
    assert.equal(await mounted.ask('cleanup.message', aMessage('Subject: y\n\n').request), undefined)
  })

  it('looks at nothing where receive_override_options says no_header_body_checks', async () => {
    const parameters = { receive_override_options: 'no_header_body_checks,no_milters' }
    const mounted = await mount(plugin, { header_checks: 'inline:{{Subject: x = REJECT no}}' }, { parameters })
    assert.equal(mounted.hooks['cleanup.message'].isUsed(), false)
  })

  it('never throws, and what no table knows stays byte for byte', async () => {
    const piece = fc.constantFrom(
      '--x',
      '--x--',
      '\n',
      '\r',
      ' ',
      ':',
      'A',
      'Content-Type: multipart/mixed; boundary=x',
      'message/rfc822',
      '\0',
      '"',
      'é',
    )
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 60 }), fc.integer({ min: 1, max: 40 }), async (words, chunk) => {
        const content = `Content-Type: multipart/mixed; boundary=x\n\n${words.join('')}`
        const { text } = await check(content, { body: { none: 'IGNORE' }, chunk })
        assert.equal(text, content.replaceAll('\r\n', '\n'))
      }),
      { numRuns: 200 },
    )
  })

  it('parses any action', () => {
    fc.assert(
      fc.property(fc.string(), fc.boolean(), (value, isHeader) => {
        const action = parseAction(value, 'header_checks', isHeader)
        assert.equal(typeof action.text, 'string')
      }),
    )
  })
})
