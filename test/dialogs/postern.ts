/** Postern, in this process, as the target of a dialog. */
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parse, stringify } from 'yaml'
import { startGateway } from '../kit/gateway.ts'
import { clientOf, filled, parametersOf, writeFiles } from './base.ts'
import type { Dialog } from './parse.ts'
import type { Ports, Target } from './play.ts'

const ROOT = join(import.meta.dirname, '../..')

const BASE = `version: 1
listeners: [{ name: smtp, listen: 127.0.0.1:2525 }]
pipeline:
  relay: [permit_mynetworks, reject_unauth_destination]
`

interface File {
  readonly parameters?: Readonly<Record<string, unknown>>
  readonly pipeline?: Readonly<Record<string, unknown>>
}

/** Starts a gateway with the dialog's configuration. */
export async function startPostern(dialog: Dialog, ports: Ports): Promise<Target> {
  const directory = mkdtempSync(join(tmpdir(), 'postern-dialog-'))
  try {
    if (dialog.config !== undefined) cpSync(join(ROOT, dirname(dialog.config)), directory, { recursive: true })
    writeFiles(dialog, ports, directory)
    const yaml = stringify(configurationOf(dialog, ports, directory))
    const gateway = await startGateway({ directory, yaml, dns: [...dialog.dns, ...namesOf(dialog)] })
    return {
      connect: (client) => gateway.connect(clientOf(client).address),
      log: () => gateway.log(),
      queue: async () =>
        (await gateway.queue()).map(({ state, sender, recipients }) => {
          const to = recipients.map(({ address }) => address).join(',')
          return `${state} ${sender === '' ? '<>' : sender} -> ${to}`
        }),
      async stop() {
        await gateway.stop()
        rmSync(directory, { recursive: true, force: true })
      },
    }
  } catch (error) {
    rmSync(directory, { recursive: true, force: true })
    throw error
  }
}

/** An example's file with the dialog's parameters, or the base with the dialog's YAML over it. */
function configurationOf(dialog: Dialog, ports: Ports, directory: string): unknown {
  const file = dialog.config === undefined ? BASE : readFileSync(join(ROOT, dialog.config), 'utf8')
  const below = parse(file) as File
  const above = (parse(filled(dialog.yaml, ports, directory)) ?? {}) as File
  const base = dialog.config === undefined ? parametersOf(dialog, ports, directory) : ownParameters(dialog, ports, directory)
  return {
    ...below,
    ...above,
    parameters: {
      ...below.parameters,
      // Unnamed clients are not looked up, as in the Postfix that dialogs are compared with.
      ...(dialog.steps.some((step) => step.kind === 'client' && step.client !== '127.0.0.1')
        ? {}
        : { smtpd_peername_lookup: 'no' }),
      ...Object.fromEntries(base),
      ...above.parameters,
    },
    pipeline: { ...below.pipeline, ...above.pipeline },
  }
}

/** An example keeps its parameters, but for those that the dialog names. */
function ownParameters(dialog: Dialog, ports: Ports, directory: string): Map<string, string> {
  const named = new Set(dialog.parameters.map((line) => line.split(/\s*=/)[0]))
  return new Map([...parametersOf(dialog, ports, directory)].filter(([name]) => named.has(name)))
}

/** DNS of clients that were given a name. */
function namesOf({ steps }: Dialog): string[] {
  return steps.flatMap((step) => {
    if (step.kind !== 'client') return []
    const { address, name } = clientOf(step.client)
    if (name === undefined) return []
    const reversed = address.split('.').reverse().join('.')
    return [`${reversed}.in-addr.arpa PTR ${name}`, `${name} A ${address}`]
  })
}
