/** Takes over a Postfix configuration: main.cf, master.cf and the sources of their tables become a pipeline file. */
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { wordsOf } from '../config/units.ts'
import { importGateway } from './gateway.ts'
import { ImportError, readMain, type Settings } from './main-cf.ts'
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
  const all: Service[] = readMaster(existsSync(masterFile) ? readSource(masterFile) : SMTPD_ALONE).map((service) => ({
    ...service,
    options: withPlacedSockets(service.options, queue),
  }))
  const [off, services] = withoutDisabled(all, main.settings)
  const { gateway, report } = importGateway(place, withPlacedSockets(main.settings, queue), services)
  for (const { name, origin } of off) report.add('ignored', name, 'is switched off by master_service_disable', origin)
  for (const { name, origin } of main.overridden) report.add('ignored', name, 'is set again further down', origin)
  return { yaml: writeGateway(gateway), report: report.items }
}

/** What master_service_disable names, as `type` or `name/type`, and the rest. @throws ImportError when it is no list */
function withoutDisabled(services: readonly Service[], settings: Settings): [Service[], Service[]] {
  const words = new Set(wordsOf(settings.get('master_service_disable')?.text ?? ''))
  const isOff = ({ name, type }: Service): boolean => words.has(type) || words.has(`${name}/${type}`)
  return [services.filter(isOff), services.filter((service) => !isOff(service))]
}

function readSource(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new ImportError(`${file}: ${code === 'ENOENT' ? 'there is no such file' : message}`)
  }
}
