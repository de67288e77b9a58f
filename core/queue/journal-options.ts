/** How large the journal's files and commits grow, and how soon marks are synced. */

/** Tunings; the defaults serve, tests use smaller ones. */
export interface JournalOptions {
  /** A segment rolls past this many bytes. */
  readonly segmentBytes: number
  /** At most so many bytes in one commit, so that nobody waits long. */
  readonly batchBytes: number
  /** Empty segments kept for use. */
  readonly spares: number
  /** With less room on the disk than this many bytes, segments grow as they are written, and are not filled ahead of need. */
  readonly roomToFill: number
  /** Done marks reach the disk after at most so many ms. */
  readonly markDelay: number
}

export const JOURNAL_OPTIONS: JournalOptions = {
  segmentBytes: 16 << 20,
  batchBytes: 8 << 20,
  spares: 2,
  roomToFill: 1 << 30,
  markDelay: 1000,
}

/** Nothing is made ahead of need: for short looks into a spool. */
export const NO_STOCK: Partial<JournalOptions> = { roomToFill: Number.POSITIVE_INFINITY }
