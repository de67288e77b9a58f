/** Reads `.dialog` files: see README.md beside this file for the format. Pure. */

/** One thing that happens, in file order. */
export type Step =
  /** A reply line to expect; `rest` skips what follows of the reply. */
  | { readonly kind: 'expect'; readonly pattern: string; readonly rest: boolean; readonly line: number }
  /** Bytes (latin1 text) to send. */
  | { readonly kind: 'send'; readonly bytes: string; readonly line: number }
  /** The other side hangs up. */
  | { readonly kind: 'closed'; readonly line: number }
  /** A new connection of this client, after closing the one before. */
  | { readonly kind: 'client'; readonly client: string; readonly line: number }
  | { readonly kind: 'delivered'; readonly envelope: string; readonly content: readonly string[]; readonly line: number }
  | { readonly kind: 'queue'; readonly pattern: string; readonly line: number }
  | { readonly kind: 'log'; readonly pattern: string; readonly line: number }

/** What a remote server says and expects on one connection. */
export type ServerStep = Extract<Step, { kind: 'expect' | 'send' | 'closed' }>

/** A parsed dialog. */
export interface Dialog {
  readonly name: string
  /** First comment line: why this behaviour. */
  readonly why: string
  /** Path of a configuration, or undefined: the base with `yaml` over it. */
  readonly config: string | undefined
  readonly yaml: string
  /** Postfix parameters for Postern and, in parity mode, for Postfix. */
  readonly parameters: readonly string[]
  /** Lines of main.cf for Postfix alone; undefined when the dialog is not for it. */
  readonly postfix: readonly string[] | undefined
  /** Why Postfix is known to differ; the dialog then does not run against it. */
  readonly differs: string | undefined
  readonly dns: readonly string[]
  /** Files made in the configuration's directory, by name. */
  readonly files: ReadonlyMap<string, string>
  readonly steps: readonly Step[]
  /** Connections by server name. */
  readonly servers: ReadonlyMap<string, readonly (readonly ServerStep[])[]>
}

interface Draft {
  why: string
  config: string | undefined
  yaml: string[]
  parameters: string[]
  postfix: string[] | undefined
  differs: string | undefined
  dns: string[]
  files: Map<string, string>
  steps: Step[]
  servers: Map<string, ServerStep[][]>
}

type Directive = (draft: Draft, rest: string, block: readonly string[], line: number) => void

const DIRECTIVES: ReadonlyMap<string, Directive> = new Map<string, Directive>([
  [
    'config',
    (draft, rest, block) => {
      if (rest !== '') draft.config = rest
      draft.yaml.push(...block)
    },
  ],
  ['parameter', (draft, rest) => void draft.parameters.push(rest)],
  [
    'postfix',
    (draft, rest, block) => {
      draft.postfix = [...(draft.postfix ?? []), ...(rest === '' ? [] : [rest]), ...block]
    },
  ],
  [
    'differs',
    (draft, rest) => {
      draft.differs = rest
    },
  ],
  ['dns', (draft, rest, block) => void draft.dns.push(...(rest === '' ? [] : [rest]), ...block)],
  ['file', (draft, rest, block) => void draft.files.set(rest, `${block.join('\n')}\n`)],
  ['client', (draft, rest, _block, line) => void draft.steps.push({ kind: 'client', client: rest, line })],
  ['log', (draft, rest, _block, line) => void draft.steps.push({ kind: 'log', pattern: rest, line })],
  ['queue:', (draft, rest, _block, line) => void draft.steps.push({ kind: 'queue', pattern: rest, line })],
  [
    'delivered:',
    (draft, rest, block, line) => {
      const [envelope = '', ...content] = [rest, ...block].map((each) => Buffer.from(each, 'utf8').toString('latin1'))
      draft.steps.push({ kind: 'delivered', envelope, content, line })
    },
  ],
])

/** @throws Error naming file and line */
export function parseDialog(name: string, text: string): Dialog {
  const draft: Draft = {
    why: '',
    config: undefined,
    yaml: [],
    parameters: [],
    postfix: undefined,
    differs: undefined,
    dns: [],
    files: new Map(),
    steps: [],
    servers: new Map(),
  }
  const lines = text.split('\n')
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? ''
    if (line.startsWith('#') && draft.why === '') draft.why = line.slice(1).trim()
    if (line.startsWith('#') || line.trim() === '') continue
    const start = i
    const block: string[] = []
    while (isBlockLine(lines[i + 1])) block.push((lines[++i] ?? '').slice(2))
    try {
      addLine(draft, line, block, start + 1)
    } catch (error) {
      throw new Error(`${name}:${start + 1}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  if (draft.why === '') throw new Error(`${name}:1: the first line must say why, as a comment`)
  if (draft.steps[0]?.kind !== 'client') draft.steps.unshift({ kind: 'client', client: '127.0.0.1', line: 1 })
  return { name, ...draft, yaml: draft.yaml.join('\n') }
}

/** Indented by two, or `| text` as mail is shown. */
function isBlockLine(line: string | undefined): boolean {
  return line !== undefined && (line.startsWith('  ') || line.startsWith('| ') || line === '|')
}

function addLine(draft: Draft, line: string, block: readonly string[], number: number): void {
  const spoken = /^(?:(\w+) )?([SCX]): ?(.*)$/.exec(line)
  if (spoken !== null) {
    addSpoken(draft, spoken[1], spoken[2] ?? '', spoken[3] ?? '', number)
    return
  }
  const server = /^(\w+) (next|closed)$/.exec(line)
  if (server !== null && draft.servers.has(server[1] ?? '')) {
    const connections = draft.servers.get(server[1] ?? '') ?? []
    if (server[2] === 'next') connections.push([])
    else connections.at(-1)?.push({ kind: 'closed', line: number })
    return
  }
  if (line === 'closed') {
    draft.steps.push({ kind: 'closed', line: number })
    return
  }
  const [word = '', ...rest] = line.split(/\s+/)
  const directive = DIRECTIVES.get(word)
  if (directive === undefined) throw new Error(`cannot read ${JSON.stringify(line)}`)
  directive(draft, rest.length === 0 ? '' : line.slice(word.length).trim(), block, number)
}

/** For the client `S:` is expected and `C:` is sent; for a server it is the other way round. */
function addSpoken(draft: Draft, server: string | undefined, who: string, given: string, line: number): void {
  // Octets, one character each: what is written here is UTF-8.
  const text = Buffer.from(given, 'utf8').toString('latin1')
  const isSent = who === 'X' || who === (server === undefined ? 'C' : 'S')
  const step: ServerStep = isSent
    ? { kind: 'send', bytes: who === 'X' ? unquote(text) : `${repeated(text)}\r\n`, line }
    : { kind: 'expect', pattern: text.replace(/ ?\.\.\.$/, ''), rest: text.endsWith('...'), line }
  if (server === undefined) {
    draft.steps.push(step)
    return
  }
  const connections = draft.servers.get(server) ?? [[]]
  draft.servers.set(server, connections)
  connections.at(-1)?.push(step)
}

/** `{x*500}` stands for 500 of it. */
function repeated(text: string): string {
  return text.replace(/\{([^{}*]+)\*(\d+)\}/g, (_all, unit: string, times: string) => unit.repeat(Number(times)))
}

const ESCAPES: Readonly<Record<string, string>> = { r: '\r', n: '\n', t: '\t', '0': '\0', "'": "'", '\\': '\\' }

/** `'a\r\nb\x00'` as bytes. */
function unquote(text: string): string {
  const inner = /^'(.*)'$/.exec(text)?.[1]
  if (inner === undefined) throw new Error('X: needs its bytes in single quotes')
  return repeated(inner).replace(/\\(x[0-9a-f]{2}|.)/gi, (_all, code: string) =>
    code.length === 3 ? String.fromCharCode(Number.parseInt(code.slice(1), 16)) : (ESCAPES[code] ?? code),
  )
}

/** Does a line fit a pattern, where `*` stands for anything? */
export function fits(line: string, pattern: string): boolean {
  const parts = pattern.split('*')
  const [first = ''] = parts
  if (parts.length === 1) return line === pattern
  if (!line.startsWith(first)) return false
  const last = parts.at(-1) ?? ''
  let from = first.length
  for (const part of parts.slice(1, -1)) {
    const at = line.indexOf(part, from)
    if (at < 0) return false
    from = at + part.length
  }
  return line.length - last.length >= from && line.endsWith(last)
}

/** Does a whole text fit? A pattern line `...` stands for any lines. Returns the first line that does not fit, or undefined. */
export function mismatch(lines: readonly string[], patterns: readonly string[]): string | undefined {
  let at = 0
  for (let i = 0; i < patterns.length; i++) {
    const pattern = patterns[i] ?? ''
    if (pattern === '...') {
      const next = patterns[i + 1]
      if (next === undefined) return undefined
      while (at < lines.length && !fits(lines[at] ?? '', next)) at++
      continue
    }
    const line = lines[at++]
    if (line === undefined || !fits(line, pattern)) return `expected ${JSON.stringify(pattern)}, got ${JSON.stringify(line)}`
  }
  return at < lines.length ? `not expected: ${JSON.stringify(lines[at])}` : undefined
}
