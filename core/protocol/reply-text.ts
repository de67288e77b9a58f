/** The catalogue of smtpd's replies: every text that core itself says to a client. The texts are Postfix's, and stable. */
import { type Reply, reply } from '../reply.ts'

const fixed = (code: number, status: string | undefined, text: string, close?: boolean): Reply =>
  Object.freeze(reply(code, status, text, close))

/** Replies that never vary. */
export const REPLIES = Object.freeze({
  ok: fixed(250, '2.0.0', 'Ok'),
  senderOk: fixed(250, '2.1.0', 'Ok'),
  recipientOk: fixed(250, '2.1.5', 'Ok'),
  goAhead: fixed(354, undefined, 'End data with <CR><LF>.<CR><LF>'),
  bye: fixed(221, '2.0.0', 'Bye', true),
  breakRules: fixed(221, '2.7.0', 'Error: I can break rules, too. Goodbye.', true),

  badSyntax: fixed(500, '5.5.2', 'Error: bad syntax'),
  badUtf8: fixed(500, '5.5.2', 'Error: bad UTF-8 syntax'),
  unknownCommand: fixed(500, '5.5.2', 'Error: command not recognized'),
  notImplemented: fixed(502, '5.5.1', 'Error: command not implemented'),
  tooBusy: fixed(421, '4.3.2', 'All server ports are busy', true),
  pipelining: fixed(554, '5.5.0', 'Error: SMTP protocol synchronization', true),
  internalError: fixed(451, '4.3.0', 'Temporary lookup failure'),
  insufficientAuthorization: fixed(550, '5.7.0', 'Error: insufficient authorization'),

  heloSyntax: fixed(501, undefined, 'Syntax: HELO hostname'),
  ehloSyntax: fixed(501, undefined, 'Syntax: EHLO hostname'),
  lhloSyntax: fixed(501, undefined, 'Syntax: LHLO hostname'),
  heloFirst: fixed(503, '5.5.1', 'Error: send HELO/EHLO first'),

  mailSyntax: fixed(501, '5.5.4', 'Syntax: MAIL FROM:<address>'),
  nestedMail: fixed(503, '5.5.1', 'Error: nested MAIL command'),
  badSender: fixed(501, '5.1.7', 'Bad sender address syntax'),
  badSize: fixed(501, '5.5.4', 'Bad message size syntax'),
  badRet: fixed(501, '5.5.4', 'Bad RET parameter syntax'),
  badEnvid: fixed(501, '5.5.4', 'Bad ENVID parameter syntax'),
  verpNeedsSender: fixed(503, '5.5.4', 'Error: XVERP requires non-null sender'),
  dsnDisabled: fixed(501, '5.7.1', 'DSN support is disabled'),
  tooBigDeclared: fixed(552, '5.3.4', 'Message size exceeds fixed limit'),
  tooBigForSystem: fixed(552, '5.3.4', 'Message size exceeds file system imposed limit'),
  noSpace: fixed(452, '4.3.1', 'Insufficient system storage'),

  rcptSyntax: fixed(501, '5.5.4', 'Syntax: RCPT TO:<address>'),
  needMail: fixed(503, '5.5.1', 'Error: need MAIL command'),
  mailAfterBdat: fixed(503, '5.5.1', 'Error: MAIL after BDAT'),
  rcptAfterBdat: fixed(503, '5.5.1', 'Error: RCPT after BDAT'),
  badRecipient: fixed(501, '5.1.3', 'Bad recipient address syntax'),
  badNotify: fixed(501, '5.5.4', 'Error: Bad NOTIFY parameter syntax'),
  badOrcpt: fixed(501, '5.5.4', 'Error: Bad ORCPT parameter syntax'),
  tooManyRecipients: fixed(452, '4.5.3', 'Error: too many recipients'),

  needRcpt: fixed(503, '5.5.1', 'Error: need RCPT command'),
  noRecipients: fixed(554, '5.5.1', 'Error: no valid recipients'),
  dataAfterBdat: fixed(503, '5.5.1', 'Error: DATA after BDAT'),
  dataSyntax: fixed(501, '5.5.4', 'Syntax: DATA'),
  tooBig: fixed(552, '5.3.4', 'Error: message file too big'),
  writeError: fixed(451, '4.3.0', 'Error: queue file write error'),

  bdatNotImplemented: fixed(521, '5.5.1', 'Error: command not implemented', true),
  bdatSyntax: fixed(521, '5.5.4', 'Syntax: BDAT count [LAST]', true),
  nullBdat: fixed(551, '5.7.1', 'Null BDAT request'),
  chunkTooBig: fixed(552, '5.3.4', 'Chunk exceeds message size limit'),

  xclientSyntax: fixed(501, '5.5.4', 'Syntax: XCLIENT attribute=value...'),
  xforwardSyntax: fixed(501, '5.5.4', 'Syntax: XFORWARD attribute=value...'),
  attributeExpected: fixed(501, '5.5.4', 'Error: attribute=value expected'),
  attributeTooLong: fixed(501, '5.5.4', 'Error: attribute value too long'),

  rsetSyntax: fixed(501, '5.5.4', 'Syntax: RSET'),
  vrfySyntax: fixed(501, '5.5.4', 'Syntax: VRFY address [SMTPUTF8]'),
  vrfyDisabled: fixed(502, '5.5.1', 'VRFY command is disabled'),
  etrnSyntax: fixed(500, undefined, 'Syntax: ETRN domain'),
  etrnHeloFirst: fixed(503, undefined, 'Error: send HELO/EHLO first'),
  etrnInMail: fixed(503, undefined, 'Error: MAIL transaction in progress'),
  etrnBadName: fixed(501, undefined, 'Error: invalid parameter syntax'),
  inTransaction: fixed(503, '5.5.1', 'Error: MAIL transaction in progress'),
  starttlsSyntax: fixed(501, '5.5.4', 'Syntax: STARTTLS'),
  authOff: fixed(503, '5.5.1', 'Error: authentication not enabled'),
})

/** Replies that name something. */
export const replies = Object.freeze({
  greeting: (banner: string): Reply => reply(220, undefined, banner),
  hello: (hostname: string): Reply => reply(250, undefined, hostname),
  accessDenied: (client: string): Reply => reply(503, '5.7.0', `Error: access denied for ${client}`),
  unsupportedOption: (option: string): Reply => reply(555, '5.5.4', `Unsupported option: ${option}`),
  badVerp: (allowed: string): Reply => reply(501, '5.5.4', `Error: XVERP needs two characters from ${allowed}`),
  relayDenied: (recipient: string): Reply => reply(454, '4.7.1', `<${recipient}>: Relay access denied`),
  queued: (id: string): Reply => reply(250, '2.0.0', `Ok: queued as ${id}`),
  chunk: (octets: number): Reply => reply(250, '2.0.0', `Ok: ${octets} bytes`),
  chunkQueued: (octets: number, id: string): Reply => reply(250, '2.0.0', `Ok: ${octets} bytes queued as ${id}`),
  chunkDiscarded: (octets: number): Reply => reply(551, '5.0.0', `Discarded ${octets} bytes after earlier error`),
  verified: (argument: string): Reply => reply(252, '2.0.0', argument),
  etrnUnavailable: (site: string): Reply => reply(459, undefined, `<${site}>: service unavailable`),
  badAttributeName: (verb: string, name: string): Reply => reply(501, '5.5.4', `Bad ${verb} attribute name: ${name}`),
  badAttribute: (name: string, value: string): Reply => reply(501, '5.5.4', `Bad ${name} syntax: ${value}`),
  localError: (hostname: string): Reply => reply(421, '4.3.0', `${hostname} Server local error`, true),
  bareNewline: (code: number, hostname: string, close: boolean): Reply =>
    reply(code, code < 500 ? '4.5.2' : '5.5.2', `${hostname} Error: bare <LF> received`, close),
  /** A table that has to be asked can not be, and the session can not go on without it. */
  localDataError: (myhostname: string): Reply => reply(421, '4.3.0', `${myhostname} Server local data error`, true),
  tooManyErrors: (hostname: string): Reply => reply(421, '4.7.0', `${hostname} Error: too many errors`, true),
  timeout: (hostname: string): Reply => reply(421, '4.4.2', `${hostname} Error: timeout exceeded`, true),
  shuttingDown: (hostname: string): Reply => reply(421, '4.3.2', `${hostname} Service shutting down`, true),
})
