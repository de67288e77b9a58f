/** Certificates that settings of tables name, for connections by TLS. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Settings } from './settings.ts'

/** Names of the settings: they differ between types. */
export interface CertificateSettings {
  readonly caFile: string
  readonly caDirectory: string
  readonly certificate: string
  readonly key: string
  readonly verify: string
}

export interface TlsFiles {
  readonly ca?: string[]
  readonly cert?: string
  readonly key?: string
  readonly rejectUnauthorized: boolean
}

/** As mysql_table(5) calls them. */
const USUAL: CertificateSettings = {
  caFile: 'tls_CAfile',
  caDirectory: 'tls_CApath',
  certificate: 'tls_cert_file',
  key: 'tls_key_file',
  verify: 'tls_verify_cert',
}

/** @throws Error when a file can not be read */
export function readCertificates(settings: Settings, names = USUAL): TlsFiles {
  const read = (setting: string, path: string): string => {
    try {
      return readFileSync(path, 'utf8')
    } catch (error) {
      throw settings.problem(setting, `can not be read: ${(error as Error).message}`)
    }
  }
  const [cert, key] = [names.certificate, names.key].map((name) =>
    settings.text(name) === '' ? undefined : read(name, settings.text(name)),
  )
  const ca = authorities(settings, names, read)
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    rejectUnauthorized: settings.flag(names.verify),
  }
}

/** Those of the file; without a file, all of the directory; undefined, the usual ones, without either. */
function authorities(
  settings: Settings,
  { caFile, caDirectory }: CertificateSettings,
  read: (setting: string, path: string) => string,
): string[] | undefined {
  if (settings.text(caFile) !== '') return [read(caFile, settings.text(caFile))]
  const directory = settings.text(caDirectory)
  if (directory === '') return undefined
  try {
    const files = readdirSync(directory, { withFileTypes: true }).filter((entry) => !entry.isDirectory())
    return files
      .map(({ name }) => readFileSync(join(directory, name), 'utf8'))
      .filter((text) => text.includes('BEGIN CERTIFICATE'))
  } catch (error) {
    throw settings.problem(caDirectory, `can not be read: ${(error as Error).message}`)
  }
}
