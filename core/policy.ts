/** What a plugin can ask about addresses and clients, and how it uses access lists: destinations, restrictions, actions, match lists. */
import type { AccessRequest, Client } from './facts.ts'
import type { RecipientFailure } from './queue/types.ts'
import type { Verdict } from './verdict.ts'

type MaybePromise<T> = T | Promise<T>

/** Kinds of destination, Postfix's address classes (ADDRESS_CLASS_README). */
export type AddressClass = 'local' | 'virtual_alias' | 'virtual_mailbox' | 'relay' | 'default'

/** Tells what class an address belongs to, by mydestination, relay_domains and friends. */
export interface Destinations {
  /**
   * The address as routing understands it: domain completed, lower case, without a final dot; sender-specified routing
   * through this host undone. Access tables are searched for it.
   */
  resolve(address: string): MaybePromise<string>
  classify(address: string): MaybePromise<AddressClass>
  /** Is this IP address one of inet_interfaces or proxy_interfaces? */
  isOwnAddress(address: string): boolean
  /** Is mail for it ours to take, that is: any class but `default`, and no sender-specified routing? */
  isAuthorised(address: string): MaybePromise<boolean>
  /** What the error or retry transport says of it, where mail for it would go there. Its text tells whether it may be tried again. */
  refusal(address: string, sender: string): MaybePromise<RecipientFailure | undefined>
}

/** A compiled list of restrictions: for table results that name restrictions, and for restriction classes. */
export interface Restrictions {
  /**
   * Compiles `reject_unauth_destination, permit` and the like.
   * @param asPostfix as in an access table: what can not be understood answers 451 in its place
   * @throws Error naming the word it does not know
   */
  compile(text: string, asPostfix?: boolean): Promise<(request: AccessRequest) => MaybePromise<Verdict | undefined>>
}

/** What an access(5) value is applied to, for the reply's text. */
export interface ActionSubject {
  /** What was looked up, as replies show it: `client.example[192.0.2.1]`, `user@example`. */
  readonly name: string
  /** `Client host`, `Helo command`, `Sender address`, `Recipient address`, `End-of-data` */
  readonly class: string
  /** Where the value came from, for logs and errors: a table's spec, a policy service. */
  readonly source: string
}

/** Interprets access(5) results: `REJECT text`, `450 4.7.1 text`, `OK`, `PREPEND X: y`, restriction lists ... */
export interface AccessActions {
  apply(value: string, request: AccessRequest, subject: ActionSubject): MaybePromise<Verdict | undefined>
  /** The same where a permit is no safe answer, because strangers choose what is looked up: it becomes a 451, and is told. */
  restrictive(
    value: string,
    request: AccessRequest,
    subject: ActionSubject,
    restriction: string,
  ): MaybePromise<Verdict | undefined>
}

/** A match list as mynetworks and relay_domains are: names, addresses, networks, tables, `!` and files. */
export interface MatchList {
  /** Matches a client by name or address. */
  client(client: Client): MaybePromise<boolean>
  /** Matches a host or domain name. */
  name(name: string): MaybePromise<boolean>
  /** Matches an address. */
  address(address: string): MaybePromise<boolean>
}
