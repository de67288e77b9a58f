/** The clients of examples.ts, in a process of their own: sends what its parent asks for, and says how much was taken. */
import { connect } from 'node:net'
import { type PolicyClient, policyClient } from '../kit/policy-client.ts'

/** What to send. */
export interface LoadTask {
  readonly port: number
  readonly from: string
  readonly to: string
  readonly count: number
  readonly sessions: number
  /** From so many addresses, 127.1.0.1 and on; a client of our own comes from 127.0.0.1. */
  readonly clients: number
  readonly isOwn: boolean
  readonly protocol: 'smtp' | 'policy'
}

const BODY = `From: a@client.example\r\nSubject: bench\r\n\r\n${`${'x'.repeat(78)}\r\n`.repeat(50)}.`

/** One message over one connection; false when it was not taken. */
function send({ port, from, to, isOwn }: LoadTask, client: number): Promise<boolean> {
  const steps = ['EHLO mail.client.example', `MAIL FROM:<${from}>`, `RCPT TO:<${to}>`, 'DATA', BODY]
  return new Promise((resolve, reject) => {
    const socket = connect({
      port,
      host: '127.0.0.1',
      noDelay: true,
      localAddress: isOwn ? '127.0.0.1' : `127.1.0.${client + 1}`,
    })
    let text = ''
    socket.setEncoding('latin1').setTimeout(30_000, () => socket.destroy(new Error('no reply')))
    socket.on('error', reject)
    socket.on('data', (chunk) => {
      text += chunk
      if (!/^\d{3} [^\n]*\n$/m.test(text)) return
      const isGood = /^[23]/.test(text)
      text = ''
      const next = isGood ? steps.shift() : undefined
      if (next !== undefined) return socket.write(`${next}\r\n`)
      socket.end('QUIT\r\n')
      return resolve(isGood)
    })
  })
}

async function asked(policy: PolicyClient, { from, to }: LoadTask, client: number): Promise<true> {
  await policy.ask({ client_address: `203.0.113.${client + 1}`, sender: from, recipient: to })
  return true
}

async function run(task: LoadTask): Promise<number> {
  let begun = 0
  let taken = 0
  const worker = async (): Promise<void> => {
    const asking = task.protocol === 'policy' ? policyClient(task.port) : undefined
    while (begun < task.count) {
      const client = begun++ % task.clients
      const isTaken = asking === undefined ? await send(task, client) : await asked(asking, task, client)
      if (isTaken) taken++
    }
    asking?.close()
  }
  await Promise.all(Array.from({ length: task.sessions }, worker))
  return taken
}

process.once('message', (task: LoadTask) => {
  void run(task).then((taken) => process.send?.(taken, () => process.exit(0)))
})
