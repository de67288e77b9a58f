/** A reply of the filter as the client will get it. */
import type { LineReply, Reply } from '#postern'

const STATUS = /^([245]\.\d{1,3}\.\d{1,3}) /

/** The same lines. A status that all lines have is known as such, so that soft_bounce and footers find it. */
export function replyOf({ code, lines }: LineReply): Reply {
  const texts = lines.map((line) => line.slice(4))
  const status = STATUS.exec(texts[0] ?? '')?.[1]
  if (status === undefined || !texts.every((text) => text.startsWith(`${status} `))) return { code, text: texts }
  return { code, status, text: texts.map((text) => text.slice(status.length + 1)) }
}
