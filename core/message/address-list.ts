/**
 * The structure of an address list, as RFC 822 has it and headers spell it: mailboxes with and without names, groups, routes,
 * comments. What stands in it is read from the right, since only what follows a word says what the word is. Pure.
 */
import { type Lexeme, lexAddress } from '../protocol/lexeme.ts'

/** An address: its words and marks, in order. */
export interface AddressNode {
  readonly kind: 'address'
  readonly parts: readonly Lexeme[]
}

/** The colon after the name of a group. */
export interface GroupStart {
  readonly kind: 'group'
  readonly text: ':'
}

/** What a list is made of: addresses, and everything around them. */
export type ListNode = AddressNode | GroupStart | Lexeme

const COMMA: Lexeme = { kind: 'special', text: ',' }

/**
 * Takes a list apart. Words that stand side by side are addresses of their own, with a comma between.
 * @param limit of words, marks and comments; what comes after them is left out
 */
export function parseList(value: string, limit = Number.POSITIVE_INFINITY): ListNode[] {
  const flat = value.includes('\n') ? value.replaceAll(/\r?\n/g, '') : value
  const lexemes = lexAddress(flat)
  return new ListReader(lexemes.length > limit ? lexemes.slice(0, limit) : lexemes).read()
}

/** Reads lexemes from the last to the first. */
class ListReader {
  readonly #lexemes: readonly Lexeme[]
  /** What was read, the last first. */
  readonly #nodes: ListNode[] = []
  /** Of the address that is being read, the last first. */
  #parts: Lexeme[] = []
  /** A word belongs to the address being read, because a mark stands between them. */
  #isJoined = true
  #isInGroup = false
  #at: number

  constructor(lexemes: readonly Lexeme[]) {
    this.#lexemes = lexemes
    this.#at = lexemes.length - 1
  }

  read(): ListNode[] {
    for (; this.#at >= 0; this.#at--) this.#take(this.#lexemes[this.#at] as Lexeme)
    this.#end()
    return this.#nodes.reverse()
  }

  #take(lexeme: Lexeme): void {
    // A comment inside an address comes after it.
    if (lexeme.kind === 'comment') this.#nodes.push(lexeme)
    else if (lexeme.kind === 'special') this.#mark(lexeme)
    else {
      if (!this.#isJoined) this.#end(COMMA)
      this.#parts.push(lexeme)
      this.#isJoined = false
    }
  }

  #mark(lexeme: Lexeme): void {
    const { text } = lexeme
    this.#isJoined = true
    if (text === ',') this.#end()
    else if (text === ';' || text === '>') this.#end(COMMA)
    if (text === ';') this.#isInGroup = true
    if (text === '>') this.#bracket(lexeme)
    else if (text === ':' && this.#isInGroup) this.#group()
    else if (text === ',' || text === ';') this.#nodes.push(lexeme)
    else this.#parts.push(lexeme)
  }

  /** `name <route:address>`; without an opening bracket all that is left is one address. */
  #bracket(close: Lexeme): void {
    this.#nodes.push(close)
    for (this.#at--; this.#at >= 0; this.#at--) {
      const lexeme = this.#lexemes[this.#at] as Lexeme
      if (isMark(lexeme, '<')) {
        this.#end()
        this.#nodes.push(lexeme)
        this.#phrase('>;,:')
        return
      }
      if (lexeme.kind === 'comment') this.#nodes.push(lexeme)
      else this.#parts.push(lexeme)
    }
  }

  /** `name:` of a group. */
  #group(): void {
    this.#end()
    this.#nodes.push({ kind: 'group', text: ':' })
    this.#phrase(',')
  }

  /** Words of a name, up to a mark that can not belong to it. */
  #phrase(ends: string): void {
    for (; this.#at > 0; this.#at--) {
      const before = this.#lexemes[this.#at - 1] as Lexeme
      if (before.kind === 'special' && ends.includes(before.text)) return
      this.#nodes.push(before)
    }
  }

  /** The address being read is whole. @param before what is missing in front of it */
  #end(before?: Lexeme): void {
    if (this.#parts.length === 0) return
    this.#nodes.push({ kind: 'address', parts: this.#parts.reverse() })
    if (before !== undefined) this.#nodes.push(before)
    this.#parts = []
  }
}

/** Where the address begins after its route (RFC 5321 4.1.1.3). */
function routeEnd({ parts }: AddressNode): number {
  const [first] = parts
  return first !== undefined && isMark(first, '@') ? parts.findIndex((part) => isMark(part, ':')) + 1 : 0
}

/** Has the address a route? */
export function isRouted(node: AddressNode): boolean {
  return routeEnd(node) > 0
}

/** Internal form; the route goes, unless it is to stay. */
export function textOf(node: AddressNode, withRoute = false): string {
  const { parts } = node
  let text = ''
  for (let i = withRoute ? 0 : routeEnd(node); i < parts.length; i++) {
    const part = parts[i] as Lexeme
    text += part.text
    if (spaceBetween(part, parts[i + 1])) text += ' '
  }
  return text
}

/** Is it a comma between addresses? */
export function isComma(node: ListNode): boolean {
  return node.kind === 'special' && node.text === ','
}

/** Does a blank belong between two neighbours? */
export function spaceBetween(left: ListNode, right: ListNode | undefined): boolean {
  if (right === undefined) return false
  if (right.kind === 'special') return right.text === '<' || left.kind === 'group'
  return left.kind !== 'special' && right.kind !== 'group'
}

function isMark(lexeme: Lexeme, text: string): boolean {
  return lexeme.kind === 'special' && lexeme.text === text
}
