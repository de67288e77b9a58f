/** What processes hold in memory, as the kernel counts it. */
import { readFileSync, writeFileSync } from 'node:fs'

function field(pid: number, name: string): number {
  const line = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'latin1'))
  return Number(line?.[1] ?? 0) * 1024
}

/** Bytes resident now, and forgets the highest mark so far. */
export function beginWatch(pid: number): number {
  writeFileSync(`/proc/${pid}/clear_refs`, '5')
  return field(pid, 'VmRSS')
}

/** Most bytes resident since then. */
export function highest(pid: number): number {
  return field(pid, 'VmHWM')
}

/** File descriptors that a process like this one may have. Node raises its limit to the hard one. */
export function descriptors(): number {
  const line = /^Max open files\s+\S+\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'latin1'))
  return line?.[1] === 'unlimited' ? Number.POSITIVE_INFINITY : Number(line?.[1] ?? 1024)
}
