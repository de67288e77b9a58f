/**
 * Parameters that the configuration itself honours: restriction lists written as in main.cf stand in for pipeline stages,
 * and names that only say where and as what the gateway runs. Postfix: smtpd(8), access controls; postconf(5).
 */
import { declare, list, text } from '../parameters.ts'
import type { Stage } from '../plugin.ts'

const stands = (stage: string): string =>
  `Restriction list that stands in for the pipeline stage \`${stage}\` where no pipeline names that stage.`

/** Honoured while a configuration is read. */
export const CONFIG_PARAMETERS = declare('config', {
  smtpd_client_restrictions: text('', stands('connect')),
  smtpd_helo_restrictions: text('', stands('helo')),
  smtpd_sender_restrictions: text('', stands('mail')),
  smtpd_relay_restrictions: text('', `${stands('relay')} Without either, only mail for own domains is taken.`),
  smtpd_recipient_restrictions: text('', stands('rcpt')),
  smtpd_data_restrictions: text('', stands('data')),
  smtpd_end_of_data_restrictions: text('', stands('end_of_data')),
  smtpd_etrn_restrictions: text('', stands('etrn')),
  smtpd_restriction_classes: list(
    '',
    'Names of restriction lists that are defined as parameters of the same name; steps and tables may use them.',
  ),
  stress: text('', 'Not empty while the gateway is overloaded; time limits and counts with a condition on it change then.'),
  compatibility_level: text(
    '3.6',
    'The Postfix release whose defaults hold where they differ; conditions with <level compare it.',
  ),
  config_directory: text('', 'Directory of the configuration file, for use in other values.'),
  command_directory: text(
    '/usr/sbin',
    'Directory of commands, for use in other values. Postern has one command, and starts none from there.',
  ),
  mail_owner: text(
    'postfix',
    'Account that the workers of a gateway started as root run as, where it is set and the key `user` is not. The default does nothing.',
  ),
  known_tcp_ports: list(
    'lmtp=24, smtp=25, smtps=submissions=465, submission=587',
    "Names of TCP ports, `name=number`, for next hops and for `listen`. The names of the default are always known; the system's list of services is not read.",
  ),
  process_id: text('', 'Process number of the reader, for use in other values.'),
  process_name: text(
    'smtpd',
    'Name of the engine that reads the value: `smtpd`, or the agent of a transport; for use in other values.',
  ),
  service_name: text('smtp', 'Name of the listener or transport that reads the value, for use in other values.'),
})

/** Which stage each restriction list stands in for. */
export const RESTRICTION_LISTS: ReadonlyMap<Stage, keyof typeof CONFIG_PARAMETERS.declarations> = new Map([
  ['connect', 'smtpd_client_restrictions'],
  ['helo', 'smtpd_helo_restrictions'],
  ['mail', 'smtpd_sender_restrictions'],
  ['relay', 'smtpd_relay_restrictions'],
  ['rcpt', 'smtpd_recipient_restrictions'],
  ['data', 'smtpd_data_restrictions'],
  ['end_of_data', 'smtpd_end_of_data_restrictions'],
  ['etrn', 'smtpd_etrn_restrictions'],
])
