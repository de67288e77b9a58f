import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { surveyHead, wantedHeaders } from './head.ts'
import { HeaderBlock, headerText, parseHeaders, rawText, safeHeader } from './headers.ts'

const block = (text: string) => parseHeaders(Buffer.from(text, 'latin1'))
const text = (headers: HeaderBlock) => headers.toBuffer().toString('latin1')

describe('header block', () => {
  it('finds by name without case, gives values without folds', () => {
    const headers = block('Subject: a\r\n b\r\n\tc\r\n__proto__: x\r\nsubject : second\r\n\r\nbody')
    assert.equal(headers.length, 3)
    assert.equal(headers.value('SUBJECT'), 'a b\tc')
    assert.equal(headers.find('__PROTO__')?.raw, '__proto__: x')
    assert.equal(headers.value('constructor'), undefined)
    assert.deepEqual(
      [...headers].map(({ name }) => name),
      ['Subject', '__proto__', 'subject'],
    )
    assert.equal(headers.indexOf('subject', 1), 2)
    assert.equal(headers.at(9), undefined)
  })

  it('edits keep the bytes of the others', () => {
    const headers = block('A: 1\r\nB:  2\r\n\t\xe4 \r\nC: 3\r\n\r\n')
    headers.replace(0, 'X: y')
    headers.insert(1, 'I: 1\nnot a header')
    headers.append('Z: z\r\n')
    headers.remove(3)
    assert.equal(text(headers), 'X: y\r\nI: 1\r\n not a header\r\nB:  2\r\n\t\xe4 \r\nZ: z\r\n\r\n')
    headers.remove(99)
    headers.replace(-1, 'no: no')
    headers.insert(99, 'last: 1')
    assert.equal(headers.at(4)?.name, 'last')
  })

  it('ends where the headers end', () => {
    assert.equal(text(block('A: 1\r\nbody: no\r\nnot a header\r\nB: 2\r\n')), 'A: 1\r\nbody: no\r\n\r\n')
    assert.equal(text(block('')), '\r\n')
    assert.equal(text(block('A: 1')), 'A: 1\r\n\r\n')
  })

  it('an unedited head is the same buffer', () => {
    const head = Buffer.from('A: 1\r\n\r\n')
    const headers = parseHeaders(head)
    assert.equal(headers.value('a'), '1')
    assert.equal(headers.toBuffer(), head)
  })

  it('what an edit adds is one header, whatever it holds', () => {
    assert.equal(safeHeader('A: 1\r\n\r\nB: 2\r\n\tc\rd\0'), 'A: 1\r\n B: 2\r\n\tc d')
    assert.equal(rawText('ü'), '\xc3\xbc')
    assert.equal(headerText('\xc3\xbc'), 'ü')
    assert.equal(headerText('plain'), 'plain')
    fc.assert(
      fc.property(fc.string({ maxLength: 80 }), (noise) => {
        const headers = block('A: 1\r\nB: 2\r\n\r\n')
        headers.insert(1, `X: ${noise}`)
        const again = parseHeaders(headers.toBuffer())
        assert.deepEqual(
          [...again].map(({ name }) => name),
          ['A', 'X', 'B'],
        )
      }),
    )
  })
})

/** Bytes that look like heads. */
const head = fc
  .array(
    fc.constantFrom(
      'A',
      ': ',
      ':',
      '\r\n',
      '\n',
      '\r',
      ' ',
      '\t',
      'Received: x',
      'Message-ID: <1@x>',
      '\r\n\r\n',
      '\0',
      '\xe4',
      'From ',
      '--',
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join(''))

describe('head survey', () => {
  const wanted = wantedHeaders(['Received', 'message-id'])

  it('counts what is wanted, and finds the end', () => {
    const bytes = Buffer.from('Received: a\r\n\tb\r\nReceived: c\r\nMESSAGE-ID: <1>\r\nX: y\r\n\r\nReceived: body\r\n')
    const survey = surveyHead(bytes, wanted, false)
    assert.deepEqual(
      survey?.counts,
      new Map([
        ['received', 2],
        ['message-id', 1],
      ]),
    )
    assert.equal(survey?.first.get('received'), 0)
    assert.equal(bytes.subarray(survey?.body).toString(), 'Received: body\r\n')
    assert.equal(survey?.end, 'empty')
    assert.equal(survey?.longestHeader, 17)
    assert.equal(surveyHead(bytes.subarray(0, 20), wanted, false), undefined)
  })

  it('never throws; the header lines and the block of them agree; more bytes do not change what was found', () => {
    fc.assert(
      fc.property(head, fc.integer({ min: 0, max: 60 }), (content, cut) => {
        const bytes = Buffer.from(content, 'latin1')
        const survey = surveyHead(bytes, wanted, true)
        assert.ok(survey !== undefined && survey.headers <= survey.body && survey.body <= bytes.length)
        const early = surveyHead(bytes.subarray(0, cut), wanted, false)
        if (early !== undefined) assert.deepEqual(early, survey)
        const headers = new HeaderBlock(bytes, survey.headers)
        const all = [...headers]
        const lines = bytes.toString('latin1', 0, survey.headers)
        const joined = headers.lines().map(String)
        assert.equal(Buffer.concat(headers.lines()).toString('latin1').startsWith(lines), true)
        assert.ok(all.every(({ name }) => name !== ''))
        assert.ok(joined.length > 0)
      }),
    )
  })

  it('removing and putting back a header gives the same bytes', () => {
    fc.assert(
      fc.property(head, fc.nat(), (content, pick) => {
        const bytes = Buffer.from(content.replaceAll(/\r?\n/g, '\r\n').replaceAll(/\r(?!\n)|\0/g, ''), 'latin1')
        const headers = parseHeaders(bytes)
        if (headers.length === 0) return
        const before = text(headers)
        const index = pick % headers.length
        const raw = headers.at(index)?.raw ?? ''
        // A fold of nothing but blanks is legal in old mail, and not kept in what is edited.
        if (/\r\n[ \t]*(\r\n|$)/.test(raw)) return
        headers.remove(index)
        headers.insert(index, raw)
        assert.equal(text(headers), before)
      }),
    )
  })
})
