/**
 * Unix sockets that servers listen on: a name that a dead process left behind is taken over, and a new process takes the name from
 * the old one without a moment in which nobody listens.
 */
import { lstatSync, renameSync, unlinkSync } from 'node:fs'
import type { Server } from 'node:net'

/**
 * Listens on a path that everyone may connect to who may enter its directory.
 * @returns what removes the name again, unless another process has taken it since
 * @throws Error of node:net or node:fs, by rejection; EADDRINUSE when the name is something else's
 */
export async function listenUnix(server: Server, path: string, backlog?: number): Promise<() => void> {
  const before = lstatSync(path, { throwIfNoEntry: false })
  if (before !== undefined && !before.isSocket()) throw Object.assign(new Error(`${path} is no socket`), { code: 'EADDRINUSE' })
  const temporary = `${path}.${process.pid}`
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    const all = { readableAll: true, writableAll: true }
    server.listen({ path: temporary, ...all, ...(backlog === undefined ? {} : { backlog }) }, () => {
      server.off('error', reject)
      resolve()
    })
  })
  renameSync(temporary, path)
  const { ino } = lstatSync(path)
  return () => {
    if (lstatSync(path, { throwIfNoEntry: false })?.ino === ino) unlinkSync(path)
  }
}
