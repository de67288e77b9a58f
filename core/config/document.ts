/** A YAML 1.2 file of which every value and key knows its place. */
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument, visit } from 'yaml'
import type { Path } from './path.ts'
import type { Place, Problem } from './types.ts'

/** More aliases than any configuration has. */
const MAX_ALIASES = 1000

/** A parsed file. */
export class YamlDocument {
  readonly file: string
  readonly #document: ReturnType<typeof parseDocument>
  readonly #lines = new LineCounter()

  constructor(file: string, source: string) {
    this.file = file
    this.#document = parseDocument(source, { version: '1.2', lineCounter: this.#lines, prettyErrors: false, strict: true })
  }

  /** Syntax errors, duplicate keys and the like. */
  problems(): Problem[] {
    const all = this.#document.errors.map((error) => ({
      place: this.#at(error.pos[0]),
      path: 'yaml',
      message: (error.message.split('\n')[0] ?? '').replace(/:$/, ''),
    }))
    // One slip makes several errors; the first of a line is the one that tells.
    const told = all.filter(({ place }, i) => all.findIndex((other) => other.place.line === place.line) === i)
    return told.length > 0 ? told : this.#aliasProblems()
  }

  /** Plain values; to be asked for when there are no problems. */
  value(): unknown {
    return this.#document.toJS({ maxAliasCount: MAX_ALIASES })
  }

  /** Aliases without their anchor, or so many that a small file would become a huge one. */
  #aliasProblems(): Problem[] {
    const problems: Problem[] = []
    visit(this.#document, {
      Alias: (_, node) => {
        if (node.resolve(this.#document) === undefined)
          problems.push({
            place: this.#at(node.range?.[0] ?? 0),
            path: 'yaml',
            message: 'there is no such anchor',
            text: `*${node.source}`,
          })
      },
    })
    if (problems.length > 0) return problems
    try {
      this.value()
      return []
    } catch (error) {
      return [{ place: this.#at(0), path: 'yaml', message: (error as Error).message }]
    }
  }

  /** Where a value stands; when it is missing, the nearest thing around it. */
  place(path: Path): Place {
    return this.#at(this.#nearest(path)?.range?.[0] ?? 0)
  }

  /** Where the last key of a path stands. */
  keyPlace(path: Path): Place {
    const parent = this.#nearest(path.slice(0, -1))
    const key = isMap(parent) ? pairOf(parent, path.at(-1))?.key : undefined
    return isScalar(key) ? this.#at(key.range?.[0] ?? 0) : this.place(path)
  }

  /** A scalar as the file spells it: `0644`, `5m`, `yes`. Undefined for anything else. */
  source(path: Path): string | undefined {
    const node = this.#nearest(path)
    if (!isScalar(node)) return undefined
    return typeof node.value === 'string' ? node.value : (node.source ?? String(node.value ?? ''))
  }

  #nearest(path: Path): Node | undefined {
    let node = this.#resolved(this.#document.contents)
    for (const part of path) {
      const next = isMap(node) ? pairOf(node, part)?.value : isSeq(node) ? node.items[Number(part)] : undefined
      const resolved = this.#resolved(next)
      if (resolved?.range == null) return node
      node = resolved
    }
    return node
  }

  #resolved(node: unknown): Node | undefined {
    return (isAlias(node) ? node.resolve(this.#document) : node) as Node | undefined
  }

  #at(offset: number): Place {
    const { line, col } = this.#lines.linePos(offset)
    return { file: this.file, line: Math.max(line, 1), column: Math.max(col, 1) }
  }
}

function pairOf(map: { items: Pair[] }, key: unknown): Pair | undefined {
  return map.items.find((pair) => (isScalar(pair.key) ? pair.key.value : pair.key) === key)
}
