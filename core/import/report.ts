/** What an import could not take over, and why. */
import { type Origin, renderOrigin } from './main-cf.ts'

export interface ReportItem {
  /** `unsupported`: the gateway behaves differently for it; `ignored`: it makes no sense here, or changes nothing. */
  readonly kind: 'unsupported' | 'ignored'
  /** Parameter, restriction or service. */
  readonly subject: string
  readonly reason: string
  readonly origin?: Origin
}

/** Collects items, each said once. */
export class ImportReport {
  readonly #items = new Map<string, ReportItem>()

  add(kind: ReportItem['kind'], subject: string, reason: string, origin?: Origin): void {
    const item = { kind, subject, reason, ...(origin === undefined ? {} : { origin }) }
    this.#items.set(renderItem(item), item)
  }

  get items(): readonly ReportItem[] {
    return [...this.#items.values()]
  }
}

/** `main.cf:3: unsupported: relocated_maps: is not honoured` */
export function renderItem({ kind, subject, reason, origin }: ReportItem): string {
  const where = origin === undefined ? '' : `${renderOrigin(origin)}: `
  return `${where}${kind}: ${subject}: ${reason}`
}
