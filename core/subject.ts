/** What a refusal at each access stage is about, as its reply says: `<client.example[192.0.2.1]>: Client host rejected: ...`. */
import type { AccessRequest, AccessStage } from './facts.ts'
import type { Refusal } from './verdict.ts'

/** The thing itself and the kind of thing it is. */
export interface Subject {
  readonly name: string
  readonly class: string
}

const SUBJECTS: Readonly<Record<AccessStage, (request: AccessRequest) => Subject>> = {
  connect: clientSubject,
  helo: ({ helo }) => ({ name: helo ?? '', class: 'Helo command' }),
  mail: ({ sender }) => ({ name: sender?.text ?? '', class: 'Sender address' }),
  relay: ({ recipient }) => ({ name: recipient?.text ?? '', class: 'Recipient address' }),
  rcpt: ({ recipient }) => ({ name: recipient?.text ?? '', class: 'Recipient address' }),
  data: () => ({ name: 'DATA', class: 'Data command' }),
  end_of_data: () => ({ name: 'END-OF-MESSAGE', class: 'End-of-data' }),
  etrn: ({ argument }) => ({ name: argument ?? '', class: 'Etrn command' }),
  vrfy: ({ argument, recipient }) => ({ name: recipient?.text ?? argument ?? '', class: 'Recipient address' }),
}

/** What refusals of this request are about: that of its stage, or what an access table looked up. */
export function stageSubject(request: AccessRequest): Subject {
  return request.subject ?? SUBJECTS[request.stage](request)
}

/** The same request, with refusals about something else: for the restrictions that an access table names. */
export function aboutSubject(request: AccessRequest, subject: Subject): AccessRequest {
  return { ...copied(request), subject }
}

/** The same request for a step in warn mode: what it wants deferred is told and has no effect. */
export function onlyWarning(request: AccessRequest, told: (refusal: Refusal) => void): AccessRequest {
  return { ...copied(request), deferIfPermit: told, holdBack: told }
}

function copied(request: AccessRequest): AccessRequest {
  const { stage, command, session, client, helo, sender, recipient, argument, subject, holdBack } = request
  return {
    stage,
    command,
    session,
    client,
    helo,
    sender,
    recipient,
    argument,
    subject,
    holdBack,
    edit: (edit) => request.edit(edit),
    deferIfPermit: (refusal) => request.deferIfPermit(refusal),
    deferIfReject: (refusal) => request.deferIfReject(refusal),
    note: (action, text) => request.note(action, text),
  }
}

/** The client as replies and logs show it, `name[address]`. */
export function clientSubject({ client }: Pick<AccessRequest, 'client'>): Subject {
  return { name: client.logged ?? `${client.name}[${client.address}]`, class: 'Client host' }
}
