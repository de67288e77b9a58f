/** Asks a policy server as Postfix's smtpd(8) does: all attributes of 3.7 in its order, one request after the other on a connection. */
import { connect, type Socket } from 'node:net'

/** Attributes of a request with other values than the usual ones. */
export type PolicyQuestion = Readonly<Record<string, string | number>>

/** See {@link policyClient}. */
export interface PolicyClient {
  /** Gives the action. Rejects when the server closes the connection instead. */
  ask(question?: PolicyQuestion): Promise<string>
  /** Sends octets as they are. */
  send(octets: string | Buffer): void
  /** Everything that came until the server closed the connection. */
  closed(): Promise<string>
  readonly socket: Socket
  close(): void
}

const USUAL: PolicyQuestion = {
  request: 'smtpd_access_policy',
  protocol_state: 'RCPT',
  protocol_name: 'ESMTP',
  client_address: '192.0.2.7',
  client_name: 'client.example',
  client_port: 40_000,
  reverse_client_name: 'client.example',
  server_address: '192.0.2.1',
  server_port: 25,
  helo_name: 'client.example',
  sender: 'sender@client.example',
  recipient: 'recipient@server.example',
  recipient_count: 0,
  queue_id: '',
  instance: '1a2b.5f3c.0',
  size: 1000,
  etrn_domain: '',
  stress: '',
  sasl_method: '',
  sasl_username: '',
  sasl_sender: '',
  ccert_subject: '',
  ccert_issuer: '',
  ccert_fingerprint: '',
  ccert_pubkey_fingerprint: '',
  encryption_protocol: '',
  encryption_cipher: '',
  encryption_keysize: 0,
  policy_context: '',
}

/** The octets of a request. */
export function policyRequest(question: PolicyQuestion = {}): string {
  return `${Object.entries({ ...USUAL, ...question })
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')}\n`
}

/** Connects to a port of 127.0.0.1, or to a unix socket. */
export function policyClient(where: number | string): PolicyClient {
  const socket = typeof where === 'number' ? connect(where, '127.0.0.1') : connect(where)
  let text = ''
  let isClosed = false
  let wake: () => void = () => undefined
  socket.on('data', (chunk) => {
    text += chunk.toString('utf8')
    wake()
  })
  socket.on('error', () => undefined)
  socket.on('close', () => {
    isClosed = true
    wake()
  })
  const until = async (isDone: () => boolean): Promise<void> => {
    while (!isDone())
      await new Promise<void>((resolve) => {
        wake = resolve
      })
  }
  return {
    socket,
    async ask(question) {
      socket.write(policyRequest(question))
      await until(() => isClosed || text.includes('\n\n'))
      const end = text.indexOf('\n\n')
      if (end < 0) throw new Error('the server closed the connection')
      const answer = text.slice(0, end)
      text = text.slice(end + 2)
      return answer.replace(/^action=/, '')
    },
    send: (octets) => void socket.write(octets),
    async closed() {
      await until(() => isClosed)
      return text
    },
    close: () => void socket.destroy(),
  }
}
