/** What a bucket is for: a part of the request, or several. */
import { type AccessRequest, networkOf, type PrefixLengths } from '#postern'
import type { TokenBucketOptions } from '../../schemas/plugins/token-bucket.d.ts'

export type KeyPart = TokenBucketOptions['key'][number]

const PARTS: Readonly<Record<KeyPart, (request: AccessRequest, prefix: PrefixLengths) => string | undefined>> = {
  client: ({ client }) => client.address,
  client_network: ({ client }, prefix) => networkOf(client.address, prefix),
  client_name: ({ client }) => (client.name === 'unknown' ? undefined : client.name.toLowerCase()),
  helo: ({ helo }) => helo?.toLowerCase(),
  sender: ({ sender }) => (sender === undefined ? undefined : `<${sender.text.toLowerCase()}>`),
  sender_domain: ({ sender }) => sender?.domain.toLowerCase() || undefined,
  recipient: ({ recipient }) => recipient?.text.toLowerCase(),
  recipient_domain: ({ recipient }) => recipient?.domain.toLowerCase() || undefined,
  sasl_login: ({ session }) => session.sasl?.username,
  listener: ({ session }) => session.listener,
}

/** The parts' values; undefined when the request lacks one. */
export function keyOf(request: AccessRequest, parts: readonly KeyPart[], prefix: PrefixLengths): readonly string[] | undefined {
  const values: string[] = []
  for (const part of parts) {
    const value = PARTS[part](request, prefix)
    if (value === undefined) return undefined
    values.push(value)
  }
  return values
}
