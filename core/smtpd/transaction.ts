/** A mail transaction while it is open: what MAIL and RCPT said, and what the steps asked for. */
import type { AcceptedRecipient, Address, Edit, Transaction } from '../facts.ts'

/** What MAIL said. */
export interface MailFacts {
  readonly sender: Address
  readonly declaredSize: number
  readonly body: '7BIT' | '8BITMIME' | undefined
  readonly smtputf8: boolean
  readonly ret: 'FULL' | 'HDRS' | undefined
  readonly envid: string | undefined
  /** XVERP: delimiters of sender addresses for each recipient. */
  readonly verp: string | undefined
}

export class OpenTransaction implements Transaction {
  readonly sender: Address
  readonly declaredSize: number
  readonly body: '7BIT' | '8BITMIME' | undefined
  readonly smtputf8: boolean
  readonly ret: 'FULL' | 'HDRS' | undefined
  readonly envid: string | undefined
  readonly verp: string | undefined
  readonly recipients: AcceptedRecipient[] = []
  readonly edits: Edit[] = []
  size = 0
  queueId: string | undefined
  /** A step said DISCARD: taken, then thrown away. */
  discarded = false
  /** Recipients that came after the limit. */
  overshoot = 0

  constructor(mail: MailFacts) {
    this.sender = mail.sender
    this.declaredSize = mail.declaredSize
    this.body = mail.body
    this.smtputf8 = mail.smtputf8
    this.ret = mail.ret
    this.envid = mail.envid
    this.verp = mail.verp
  }
}
