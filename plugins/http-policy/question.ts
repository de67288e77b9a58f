/** What a service is told: schemas/plugins/http-policy.request.json. */
import { type AccessRequest, NOTIFY, type Transaction } from '#postern'

const VERSION = 1

/** The body of a request. */
export function questionOf(request: AccessRequest, step: string, context: string): string {
  const { stage, command, session, client, helo, sender, recipient, argument } = request
  const { address, port, name, reverseName, nameStatus, reverseStatus } = client
  return JSON.stringify({
    version: VERSION,
    stage,
    command,
    step,
    context,
    listener: session.listener,
    session: session.id,
    client: { address, port, name, reverseName, nameStatus, reverseStatus },
    server: session.server,
    helo: helo ?? null,
    protocol: session.protocol,
    tls: session.tls ?? null,
    sasl: session.sasl ?? null,
    forwarded: session.forwarded ?? null,
    pipelinedEarly: session.pipelinedEarly === true,
    stress: (session.stress ?? '') !== '',
    sender: sender?.text ?? null,
    recipient: recipient?.text ?? null,
    argument: argument ?? null,
    transaction: transactionOf(session.transaction ?? session.candidate),
  })
}

function transactionOf(transaction: Transaction | undefined): object | null {
  if (transaction === undefined) return null
  const { queueId, declaredSize, size, body, smtputf8, ret, envid, recipients, edits } = transaction
  return {
    queueId: queueId ?? null,
    declaredSize,
    size,
    body: body ?? null,
    smtputf8,
    ret: ret ?? null,
    envid: envid ?? null,
    recipients: recipients.map(({ address, originalRecipient, notify }) => ({
      address: address.text,
      originalRecipient: originalRecipient ?? null,
      notify: Object.entries(NOTIFY).flatMap(([word, bit]) => ((notify & bit) === 0 ? [] : [word])),
    })),
    edits,
  }
}
