/** Where a command writes: so that tests can run commands without a process. */
export interface Streams {
  readonly out: { write(text: string): unknown }
  readonly err: { write(text: string): unknown }
}

/** Those of the process. */
export const PROCESS_STREAMS: Streams = { out: process.stdout, err: process.stderr }

/** Where a command reads. */
export type Input = AsyncIterable<Buffer | string> | Iterable<Buffer | string>
