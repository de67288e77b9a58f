// Preloaded into a gateway: counts what it syncs, and leaves the number in $SYNC_COUNTS/PID.syncs at its end.
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'

let count = 0
for (const name of ['fsync', 'fdatasync', 'fsyncSync', 'fdatasyncSync']) {
  const real = fs[name]
  fs[name] = (...args) => {
    count++
    return real.apply(fs, args)
  }
}
syncBuiltinESMExports()
process.on('exit', () => {
  if (process.env.SYNC_COUNTS !== undefined)
    fs.writeFileSync(join(process.env.SYNC_COUNTS, `${process.pid}.syncs`), String(count))
})
