import assert from 'node:assert/strict'
import { describe, it, test } from 'node:test'
import fc from 'fast-check'
import { Downgrade } from './downgrade.ts'
import { MIME_LIMITS, type MimeLimits } from './mime.ts'
import { NestingError } from './part-state.ts'

function converted(input: Buffer, cuts: readonly number[] = [], limits: MimeLimits = MIME_LIMITS): Buffer {
  const downgrade = new Downgrade(limits)
  const out: Buffer[] = []
  let from = 0
  for (const cut of [...cuts].sort((a, b) => a - b)) {
    out.push(...downgrade.push(input.subarray(from, cut)).map((piece) => Buffer.from(piece)))
    from = cut
  }
  out.push(...downgrade.push(input.subarray(from)), ...downgrade.end())
  return Buffer.concat(out)
}

/** Lines end in LF, on both sides. */
const text = (source: string, limits?: MimeLimits): string =>
  converted(Buffer.from(source.replaceAll('\n', '\r\n')), [], limits)
    .toString()
    .replaceAll('\r\n', '\n')

const CTE = 'Content-Transfer-Encoding:'

describe('to 7 bits', () => {
  const rows: Readonly<Record<string, readonly [string, string]>> = {
    'text that says 8bit': [
      `Subject: ä\n${CTE} 8bit\nX: y\n\nä = x \n\t\n`,
      `Subject: ä\nX: y\n${CTE} quoted-printable\n\n=C3=A4 =3D x=20\n=09\n`,
    ],
    'ASCII that says 8bit': [`${CTE} 8BIT (really)\n\na\n`, `${CTE} quoted-printable\n\na\n`],
    'what says nothing, or lies': [`Subject: x\n\nä = x\n`, `Subject: x\n\nä = x\n`],
    'an unknown or quoted encoding': [`${CTE} "8bit"\n\nä\n`, `${CTE} "8bit"\n\nä\n`],
    'the last word counts': [`${CTE} 8bit\n${CTE} 7bit\n\nä\n`, `${CTE} 7bit\n\nä\n`],
    'the last word counts, and ours comes last': [
      `${CTE} 7bit\n${CTE}\n binary\nX: y\n\nä\n`,
      `${CTE} 7bit\nX: y\n${CTE} quoted-printable\n\n=C3=A4\n`,
    ],
    'a multipart: preamble and epilogue stay': [
      `Content-Type: multipart/mixed; boundary="b b"\n${CTE} 8bit\n\nprä\n--b b\n${CTE} 8bit\n\nä\n--b\n--b b\n\nä\n--b b-- x\nepi ä\n`,
      `Content-Type: multipart/mixed; boundary="b b"\n${CTE} 7bit\n\nprä\n--b b\n${CTE} quoted-printable\n\n=C3=A4\n--b\n--b b\n\nä\n--b b-- x\nepi ä\n`,
    ],
    'an attached message': [
      `Content-Type: message/rfc822\n${CTE} 8bit\n\nSubject: x\n${CTE} 8bit\n\nä\n`,
      `Content-Type: message/rfc822\n${CTE} 7bit\n\nSubject: x\n${CTE} quoted-printable\n\n=C3=A4\n`,
    ],
    'other messages are text inside': [
      `Content-Type: message/partial\n${CTE} 8bit\n\n${CTE} 8bit\n\nä\n`,
      `Content-Type: message/partial\n${CTE} 7bit\n\n${CTE} 8bit\n\n=C3=A4\n`,
    ],
    'message/global is text': [
      `Content-Type: message/global\n${CTE} 8bit\n\n${CTE} 8bit\n\nä\n`,
      `Content-Type: message/global\n${CTE} quoted-printable\n\n${CTE} 8bit\n\n=C3=A4\n`,
    ],
    'parts of a digest are messages': [
      `Content-Type: multipart/digest; boundary=x\n\n--x\n\nSubject: y\n${CTE} 8bit\n\nä\n--x\nContent-Type: text/plain\n${CTE} 8bit\n\nä\n--x--\n`,
      `Content-Type: multipart/digest; boundary=x\n\n--x\n\nSubject: y\n${CTE} quoted-printable\n\n=C3=A4\n--x\nContent-Type: text/plain\n${CTE} quoted-printable\n\n=C3=A4\n--x--\n`,
    ],
    'a part without an empty line': [
      `Content-Type: multipart/mixed; boundary=x\n\n--x\n${CTE} 8bit\nno header ä\n--x--\n`,
      `Content-Type: multipart/mixed; boundary=x\n\n--x\n${CTE} quoted-printable\nno header =C3=A4\n--x--\n`,
    ],
    'a message without one gets it': [`${CTE} 8bit\nno header ä\n`, `${CTE} quoted-printable\n\nno header =C3=A4\n`],
    'an inner part that ends with its container': [
      `Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/mixed; boundary=ab\n\n--ab\n${CTE} 8bit\n\nä\n--a\n\nä\n--a--\n`,
      `Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/mixed; boundary=ab\n\n--ab\n${CTE} quoted-printable\n\n=C3=A4\n--a\n\nä\n--a--\n`,
    ],
    'headers to the end': [`Subject: x\n${CTE} 8bit\n`, `Subject: x\n${CTE} quoted-printable\n`],
    'headers to an end in the middle of a line': [`${CTE} 8bit\nSubject: x`, `Subject: x\n${CTE} quoted-printable\n`],
    'blanks before a colon': [
      `Content-Type: multipart/mixed; boundary=x\n\n--x\nX-A \t: b\n${CTE.replace(':', '\t:')}\n 8bit\n\nä\n--x--\n`,
      `Content-Type: multipart/mixed; boundary=x\n\n--x\nX-A: b\n${CTE} quoted-printable\n\n=C3=A4\n--x--\n`,
    ],
    'lines are broken after 73 characters or more': [
      `${CTE} 8bit\n\n${'b'.repeat(73)}\n${'c'.repeat(74)}\n${'e'.repeat(73)} \n${'f'.repeat(72)}ä\n`,
      `${CTE} quoted-printable\n\n${'b'.repeat(73)}\n${'c'.repeat(73)}=\nc\n${'e'.repeat(73)}=\n=20\n${'f'.repeat(72)}=C3=\n=A4\n`,
    ],
    'the end of the text in the middle of a line': [`${CTE} 8bit\n\nä `, `${CTE} quoted-printable\n\n=C3=A4=20`],
  }
  for (const [name, [source, expected]] of Object.entries(rows)) it(name, () => assert.equal(text(source), expected))
})

test('boundaries are the same when they begin alike; parts nested too deeply are refused', () => {
  const alike = `Content-Type: multipart/mixed; boundary=0123456789-a\n\n--0123456789-b\n${CTE} 8bit\n\nä\n`
  assert.match(text(alike, { nesting: 100, boundary: 10 }), /=C3=A4\n$/)
  const nested = (depth: number): string => {
    let source = ''
    for (let i = 0; i < depth; i++) source += `Content-Type: multipart/mixed; boundary=q${i}\n\n--q${i}\n`
    return source
  }
  const limits = { nesting: 3, boundary: 100 }
  assert.equal(text(nested(4), limits), nested(4))
  assert.throws(() => text(nested(5), limits), NestingError)
})

test('an encoding header that is too long to hold is no encoding', () => {
  const endless = `${CTE}${' (x)\n'.repeat(5000)} 8bit\n\nä\n`
  assert.equal(text(endless), endless)
})

/** Lines as mail has them, and as it should not have them. */
const line = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.string({ unit: fc.constantFrom('a', 'ä', '=', ' ', '\t', '.', '-', '\r', '\0', ':', 'ÿ'), maxLength: 90 }),
  },
  fc.constantFrom('', '', '--x', '--x--', '--xy', '--xy--', 'Subject: ä', ' fold', 'X-A : b', '--'),
  fc.constantFrom(`${CTE} 8bit`, `${CTE} binary`, `${CTE} 7bit`, `${CTE} base64`, CTE, `${CTE.slice(0, -1)} :`),
  fc
    .constantFrom(
      'multipart/mixed; boundary=x',
      'multipart/digest; boundary=xy',
      'message/rfc822',
      'message/partial',
      'text/plain',
    )
    .map((type) => `Content-Type: ${type}`),
  fc.integer({ min: 2000, max: 2100 }).map((length) => `${'y'.repeat(length)}ä`),
)
const content = fc
  .tuple(fc.array(line, { maxLength: 25 }), fc.boolean())
  .map(([lines, isWhole]) => Buffer.from(lines.join('\r\n') + (isWhole ? '\r\n' : '')))

test('any splitting of the content gives the same output, of bounded size', () => {
  fc.assert(
    fc.property(content, fc.array(fc.nat(4000), { maxLength: 30 }), (bytes, at) => {
      const whole = converted(bytes)
      const cuts = at.map((each) => Math.min(each, bytes.length))
      assert.deepEqual(converted(bytes, cuts), whole)
      if (bytes.length < 600)
        assert.deepEqual(
          converted(
            bytes,
            Array.from({ length: bytes.length }, (_, i) => i),
          ),
          whole,
        )
      assert.ok(whole.length <= bytes.length * 3.2 + 60 * (bytes.toString().split('\n').length + 1))
    }),
    { numRuns: 300 },
  )
})

/** A part: text that is encoded, or parts, or a message. */
interface Part {
  readonly kind: 'text' | 'multipart' | 'message'
  readonly encoding: string
  readonly body: string
  readonly parts: readonly Part[]
}

const body = fc.array(
  fc.string({ unit: fc.constantFrom('a', 'ä', '=', ' ', '\t', '.', 'ÿ', '€', '\x01', '\x7f'), maxLength: 120 }),
  {
    maxLength: 6,
  },
)
const { part } = fc.letrec<{ part: Part }>((tie) => ({
  part: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'mime' },
    fc.record({
      kind: fc.constant('text' as const),
      encoding: fc.constantFrom('8bit', 'binary', '7bit', ''),
      body: body.map((lines) => lines.map((each) => `${each}\r\n`).join('')),
      parts: fc.constant([]),
    }),
    fc.record({
      kind: fc.constantFrom('multipart' as const, 'message' as const),
      encoding: fc.constantFrom('8bit', ''),
      body: fc.constant(''),
      parts: fc.array(tie('part'), { minLength: 1, maxLength: 3 }),
    }),
  ),
}))

const TYPES = { text: 'text/plain; charset=utf-8', multipart: 'multipart/mixed; boundary=b', message: 'message/rfc822' }

/** The part as bytes; boundaries grow with the way to it, and none begins another. */
function written({ kind, encoding, body, parts }: Part, way: string): string {
  const head = `Content-Type: ${TYPES[kind]}${kind === 'multipart' ? `${way}z` : ''}\r\n`
  const encoded = encoding === '' ? '' : `Content-Transfer-Encoding: ${encoding}\r\n`
  const inner = parts.slice(0, kind === 'message' ? 1 : parts.length).map((each, i) => written(each, `${way}${i}`))
  const boundary = `--b${way}z`
  const rest =
    kind === 'multipart' ? `${inner.map((each) => `${boundary}\r\n${each}`).join('')}${boundary}--\r\n` : inner.join('')
  return `${head}${encoded}\r\n${body}${rest}`
}

/** What a reader sees: every text, decoded by what its headers say. Knows nothing of the writer but boundaries. */
function texts(source: string): string[] {
  const end = source.indexOf('\r\n\r\n')
  const head = source.slice(0, end + 2)
  const rest = source.slice(end + 4)
  const boundary = /boundary=(\S+)/.exec(head)?.[1]
  if (boundary !== undefined) {
    const inner = `\r\n${rest}`.split(`\r\n--${boundary}--\r\n`)[0] ?? ''
    return inner
      .split(`\r\n--${boundary}\r\n`)
      .slice(1)
      .flatMap((each) => texts(`${each}\r\n`))
  }
  if (/message\/rfc822/.test(head)) return texts(rest)
  return [/quoted-printable/.test(head) ? decoded(rest) : rest]
}

function decoded(source: string): string {
  const joined = source.replaceAll('=\r\n', '')
  const bytes = joined.replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1').toString()
}

/** Is the only way to a wide byte through text that does not say so? */
const isHonest = ({ encoding, body, parts }: Part): boolean =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range of ASCII
  (encoding === '8bit' || encoding === 'binary' || /^[\x00-\x7f]*$/.test(body)) && parts.every(isHonest)

test('a reader decodes what was there, and honest mail has become ASCII', () => {
  fc.assert(
    fc.property(part, (root) => {
      const source = `Subject: x\r\n${written(root, '')}`
      const out = converted(Buffer.from(source)).toString()
      assert.deepEqual(texts(out), texts(source))
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the range of ASCII
      if (isHonest(root)) assert.match(out, /^[\x00-\x7f]*$/)
      for (const each of out.split('\r\n')) assert.ok(!isHonest(root) || each.length <= 120)
    }),
    { numRuns: 300 },
  )
})
