// Upper bound for a Node gateway: just enough SMTP to take a message, make it
// durable in one of three ways, answer 250 and (MODE=relay) pass it on over
// kept-open, pipelined connections. No headers, no retries, no checks.
// usage: PORT= SINK_PORT= MODE=relay|discard DIR= node null.mjs none|file|wal NODES

import cluster from 'node:cluster'
import fs from 'node:fs'
import net from 'node:net'

const [store, nodes] = [process.argv[2] ?? 'none', Number(process.argv[3] ?? 1)]
const { PORT, SINK_PORT, MODE, DIR } = process.env
const END = Buffer.from('\r\n.\r\n')

if (nodes > 1 && cluster.isPrimary) {
  for (let i = 0; i < nodes; i++) cluster.fork()
  process.on('SIGTERM', () => {
    for (const w of Object.values(cluster.workers)) w.kill()
    process.exit(0)
  })
} else serve()

function serve() {
  const relay = MODE === 'relay'
  let seq = 0
  const wal = store === 'wal' && fs.openSync(`${DIR}/wal.${process.pid}`, 'a')
  let pending = []
  let busy = false

  function commit() {
    // group commit: everything that waited goes in one write and one fdatasync
    if (busy || pending.length === 0) return
    busy = true
    const batch = pending
    pending = []
    fs.writev(
      wal,
      batch.flatMap((b) => b.bufs),
      (err) => {
        if (err) throw err
        fs.fdatasync(wal, (err) => {
          if (err) throw err
          for (const b of batch) b.done()
          busy = false
          commit()
        })
      },
    )
  }

  function save(bufs, done) {
    // done(remove)
    if (store === 'none') return done()
    if (store === 'wal') {
      pending.push({ bufs, done })
      return commit()
    }
    const name = `${DIR}/m${process.pid}-${seq++}`
    fs.open(`${name}.t`, 'wx', (err, fd) => {
      if (err) throw err
      fs.writev(fd, bufs, (err) => {
        if (err) throw err
        fs.fsync(fd, (err) => {
          if (err) throw err
          fs.close(fd, () => {})
          fs.rename(`${name}.t`, name, () => done(() => fs.unlink(name, () => {})))
        })
      })
    })
  }

  const idle = []
  const work = []
  let conns = 0
  function deliver() {
    while (work.length) {
      const c = idle.pop()
      if (!c) {
        if (conns < 20) dial()
        return
      }
      c.job = work.shift()
      c.left = 4 // MAIL, RCPT, DATA, dot: DATA is the last command of the pipelined group
      c.write('MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n')
    }
  }
  function dial() {
    conns++
    const c = net.connect({ port: SINK_PORT, host: '127.0.0.1', noDelay: true })
    c.left = 2 // banner and EHLO
    let rest = ''
    c.on('data', (d) => {
      rest += d.toString('latin1')
      let i
      for (i = rest.indexOf('\r\n'); i >= 0; i = rest.indexOf('\r\n')) {
        const line = rest.slice(0, i)
        rest = rest.slice(i + 2)
        if (line[3] === '-') continue
        if (line.startsWith('220')) {
          c.left--
          c.write('EHLO mx.bench.test\r\n')
          continue
        }
        if (line.startsWith('354')) {
          c.left--
          c.cork()
          for (const b of c.job.bufs) c.write(b)
          c.uncork()
          continue
        }
        if (--c.left === 0) {
          c.job?.remove?.()
          c.job = null
          idle.push(c)
          deliver()
        }
      }
    })
    c.on('error', () => {})
    c.on('close', () => {
      conns--
      const k = idle.indexOf(c)
      if (k >= 0) idle.splice(k, 1)
      if (c.job) {
        work.unshift(c.job)
        deliver()
      }
    })
  }

  net
    .createServer({ noDelay: true }, (s) => {
      let line = ''
      let data = null
      let tail = Buffer.alloc(0)
      s.on('error', () => s.destroy())
      s.write('220 mx.bench.test ESMTP\r\n')
      const body = (d) => {
        const look = Buffer.concat([tail, d.subarray(0, 4)])
        let at = tail.length ? look.indexOf(END) : -1
        if (at >= 0) at -= tail.length
        else {
          at = d.indexOf(END)
          if (at < 0) at = null
        }
        if (at === null) {
          data.push(d)
          tail = d.length >= 4 ? d.subarray(d.length - 4) : Buffer.concat([tail, d]).subarray(-4)
          return
        }
        const stop = at + 5
        data.push(d.subarray(0, stop))
        const bufs = data
        data = null
        save(bufs, (remove) => {
          s.write('250 2.0.0 Ok\r\n')
          if (relay) {
            work.push({ bufs, remove })
            deliver()
          } else remove?.()
        })
        if (stop < d.length) text(d.subarray(stop))
      }
      const text = (d) => {
        line += d.toString('latin1')
        let out = ''
        let i
        for (i = line.indexOf('\n'); i >= 0; i = line.indexOf('\n')) {
          const l = line.slice(0, i).trim()
          line = line.slice(i + 1)
          const v = l.slice(0, 4).toUpperCase()
          if (v === 'EHLO') out += '250-mx.bench.test\r\n250 PIPELINING\r\n'
          else if (v === 'RCPT' && l.endsWith('@reject.test>')) out += '550 5.1.1 no such user\r\n'
          else if (v === 'DATA') {
            s.write(`${out}354 go\r\n`)
            out = ''
            data = []
            tail = Buffer.from('\r\n')
            const more = line
            line = ''
            if (more) body(Buffer.from(more, 'latin1'))
            return
          } else if (v === 'QUIT') {
            s.end(`${out}221 bye\r\n`)
            return
          } else out += '250 Ok\r\n'
        }
        if (out) s.write(out)
      }
      s.on('data', (d) => (data ? body(d) : text(d)))
    })
    .listen({ port: PORT, host: '127.0.0.1', backlog: 1024 })
}
