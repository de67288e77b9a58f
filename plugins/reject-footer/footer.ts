/** A footer put behind a reply. */
import type { Reply } from '#postern'

/** `\n` begins a new line; `\c` at the beginning continues the last line of the reply. */
export function withFooter(reply: Reply, footer: string): Reply {
  const lines = typeof reply.text === 'string' ? [reply.text] : [...reply.text]
  const isContinued = footer.startsWith('\\c')
  const added = (isContinued ? footer.slice(2) : footer).split('\\n')
  if (isContinued) lines.push(`${lines.pop() ?? ''}${added.shift() ?? ''}`)
  lines.push(...added)
  return { ...reply, text: lines.length === 1 ? (lines[0] as string) : lines }
}
