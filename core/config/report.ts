/** Collects what is wrong with a file, so that all of it is told at once. */
import type { YamlDocument } from './document.ts'
import { type Path, renderPath } from './path.ts'
import { ConfigurationError, type Place, type Problem, renderProblem } from './types.ts'
import type { Finding } from './validate.ts'

interface More {
  readonly text?: string | undefined
  readonly suggestion?: string | undefined
  /** The place is that of the key. */
  readonly atKey?: boolean
  readonly place?: Place
}

/** Problems and warnings of one file. */
export class Report {
  readonly document: YamlDocument
  readonly problems: Problem[] = []
  readonly warnings: string[] = []

  constructor(document: YamlDocument) {
    this.document = document
    this.problems.push(...document.problems())
  }

  /** Something that stops the start. */
  problem(path: Path, message: string, more: More = {}): void {
    this.problems.push(this.#made(path, message, more))
  }

  /** Something worth saying. */
  warning(path: Path, message: string, more: More = {}): void {
    this.warnings.push(renderProblem(this.#made(path, message, more)))
  }

  /** What a schema found below `path`. */
  findings(path: Path, findings: readonly Finding[]): void {
    for (const { path: rest, message, ...more } of findings) this.problem([...path, ...rest], message, more)
  }

  /** @throws ConfigurationError when there is any problem */
  settle(): void {
    if (this.problems.length === 0) return
    const ordered = [...this.problems].sort((a, b) => a.place.line - b.place.line || a.place.column - b.place.column)
    throw new ConfigurationError(ordered)
  }

  #made(path: Path, message: string, { text, suggestion, atKey, place }: More): Problem {
    return {
      place: place ?? (atKey ? this.document.keyPlace(path) : this.document.place(path)),
      path: renderPath(path),
      message,
      ...(text === undefined ? {} : { text }),
      ...(suggestion === undefined ? {} : { suggestion }),
    }
  }
}
