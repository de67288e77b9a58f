/**
 * The states of a client's dialog: what is waited for, how long, and what logs and bounces call it.
 * A dialog only moves forward through this table. STARTTLS and AUTH have their places between the greeting command and MAIL.
 */
import type { Settings } from './parameters.ts'

export type StateName =
  | 'GREETING'
  | 'EHLO'
  | 'HELO'
  | 'LHLO'
  | 'RSET'
  | 'XFORWARD_NAME_ADDR'
  | 'XFORWARD_PROTO_HELO'
  | 'MAIL'
  | 'RCPT'
  | 'DATA'
  | 'BODY'
  | 'DOT'
  | 'QUIT'

/** The parameters that limit a wait; milliseconds. */
export type TimeLimit = {
  [K in keyof Settings]: K extends `${string}_timeout` ? K : never
}[keyof Settings]

export interface State {
  readonly timeout: TimeLimit
  /** `lost connection with x while ...`, `conversation with x timed out while ...` */
  readonly doing: string
  /** `(in reply to ...)` */
  readonly command: string
}

export const STATES: Readonly<Record<StateName, State>> = Object.freeze({
  GREETING: { timeout: 'helo_timeout', doing: 'receiving the initial server greeting', command: 'initial server greeting' },
  EHLO: { timeout: 'helo_timeout', doing: 'performing the EHLO handshake', command: 'EHLO command' },
  HELO: { timeout: 'helo_timeout', doing: 'performing the HELO handshake', command: 'HELO command' },
  LHLO: { timeout: 'helo_timeout', doing: 'performing the LHLO handshake', command: 'LHLO command' },
  RSET: { timeout: 'rset_timeout', doing: 'sending final RSET', command: 'final RSET command' },
  XFORWARD_NAME_ADDR: { timeout: 'xforward_timeout', doing: 'sending XFORWARD name/address', command: 'XFORWARD command' },
  XFORWARD_PROTO_HELO: { timeout: 'xforward_timeout', doing: 'sending XFORWARD protocol/helo_name', command: 'XFORWARD command' },
  MAIL: { timeout: 'mail_timeout', doing: 'sending MAIL FROM', command: 'MAIL FROM command' },
  RCPT: { timeout: 'rcpt_timeout', doing: 'sending RCPT TO', command: 'RCPT TO command' },
  DATA: { timeout: 'data_init_timeout', doing: 'sending DATA command', command: 'DATA command' },
  BODY: { timeout: 'data_xfer_timeout', doing: 'sending message body', command: 'end of DATA command' },
  DOT: {
    timeout: 'data_done_timeout',
    doing: 'sending end of data -- message may be sent more than once',
    command: 'end of DATA command',
  },
  QUIT: { timeout: 'quit_timeout', doing: 'sending final QUIT', command: 'QUIT command' },
})
