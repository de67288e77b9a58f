/**
 * Who the gateway runs as. Started as root, the supervisor stays root (it must bind ports below 1024 for workers that it
 * restarts, and reopen logs), runs no plugin and reads nothing from the network but its own control socket; each worker
 * works as `user` from the first line of plugin code on, is root again only while it binds, then drops for good.
 */
import { execFileSync } from 'node:child_process'
import { chownSync, closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, statSync, unlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** An account, resolved. */
export interface Account {
  readonly user: string
  readonly uid: number
  readonly gid: number
}

/** initgroups(3): Node has it, its type declarations do not. */
const GROUPS = process as { initgroups?(user: string, group: number): void }

/** What the configuration asks for can not be had. */
export class PrivilegeError extends Error {
  override readonly name = 'PrivilegeError'
}

/**
 * The account to run as; undefined when there is nothing to change: no `user`, or not root.
 * @throws PrivilegeError when the user or group is unknown
 */
export function accountOf(user: string | undefined, group: string | undefined): Account | undefined {
  if (user === undefined || process.getuid?.() !== 0) return undefined
  const entry = databaseEntry('passwd', user)
  const uid = Number(entry?.[2] ?? identity('-u', user))
  const primary = Number(entry?.[3] ?? identity('-g', user))
  const gid = group === undefined ? primary : Number(databaseEntry('group', group)?.[2] ?? Number.NaN)
  if (!Number.isInteger(uid)) throw new PrivilegeError(`user ${user} is unknown`)
  if (!Number.isInteger(gid)) throw new PrivilegeError(`group ${group} is unknown`)
  if (uid === 0) throw new PrivilegeError(`user ${user} is root: name an unprivileged user, or none`)
  return { user, uid, gid }
}

/** Takes the account's rights while keeping a way back to root, to bind ports. */
export function stepDown(account: Account): void {
  GROUPS.initgroups?.(account.user, account.gid)
  process.setegid?.(account.gid)
  process.seteuid?.(account.uid)
}

/** Is this a port that only root may bind? (ip(7), ip_unprivileged_port_start) */
export function isPrivileged(port: number): boolean {
  try {
    return port > 0 && port < Number(readFileSync('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'utf8'))
  } catch {
    return port > 0 && port < 1024
  }
}

/** Runs `work`, and whatever else runs until it is done, as root again. Not to be nested. */
export async function asRoot<T>(work: () => Promise<T>): Promise<T> {
  const uid = process.geteuid?.() ?? 0
  process.seteuid?.(0)
  try {
    return await work()
  } finally {
    process.seteuid?.(uid)
  }
}

/** Gives up root for good. @throws PrivilegeError when root could be had back */
export function dropForGood(account: Account): void {
  process.seteuid?.(0)
  GROUPS.initgroups?.(account.user, account.gid)
  process.setgid?.(account.gid)
  process.setuid?.(account.uid)
  try {
    process.setuid?.(0)
  } catch {
    return
  }
  throw new PrivilegeError(`cannot give up root for user ${account.user}`)
}

/**
 * Makes the queue directory ready: created when missing (mode 0700, owned by the account), and writable.
 * @throws PrivilegeError saying what to do
 */
export function prepareDirectory(directory: string, account: Account | undefined): void {
  try {
    mkdirSync(dirname(directory), { recursive: true })
    if (!existsSync(directory)) mkdirSync(directory, { mode: 0o700 })
    if (account !== undefined && statSync(directory).uid !== account.uid && readdirSync(directory).length === 0)
      chownSync(directory, account.uid, account.gid)
  } catch (error) {
    throw new PrivilegeError(`queue directory ${directory}: ${(error as Error).message}`)
  }
  const refused = writeProblem(directory, account)
  if (refused === undefined) return
  const who = account === undefined ? 'this process' : `user ${account.user}`
  const advice = account === undefined ? '' : `; try: chown -R ${account.user} ${directory}`
  throw new PrivilegeError(`queue directory ${directory} is not writable by ${who} (${refused})${advice}`)
}

/** Creates the log file for the account before anyone opens it, so that workers can reopen it without being root. */
export function prepareLogFile(file: string, account: Account | undefined): void {
  closeSync(openSync(file, 'a', 0o640))
  if (account !== undefined && statSync(file).uid !== account.uid) chownSync(file, account.uid, account.gid)
}

/** Why the account can not create a file there; undefined when it can. Asks by trying, with the account's rights. */
function writeProblem(directory: string, account: Account | undefined): string | undefined {
  const probe = join(directory, `.probe.${process.pid}`)
  const before = process.geteuid?.() ?? 0
  if (account !== undefined) {
    process.setegid?.(account.gid)
    process.seteuid?.(account.uid)
  }
  try {
    closeSync(openSync(probe, 'wx', 0o600))
    unlinkSync(probe)
    return undefined
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error)
  } finally {
    if (account !== undefined) {
      process.seteuid?.(before)
      process.setegid?.(process.getgid?.() ?? 0)
    }
  }
}

/** The fields of an entry of /etc/passwd or /etc/group. */
function databaseEntry(database: 'passwd' | 'group', name: string): readonly string[] | undefined {
  try {
    return readFileSync(`/etc/${database}`, 'utf8')
      .split('\n')
      .map((line) => line.split(':'))
      .find((fields) => fields[0] === name)
  } catch {
    return undefined
  }
}

/** For accounts that only the name service knows (LDAP, systemd): asks id(1). NaN when it does not know them. */
function identity(option: '-u' | '-g', user: string): number {
  try {
    return Number(execFileSync('id', [option, '--', user], { stdio: ['ignore', 'pipe', 'ignore'], timeout: 5000 }).toString())
  } catch {
    return Number.NaN
  }
}
