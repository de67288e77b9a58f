/**
 * Patterns that V8's own engine may run: it is many times as fast as the linear one, but can take time without end. So only patterns
 * are taken whose work has a bound that can be read off, and only texts that are short. What both engines might read differently
 * (anything but plain ASCII, bracket names, most escapes, repeated groups) is left to the linear one.
 */

/** Longest text, in characters. */
const LONGEST = 256
/** Most steps that the search in such a text may take. */
const MOST_STEPS = 1 << 20
const PRINTABLE = /^[ -~]*$/

/** One character of a pattern: itself, an escaped sign, `.`, a class of characters, or a bracket expression without names. */
const SINGLE =
  /(?:[A-Za-z0-9@_ !"#%&',\-:;<=>~`/]|\.|\\[^A-Za-z0-9]|\\[dws]|\[\^?(?:[A-Za-z0-9@_ !"#%',:;<=>~`/.*+?$(){}|-]|\\[^A-Za-z0-9])+\])/y
/** `x*`, `x+`, `x{2,5}`, also lazy. */
const LOOP = /(?:[*+]|\{\d{1,3}(?:,\d{0,3})?\})\??/y
const MAYBE = /\?\??/y
/** A quantifier where none may be. */
const QUANTIFIER = /[*+?{]/

/** Reads a pattern and keeps account of what it may cost. */
class Reading {
  readonly #pattern: string
  #at = 0
  /** Unbounded or long repetitions. */
  loops = 0
  /** Ways through the pattern, were each tried. */
  ways = 1

  constructor(pattern: string) {
    this.#pattern = pattern
  }

  /** All of it was understood. */
  whole(): boolean {
    return this.#alternatives() && this.#at === this.#pattern.length
  }

  #alternatives(): boolean {
    let count = 1
    if (!this.#sequence()) return false
    for (; this.#pattern[this.#at] === '|'; count++) {
      this.#at++
      if (!this.#sequence()) return false
    }
    this.ways *= count
    return true
  }

  #sequence(): boolean {
    for (let next = this.#pattern[this.#at]; next !== undefined && next !== '|' && next !== ')'; next = this.#pattern[this.#at]) {
      if (next === '^' || next === '$') this.#at++
      else if (next === '(' ? !this.#group() : !this.#single()) return false
      if (QUANTIFIER.test(this.#pattern[this.#at] ?? '')) return false
    }
    return true
  }

  #group(): boolean {
    this.#at += this.#pattern.startsWith('(?:', this.#at) ? 3 : 1
    if (!this.#alternatives() || this.#pattern[this.#at] !== ')') return false
    this.#at++
    if (this.#take(MAYBE)) this.ways *= 2
    return true
  }

  #single(): boolean {
    if (!this.#take(SINGLE)) return false
    if (this.#take(LOOP)) this.loops++
    else if (this.#take(MAYBE)) this.ways *= 2
    return true
  }

  #take(what: RegExp): boolean {
    what.lastIndex = this.#at
    if (!what.test(this.#pattern)) return false
    this.#at = what.lastIndex
    return true
  }
}

/** A test for short texts of printable ASCII; undefined where the pattern's time, or its meaning, is not certain. */
export function nativeTest(pattern: string, ignoreCase: boolean): ((text: string) => boolean | undefined) | undefined {
  const reading = new Reading(pattern)
  if (!reading.whole()) return undefined
  const starts = pattern.startsWith('^') && !pattern.includes('|') ? 1 : LONGEST
  if (starts * LONGEST ** reading.loops * reading.ways > MOST_STEPS) return undefined
  const expression = new RegExp(pattern, ignoreCase ? 'i' : '')
  return (text) => (text.length <= LONGEST && PRINTABLE.test(text) ? expression.test(text) : undefined)
}
