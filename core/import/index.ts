/** Takes over a Postfix configuration: main.cf, master.cf and the sources of their tables become a pipeline file. */
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { importGateway } from './gateway.ts'
import { ImportError, readMain } from './main-cf.ts'
import { readMaster, type Service } from './master-cf.ts'
import type { ReportItem } from './report.ts'
import { queueDirectory, withPlacedSockets } from './sockets.ts'
import { writeGateway } from './write.ts'

export { ImportError } from './main-cf.ts'
export { type ReportItem, renderItem } from './report.ts'

export interface Imported {
  /** The pipeline file. */
  readonly yaml: string
  readonly report: readonly ReportItem[]
}

/** A directory without master.cf has the one service that takes mail. */
const SMTPD_ALONE = 'smtp inet n - n - - smtpd\n'

/** @throws ImportError when a file is missing or can not be understood */
export function importDirectory(directory: string): Imported {
  const place = resolve(directory)
  const main = readMain(readSource(join(place, 'main.cf')))
  const masterFile = join(place, 'master.cf')
  const queue = queueDirectory(main.settings)
  const services: Service[] = readMaster(existsSync(masterFile) ? readSource(masterFile) : SMTPD_ALONE).map((service) => ({
    ...service,
    options: withPlacedSockets(service.options, queue),
  }))
  const { gateway, report } = importGateway(place, withPlacedSockets(main.settings, queue), services)
  for (const { name, origin } of main.overridden) report.add('ignored', name, 'is set again further down', origin)
  return { yaml: writeGateway(gateway), report: report.items }
}

function readSource(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new ImportError(`${file}: ${code === 'ENOENT' ? 'there is no such file' : message}`)
  }
}
