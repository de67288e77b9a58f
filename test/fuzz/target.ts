/** What a fuzz target is, and the inputs that most of them share. */
import fc from 'fast-check'

/** A property that must hold for every input; `check` throws when it does not. */
export interface Target<T = unknown> {
  readonly name: string
  readonly input: fc.Arbitrary<T>
  check(input: T): void | Promise<void>
}

/** Declares a target; it is run by test/fuzz/run.ts. */
export function target<T>(name: string, input: fc.Arbitrary<T>, check: (input: T) => void | Promise<void>): Target {
  return { name, input, check } as Target
}

/** Pieces that matter somewhere in a mail protocol; chance alone would hardly ever make them. */
const PIECES = [
  ...['\r\n', '\n', '\r', '\r\r\n', '\0', '.', '..', '\r\n.\r\n', '\n.\n', '\n.\r\n', '\r.\r', '\t', ' ', '  '],
  ...['<', '>', '@', ':', ';', ',', '"', '\\', '(', ')', '[', ']', '=', '+', '%', '!', '$', '{', '}', '#', '-', '&'],
  ...['MAIL FROM:', 'RCPT TO:', 'a@b.example', '<>', '<a@b>', '[192.0.2.1]', '[IPv6:2001:db8::1]', 'xn--', '__proto__'],
  ...['Subject: x', 'Received:', 'From ', 'DATA', 'BDAT 5 LAST', 'QUIT', 'SIZE=1', 'ORCPT=rfc822;', '\xff', '\xc3\xa4', '\ud800'],
]

/** Text of such pieces and of anything. */
export const text: fc.Arbitrary<string> = fc
  .array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 8 }), fc.string({ unit: 'binary', maxLength: 4 })), {
    maxLength: 40,
  })
  .map((parts) => parts.join(''))

/** The same as octets. */
export const octets: fc.Arbitrary<Buffer> = fc.oneof(
  text.map((each) => Buffer.from(each, 'latin1')),
  text.map((each) => Buffer.from(each, 'utf8')),
  fc.uint8Array({ maxLength: 300 }).map((each) => Buffer.from(each)),
)

/** Octets, and where to cut them. */
export const chunked: fc.Arbitrary<{ readonly whole: Buffer; readonly cuts: readonly number[] }> = fc.record({
  whole: octets,
  cuts: fc.array(fc.nat({ max: 400 }), { maxLength: 12 }),
})

/** The chunks; copies, because readers may take ownership. */
export function chunksOf({ whole, cuts }: { readonly whole: Buffer; readonly cuts: readonly number[] }): Buffer[] {
  const places = [...new Set([...cuts.filter((cut) => cut > 0 && cut < whole.length), whole.length])].sort((a, b) => a - b)
  let from = 0
  return places.map((to) => {
    const chunk = Buffer.from(whole.subarray(from, to))
    from = to
    return chunk
  })
}
