/** Every parser of what comes from outside: never throws, never invents line ends, and reads back what it writes. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { parseConfiguration } from '../../core/config/load.ts'
import { ConfigurationError } from '../../core/config/types.ts'
import { parseAddresses } from '../../core/message/addresses.ts'
import { parseContentType } from '../../core/message/content-type.ts'
import { Downgrade } from '../../core/message/downgrade.ts'
import { parseHeaders, safeHeader } from '../../core/message/headers.ts'
import { MimeStructure } from '../../core/message/mime.ts'
import { NestingError } from '../../core/message/part-state.ts'
import { understand } from '../../core/net/packets.ts'
import { understand as understandPolicy } from '../../core/policyd/facts.ts'
import { RequestError, RequestReader } from '../../core/policyd/request.ts'
import { parseAddress, quoteAddress } from '../../core/protocol/address.ts'
import { splitVerb, splitWords } from '../../core/protocol/command.ts'
import { type ContentRules, ContentScanner } from '../../core/protocol/dot.ts'
import { LineReader } from '../../core/protocol/line.ts'
import { decodeXtext, encodeXtext } from '../../core/protocol/xtext.ts'
import { decodeRecordHeader, decodeSegmentHeader, NONCE } from '../../core/queue/record.ts'
import { chunked, chunksOf, octets, type Target, target, text } from './target.ts'

/** One line, as a session would hand it on. */
const line = text.map((each) => each.replace(/[\r\n\0]/g, ' '))

const rules = fc.record({ strict: fc.boolean(), dotted: fc.boolean(), replaceStrayCr: fc.boolean() })

/** Content through the scanner, and where it ended. */
function scanned(chunks: readonly Buffer[], how: ContentRules): { content: string; end: number; facts: object; bareLf: boolean } {
  const scanner = new ContentScanner(how)
  const pieces: Buffer[] = []
  let before = 0
  let end = -1
  for (const chunk of chunks) {
    const at = scanner.push(chunk, 0, pieces)
    if (at >= 0) {
      end = before + at
      break
    }
    before += chunk.length
  }
  if (end < 0) scanner.finish(pieces)
  return { content: Buffer.concat(pieces).toString('latin1'), end, facts: scanner.facts(), bareLf: scanner.bareLf }
}

function linesOf(chunks: readonly Buffer[]): object[] {
  const reader = new LineReader(100)
  const lines: object[] = []
  for (const chunk of chunks) {
    reader.push(chunk)
    while (reader.next()) lines.push({ text: reader.text, bareLf: reader.bareLf, cut: reader.cut, badUtf8: reader.badUtf8 })
  }
  return lines
}

/** Policy requests of octets that begin as one does, or why there are none. */
function policyRequests(chunks: readonly Buffer[]): unknown {
  const reader = new RequestReader()
  const found: unknown[] = []
  try {
    for (const chunk of [Buffer.from('request=smtpd_access_policy\nprotocol_state='), ...chunks, Buffer.from('\n\n')]) {
      reader.push(chunk)
      for (let request = reader.next(); request !== undefined; request = reader.next()) {
        const asked = understandPolicy(request, 'p', 'id')
        for (const value of request.values()) assert.doesNotMatch(value, /[\r\n\0]/)
        found.push([...request], asked.state, asked.sender)
      }
    }
    return found
  } catch (error) {
    assert.ok(error instanceof RequestError)
    return [...found, error.message]
  }
}

/** Content converted to 7 bits, from within a part that asks for it; '' when it is nested too deeply. */
function narrowed(chunks: readonly Buffer[]): string {
  const downgrade = new Downgrade({ nesting: 3, boundary: 20 })
  const begin = 'Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Transfer-Encoding: 8bit\r\n'
  const pieces: Buffer[] = []
  try {
    for (const chunk of [Buffer.from(begin), ...chunks]) pieces.push(...downgrade.push(chunk))
    pieces.push(...downgrade.end())
  } catch (error) {
    assert.ok(error instanceof NestingError)
    return ''
  }
  return Buffer.concat(pieces).toString('latin1')
}

export const targets: readonly Target[] = [
  target('address', line, (path) => {
    const address = parseAddress(path)
    if (address === undefined || address.text === '') return
    assert.doesNotMatch(address.text, /[\r\n\0]/)
    const again = parseAddress(`<${quoteAddress(address.text)}>`)
    assert.equal(again?.text, address.text)
  }),

  target('command', line, (command) => {
    splitWords(command)
    const { verb, argument } = splitVerb(command)
    assert.ok(verb.length + argument.length <= command.length + 8)
  }),

  target('xtext', line, (value) => {
    decodeXtext(value)
    const wellFormed = value.toWellFormed()
    assert.equal(decodeXtext(encodeXtext(wellFormed)), wellFormed)
  }),

  target('lines in any chunking', chunked, (input) => {
    assert.deepEqual(linesOf(chunksOf(input)), linesOf([input.whole]))
  }),

  target('content in any chunking', fc.tuple(chunked, rules), ([input, how]) => {
    const one = scanned([Buffer.from(input.whole)], how)
    assert.deepEqual(scanned(chunksOf(input), how), one)
    // What is stored has CRLF line ends and nothing else that some server would take for one.
    assert.doesNotMatch(one.content, /(?<!\r)\n/)
    if (one.content !== '') assert.ok(one.content.endsWith('\r\n'))
  }),

  target('policy requests in any chunking', chunked, (input) => {
    assert.deepEqual(policyRequests(chunksOf(input)), policyRequests([input.whole]))
  }),

  target('headers', octets, (head) => {
    const block = parseHeaders(Buffer.concat([head, Buffer.from('\r\n\r\n')]))
    for (const header of block) block.value(header.name)
    block.append('X-Added: yes')
    assert.equal(block.value('x-added'), 'yes')
    assert.match(block.toBuffer().toString('latin1'), /\r\n$/)
  }),

  target('addresses in headers', text, (value) => {
    const list = parseAddresses(value)
    const changed = list.written(
      'To',
      list.addresses.map((address) => `x${address}`),
    )
    parseAddresses(changed.slice(3))
    assert.equal(list.isLocal.length, list.addresses.length)
    assert.doesNotMatch(changed, /\r\n(?!\t)/)
  }),

  target('content types', text, (value) => {
    parseContentType(value)
    parseContentType(`multipart/mixed; ${value}`)
  }),

  target('MIME structure', octets, (body) => {
    const structure = new MimeStructure('multipart/mixed; boundary=x')
    for (let at = 0; at < body.length; ) {
      const newline = body.indexOf(10, at)
      const end = newline < 0 ? body.length : newline
      structure.line(body, at, end)
      at = end + 1
    }
    assert.ok(!structure.exceeded || body.length > 100)
  }),

  target('content to 7 bits in any chunking', chunked, (input) => {
    assert.equal(narrowed(chunksOf(input)), narrowed([Buffer.from(input.whole)]))
  }),

  target('header edits stay one header', text, (raw) => {
    assert.doesNotMatch(safeHeader(raw), /\0|\r(?!\n)|(?<!\r)\n|\n(?![ \t])|\n[ \t]*\r?\n/)
  }),

  target('DNS answers', octets, (packet) => {
    for (const type of ['A', 'MX', 'TXT', 'PTR', 'TLSA'] as const) understand(packet, 'x.example', type, true)
  }),

  target('configuration', text, (source) => {
    try {
      parseConfiguration('fuzz.yaml', `version: 1\n${source}`)
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error
      assert.ok(error.problems.every(({ place }) => place.line >= 1 && place.column >= 1))
    }
  }),

  target('queue records', octets, (bytes) => {
    const padded = Buffer.concat([bytes, Buffer.alloc(64)])
    decodeSegmentHeader(padded)
    decodeRecordHeader(padded, padded.subarray(0, NONCE))
  }),
]
