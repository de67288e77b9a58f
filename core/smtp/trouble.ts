/**
 * Every decision about failures, and every text for them. A failure is a Trouble: what happened, as logs and bounces say it.
 * What follows from it is one rule: a trouble that may pass goes to the next host while there is one, then the mail waits;
 * one that is final bounces. Refused recipients share no fate with the others of their message.
 *
 *   host does not answer, refuses the greeting, drops or stalls   next host, else deferred; its destination is in trouble
 *   MAIL, DATA or the dot refused, 4xx                             all recipients: next host, else deferred
 *   MAIL, DATA or the dot refused, 5xx                             all recipients bounce
 *   RCPT refused                                                   this recipient: as above
 *   connection lost after the dot                                  as before it: mail may come twice, and is never lost
 *   relayhost or fallback relay not found or refusing, 5xx         deferred with 4.3.5: it is the configuration that is wrong
 */
import { oneLine } from '../reply.ts'
import type { Host } from './hooked.ts'
import type { ServerReply } from './replies.ts'
import { STATES, type StateName } from './states.ts'

/** Something that went wrong at one host, or on the way to it. */
export interface Trouble {
  /** Enhanced status; its class decides: 4 may pass, 5 is final. */
  readonly status: string
  readonly reason: string
  /** What the server said, for the DSN. */
  readonly diagnostic?: string
  /** The server that said it. */
  readonly remote?: string
  /** It concerns the destination, not this message: no use in trying others there now. */
  readonly site: boolean
}

/** What happens to recipients in trouble. */
export type Fate = 'next' | 'defer' | 'bounce'

/** @param isFinal no other host is left @param softBounce nothing bounces (soft_bounce) */
export function fateOf(trouble: Trouble, isFinal: boolean, softBounce: boolean): Fate {
  if (!trouble.status.startsWith('4') && !softBounce) return 'bounce'
  return isFinal ? 'defer' : 'next'
}

/** `mx.example[192.0.2.1]`, as texts name a host. */
export function peerName(host: Host): string {
  return `${host.name}[${host.address}]`
}

/** `mx.example[192.0.2.1]:25`, as relay= names it. */
export function relayName(host: Host): string {
  return host.family === 'unix' ? peerName(host) : `${peerName(host)}:${host.port}`
}

function local(status: string, reason: string, site: boolean): Trouble {
  return { status, reason: oneLine(reason), site }
}

function bySaying(host: Host, reply: ServerReply, status: string, reason: string, site: boolean): Trouble {
  return { status, reason, diagnostic: reply.text, remote: host.name, site }
}

/** The greeting or the greeting command was refused. @param softened 5xx counts as 4xx (smtp_skip_5xx_greeting) */
export function refusedToTalk(host: Host, reply: ServerReply, softened = false): Trouble {
  const status = softened ? `4${reply.status.slice(1)}` : reply.status
  return bySaying(host, reply, status, `host ${peerName(host)} refused to talk to me: ${reply.text}`, true)
}

/** A command was refused. */
export function refused(host: Host, reply: ServerReply, state: StateName): Trouble {
  const said = `host ${peerName(host)} said: ${reply.text} (in reply to ${STATES[state].command})`
  if (state === 'DATA' && Math.floor(reply.code / 100) === 2)
    return bySaying(host, reply, '5.5.0', `Protocol error: ${said}`, false)
  return bySaying(host, reply, reply.status, said, false)
}

/** Content was answered before it was whole: a refusal stands, anything else is not to be believed. */
export function answeredEarly(host: Host, reply: ServerReply): Trouble {
  if (reply.code >= 400) return refused(host, reply, 'BODY')
  return local('4.5.0', `Protocol error: host ${peerName(host)} said: ${reply.text} (before the end of data)`, true)
}

/** How a dialog ended before its time. */
export type Ending = 'lost' | 'timeout' | 'endless' | 'garbage' | 'unread'

const ENDINGS: Readonly<Record<Ending, (peer: string, doing: string) => readonly [string, string]>> = {
  lost: (peer, doing) => ['4.4.2', `lost connection with ${peer} while ${doing}`],
  timeout: (peer, doing) => ['4.4.2', `conversation with ${peer} timed out while ${doing}`],
  endless: (peer, doing) => ['4.5.0', `reply without end from ${peer} while ${doing}`],
  garbage: (peer, doing) => ['4.5.0', `no SMTP reply from ${peer} while ${doing}`],
  unread: (peer) => ['4.3.0', `local data error while talking to ${peer}`],
}

/** The dialog ended while something was waited for. */
export function ended(host: Host, ending: Ending, state: StateName): Trouble {
  const [status, reason] = ENDINGS[ending](peerName(host), STATES[state].doing)
  return local(status, reason, true)
}

/** `connect to x[192.0.2.1]:25: Connection refused` */
export function unreachable(host: Host, cause: string): Trouble {
  return local('4.4.1', `connect to ${relayName(host)}: ${cause}`, true)
}

/** RFC 1870 6.1. A larger server would not be asked: Postfix bounces at once. */
export function tooLarge(host: Host, bytes: number, limit: number): Trouble {
  return local('5.3.4', `message size ${bytes} exceeds size limit ${limit} of server ${peerName(host)}`, false)
}

/** It can not be converted for a server without 8BITMIME (mime_nesting_limit). */
export function tooDeep(): Trouble {
  return local('5.6.0', 'MIME nesting exceeds safety limit', false)
}

/** smtp_tls_security_level demands TLS of the server, and there is none to be had. */
export const NO_TLS: Trouble = Object.freeze({
  status: '4.7.5',
  reason: 'TLS is required, but our TLS engine is unavailable',
  site: true,
})

/** RFC 6531 3.5 */
export function needsUtf8(host: Host): Trouble {
  return local('5.6.7', `SMTPUTF8 is required, but was not offered by host ${peerName(host)}`, false)
}

/** An address that no command can carry. */
export function badAddress(): Trouble {
  return local('5.1.3', 'bad address syntax', false)
}

/** The server calls itself by our name. @param isBest it is the best MX host */
export function talksToSelf(nexthop: string, isBest: boolean): Trouble {
  return local(isBest ? '5.4.6' : '4.4.6', `mail for ${nexthop} loops back to myself`, true)
}

/** Content could not be read, or a step that shapes it failed. */
export function localError(host: Host): Trouble {
  return local('4.3.0', `local data error while talking to ${peerName(host)}`, false)
}

/** An error in this program. It must not lose mail. */
export const INTERNAL: Trouble = Object.freeze({ status: '4.3.0', reason: 'internal software error', site: false })
/** The process ends. */
export const STOPPING: Trouble = Object.freeze({ status: '4.3.2', reason: 'mail system is shutting down', site: false })
/** There were hosts, and none was tried. */
export const UNAVAILABLE: Trouble = Object.freeze({
  status: '4.3.0',
  reason: 'server unavailable or unable to receive mail',
  site: true,
})

/** The next hop itself is at fault. */
export function badNexthop(nexthop: string, why: string): Trouble {
  return local('4.3.5', `bad next hop "${nexthop}": ${why}`, true)
}

/** Finding the hosts of a domain failed for this reason. */
export function unfound(status: string, reason: string): Trouble {
  return local(status, reason, true)
}

/** A final failure of what the operator configured waits until the operator has put it right. */
export function configurationProblem(trouble: Trouble): Trouble {
  return trouble.status.startsWith('4') ? trouble : { ...trouble, status: '4.3.5' }
}
