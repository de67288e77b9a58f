/** What every dialog starts from, for Postern and for Postfix alike; and how ports and paths get into a configuration. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Dialog } from './parse.ts'
import type { Ports } from './play.ts'

/** Parameters of all dialogs; `parameter` lines add to them or replace them. */
export const PARAMETERS: Readonly<Record<string, string>> = Object.freeze({
  myhostname: 'gw.example',
  mydestination: '',
  mynetworks: '127.0.0.0/8',
  relay_domains: 'relay.example',
  relayhost: '[127.0.0.1]:<sink>',
  // A deferred message is not tried again while a dialog lasts, unless it says otherwise.
  minimal_backoff_time: '600s',
})

/** `<sink>`, `<mx1>` are ports of servers, `<dir>` is the directory of the dialog's files. */
export function filled(text: string, ports: Ports, directory: string): string {
  return text.replace(/<(\w+)>/g, (all, name: string) => {
    const port = ports.get(name)
    if (port !== undefined) return String(port)
    return name === 'dir' ? directory : all
  })
}

/** Parameters of a dialog by name. */
export function parametersOf(dialog: Dialog, ports: Ports, directory: string): Map<string, string> {
  const all = new Map(Object.entries(PARAMETERS))
  for (const line of dialog.parameters) {
    const [, name, value] = /^(\w+)\s*=\s*(.*)$/.exec(line) ?? []
    if (name === undefined || value === undefined) throw new Error(`${dialog.name}: parameter needs NAME = VALUE: ${line}`)
    all.set(name, value)
  }
  return new Map([...all].map(([name, value]) => [name, filled(value, ports, directory)]))
}

/** Writes the files of a dialog into its directory. */
export function writeFiles(dialog: Dialog, ports: Ports, directory: string): void {
  for (const [name, text] of dialog.files) {
    const path = join(directory, name)
    mkdirSync(join(path, '..'), { recursive: true })
    writeFileSync(path, filled(text, ports, directory))
  }
}

/** `mail.example[192.0.2.9]` as its parts. */
export function clientOf(text: string): { readonly address: string; readonly name: string | undefined } {
  const named = /^(.*)\[(.*)\]$/.exec(text)
  return { address: named?.[2] ?? text, name: named?.[1] }
}
