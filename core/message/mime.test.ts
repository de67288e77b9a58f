import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { parseContentType } from './content-type.ts'
import { MIME_LIMITS, type MimeLimits, type MimeLine, MimeStructure } from './mime.ts'

/** What each line of a body is. */
function kinds(contentType: string | undefined, lines: readonly string[], limits?: MimeLimits): MimeLine[] {
  const structure = new MimeStructure(contentType, limits)
  return lines.map((line) => {
    const bytes = Buffer.from(line, 'latin1')
    return structure.line(bytes, 0, bytes.length)
  })
}

/** A body as `kind|line` lines. */
function check(contentType: string | undefined, annotated: string, limits?: MimeLimits): void {
  const rows = annotated
    .trim()
    .split('\n')
    .map((row) => {
      const bar = row.indexOf('|')
      return { kind: row.slice(0, bar).trim(), line: row.slice(bar + 1) }
    })
  const got = kinds(
    contentType,
    rows.map(({ line }) => line),
    limits,
  )
  assert.deepEqual(
    got.map((kind, i) => `${kind}|${rows[i]?.line}`),
    rows.map(({ kind, line }) => `${kind}|${line}`),
  )
}

describe('MIME structure', () => {
  it('text has none', () => {
    check(undefined, 'body|--x\nbody|A: b\nbody|')
    check('text/plain; boundary=x', 'body|--x\nbody|A: b')
    assert.equal(new MimeStructure('text/plain').plain, true)
  })

  it('parts, nested parts, attached messages', () => {
    check(
      'multipart/mixed; boundary="x y"',
      `
body    |preamble
boundary|--x y
mime    |Content-Type: multipart/alternative;
fold    |  boundary=inner
end     |
boundary|--inner
end     |
body    |text: no header
boundary|--inner--
body    |epilogue
boundary|--x y trailing
mime    |content-TYPE: Message/RFC822
end     |
nested  |Subject: nested
nested  |Content-Type: multipart/mixed; boundary=deep
end     |
boundary|--deep
mime    |X: y
boundary|--x y--
body    |--x
`,
    )
  })

  it('parts of a digest are messages', () => {
    check(
      'multipart/digest; boundary=d',
      `
boundary|--d
end     |
nested  |Subject: x
end     |
body    |y
boundary|--d
mime    |Content-Type: text/plain
end     |
body    |Subject: x
`,
    )
  })

  it('a message as the whole body', () => {
    check('message/rfc822', 'nested|Subject: x\nfold|  y\nend|\nbody|z')
  })

  it('headers that are not end the headers', () => {
    check('multipart/mixed; boundary=x', 'boundary|--x\nmime|A: b\nbody|no header\nbody|C: d')
    check('multipart/mixed; boundary=x', 'boundary|--x\nbody|  blank\nbody|C: d')
  })

  it('boundaries are cut at the limit', () => {
    const limits = { nesting: 100, boundary: 10 }
    check(
      'multipart/mixed; boundary="0123456789-first"',
      `
boundary|--0123456789-other
end     |
boundary|--0123456789-first--
mime    |X-P: after
`,
      limits,
    )
  })

  it('deep nesting is told, and bounded', () => {
    const limits = { nesting: 2, boundary: 100 }
    const structure = new MimeStructure('multipart/mixed; boundary=b0', limits)
    for (let i = 0; i < 500; i++) {
      for (const line of [`--b${i}`, `Content-Type: multipart/mixed; boundary=b${i + 1}`, '']) {
        const bytes = Buffer.from(line)
        structure.line(bytes, 0, bytes.length)
      }
      // As in Postfix, two more than the limit pass.
      assert.equal(structure.exceeded, i >= 3)
    }
  })

  it('encodings: of each text, and those that a composite type can not have', () => {
    const seen: string[] = []
    const text = `pre
--a
Content-Transfer-Encoding: 8bit

x
--a
content-transfer-encoding : Quoted-Printable (so)

x
--a
Content-Transfer-Encoding: odd

x
--a--
after
`
    const structure = new MimeStructure('multipart/mixed; boundary=a', MIME_LIMITS, ' 8BIT')
    for (const line of text.split('\n')) {
      const bytes = Buffer.from(line)
      if (structure.line(bytes, 0, bytes.length) === 'body' && line !== '') seen.push(`${line} ${structure.encoding}`)
    }
    assert.deepEqual(seen, ['pre 7bit', 'x 8bit', 'x quoted-printable', 'x 7bit', 'after 7bit'])
    assert.equal(structure.invalidEncoding, undefined)
    const bad = (type: string, encoding: string) => new MimeStructure(type, MIME_LIMITS, encoding).invalidEncoding
    assert.equal(bad('multipart/mixed; boundary=a', 'base64'), 'base64')
    assert.equal(bad('message/rfc822', 'quoted-printable'), 'quoted-printable')
    assert.equal(bad('message/partial', '8bit'), '8bit')
    assert.equal(bad('message/delivery-status', 'base64'), undefined)
    assert.equal(bad('text/plain', 'base64'), undefined)
  })

  it('never throws', () => {
    const line = fc.oneof(
      fc.string({ maxLength: 40 }),
      fc.constantFrom(
        '',
        '--x',
        '--x--',
        '--y',
        ' fold',
        'A: b',
        'Content-Type: multipart/mixed; boundary=y',
        'Content-Type: message/rfc822',
      ),
    )
    fc.assert(
      fc.property(fc.array(line, { maxLength: 40 }), (lines) => {
        for (const kind of kinds('multipart/mixed; boundary=x', lines)) assert.equal(typeof kind, 'string')
      }),
    )
  })
})

describe('Content-Type', () => {
  const values: [string, string, Record<string, string>][] = [
    ['text/plain', 'text/plain', {}],
    [' Text / HTML ;charset=UTF-8', 'text/html', { charset: 'UTF-8' }],
    ['multipart/mixed; boundary="a \\"b\\""; x=1', 'multipart/mixed', { boundary: 'a "b"', x: '1' }],
    ['multipart/mixed (comment (nested)); (c) boundary (d) = (e) "x"', 'multipart/mixed', { boundary: 'x' }],
    ['multipart/mixed;\r\n\tboundary=x', 'multipart/mixed', { boundary: 'x' }],
    ['multipart/mixed; boundary=first; boundary=second', 'multipart/mixed', { boundary: 'first' }],
    ['multipart/mixed; boundary=; x=y', 'multipart/mixed', { x: 'y' }],
    ['a/b; __proto__=1', 'a/b', { ['__proto__']: '1' }],
  ]
  for (const [value, type, parameters] of values)
    it(value, () => {
      const parsed = parseContentType(value)
      assert.equal(`${parsed?.type}/${parsed?.subtype}`, type)
      assert.deepEqual(Object.fromEntries(parsed?.parameters ?? []), parameters)
    })

  it('is nothing without type and subtype', () => {
    for (const value of ['', 'text', '/plain', 'text/', '; a=b', '(comment'])
      assert.equal(parseContentType(value), undefined, value)
  })

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (value) => void parseContentType(value)))
    fc.assert(fc.property(fc.string(), (value) => void parseContentType(`a/b;${value}`)))
  })
})
