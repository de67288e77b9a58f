/** Errors of the file system as the spool's callers understand them. */
import { SpoolError } from './types.ts'

const FULL: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])

/** `full` when space ran out, else `io`. */
export function spoolError(error: unknown, doing: string): SpoolError {
  if (error instanceof SpoolError) return error
  const code = codeOf(error)
  const text = error instanceof Error ? error.message : String(error)
  return new SpoolError(FULL.has(code) ? 'full' : 'io', `${doing}: ${text}`, error)
}

/** `ENOENT`, `ENOSPC` ...; '' when the error has no code. */
export function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null | undefined)?.code
  return typeof code === 'string' ? code : ''
}
