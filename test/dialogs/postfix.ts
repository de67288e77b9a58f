/** A real Postfix as the target of a dialog: a private instance, with XCLIENT playing the client. Needs root. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { chmodSync, closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { fakeDns } from '../kit/dns.ts'
import { freePort } from '../kit/process.ts'
import { listening } from '../real/components.ts'
import { clientOf, filled, parametersOf, writeFiles } from './base.ts'
import type { Dialog } from './parse.ts'
import type { Ports, Target } from './play.ts'

const REAL = join(import.meta.dirname, '../real')

/** Postern's defaults where they are safer than those of Postfix 3.7, and what a fake network needs. */
const MORE = [
  'smtpd_forbid_bare_newline=normalize',
  'smtpd_forbid_unauth_pipelining=yes',
  'smtpd_relay_restrictions=permit_mynetworks, reject_unauth_destination',
  'virtual_mailbox_domains=',
  'maximal_queue_lifetime=5d',
]

/** Starts a Postfix with the dialog's parameters and `postfix` lines. */
export async function startPostfix(dialog: Dialog, ports: Ports): Promise<Target> {
  const directory = mkdtempSync(join(tmpdir(), 'postern-parity-'))
  chmodSync(directory, 0o755)
  writeFiles(dialog, ports, directory)
  const parameters = [...parametersOf(dialog, ports, directory)].map(([name, value]) => `${name}=${value}`)
  const own = (dialog.postfix ?? []).map((line) => filled(line.replace(/\s*=\s*/, '='), ports, directory))
  if (needsXclient(dialog)) own.push('smtpd_authorized_xclient_hosts=127.0.0.1')
  const services = own.filter((line) => line.startsWith('service='))
  const master = join(directory, 'master.lines')
  writeFileSync(master, services.map((line) => `${line.slice('service='.length)}\n`).join(''))
  const port = await freePort()
  const argv = [
    join(directory, 'postfix'),
    String(port),
    ...MORE,
    ...parameters,
    ...own.filter((line) => !services.includes(line)),
  ]
  const dns = dialog.dns.length === 0 ? undefined : await startDns(dialog)
  const script = join(REAL, 'postfix.sh')
  const command = dns === undefined ? [script, ...argv] : [join(REAL, 'with-resolver.sh'), dns.address, script, ...argv]
  const environment = { ...process.env, MASTER: master }
  // A file, because Postfix opens /dev/stdout anew, which the sockets that Node makes for pipes do not allow.
  const logFile = join(directory, 'log')
  const output = openSync(logFile, 'a')
  const child = spawn(command[0] ?? '', command.slice(1), { stdio: ['ignore', output, output], env: environment })
  closeSync(output)
  const log = (): string => readFileSync(logFile, 'utf8')
  await listening(port).catch((error: Error) => {
    throw new Error(`Postfix did not start: ${error.message}\n${log()}`)
  })
  return {
    connect: (client) => connectAs(port, client),
    log: () => log().split('\n'),
    queue: () => queueOf(join(directory, 'postfix/etc')),
    async stop() {
      await end(child)
      await dns?.close()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** Only then is it offered: EHLO replies stay as others see them. */
function needsXclient({ steps }: Dialog): boolean {
  return steps.some((step) => step.kind === 'client' && clientOf(step.client).address !== '127.0.0.1')
}

/** libc asks port 53 and no other: each dialog has a loopback address of its own. */
async function startDns(dialog: Dialog): Promise<{ readonly address: string; close(): Promise<void> }> {
  const address = `127.${20 + Math.floor(Math.random() * 200)}.${Math.floor(Math.random() * 250)}.53`
  const dns = fakeDns(dialog.dns)
  await dns.listen({ host: address, port: 53 })
  return { address, close: () => dns.close() }
}

async function connectAs(port: number, client: string): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  const { address, name } = clientOf(client)
  if (address === '127.0.0.1') return socket
  await reply(socket)
  const attributes = [`ADDR=${address.includes(':') ? `IPV6:${address}` : address}`, `NAME=${name ?? '[UNAVAILABLE]'}`]
  socket.write(`XCLIENT ${attributes.join(' ')} REVERSE_NAME=${name ?? '[UNAVAILABLE]'}\r\n`)
  // The greeting that answers XCLIENT is left for the dialog.
  return socket
}

/** Reads one reply and leaves what follows. */
function reply(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject)
    socket.once('data', () => {
      socket.pause()
      socket.removeListener('error', reject)
      resolve()
    })
  })
}

interface Listed {
  readonly queue_name: string
  readonly sender: string
  readonly recipients: readonly { readonly address: string }[]
}

async function queueOf(configuration: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)('postqueue', ['-c', configuration, '-j'])
  const lines = stdout.split('\n').filter((line) => line !== '')
  return lines.map((line) => {
    const { queue_name, sender, recipients } = JSON.parse(line) as Listed
    const from = sender === 'MAILER-DAEMON' ? '<>' : sender
    return `${queue_name} ${from} -> ${recipients.map(({ address }) => address).join(',')}`
  })
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  await Promise.race([gone, sleep(3000, undefined, { ref: false })])
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
}
