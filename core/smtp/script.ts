/** The commands of one message, with the states in which their replies are waited for. */
import type { StateName } from './states.ts'

/** What is said before the content: the states parallel to the commands. */
export interface Script {
  readonly commands: readonly string[]
  readonly states: readonly CommandState[]
  /** Recipients, parallel to the RCPT commands. */
  readonly recipients: readonly number[]
  /** Nothing is delivered: the reply to this last command says whether it would be (smtp_address_verify_target). */
  readonly probes?: 'rcpt' | 'data' | undefined
}

export type CommandState = Extract<StateName, 'RSET' | 'XFORWARD_NAME_ADDR' | 'XFORWARD_PROTO_HELO' | 'MAIL' | 'RCPT' | 'DATA'>

/** RSET where a connection is used again, then XFORWARD and MAIL, RCPT, and DATA unless a probe ends before it. */
export function scriptOf(
  isReused: boolean,
  mail: readonly string[],
  rcpts: readonly string[],
  recipients: readonly number[],
  probes: Script['probes'],
): Script {
  const states: CommandState[] = isReused ? ['RSET'] : []
  for (const command of mail.slice(0, -1))
    states.push(/^XFORWARD (?:NAME|ADDR|PORT)=/.test(command) ? 'XFORWARD_NAME_ADDR' : 'XFORWARD_PROTO_HELO')
  states.push('MAIL')
  for (let i = 0; i < rcpts.length; i++) states.push('RCPT')
  const commands = [...(isReused ? ['RSET'] : []), ...mail, ...rcpts]
  if (probes === 'rcpt') return { commands, states, recipients, probes }
  return { commands: [...commands, 'DATA'], states: [...states, 'DATA'], recipients, probes }
}
