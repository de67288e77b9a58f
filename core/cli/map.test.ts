/** `postern map`. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { check, query } from './map.ts'

const directory = mkdtempSync(join(tmpdir(), 'map-'))
after(() => rmSync(directory, { recursive: true }))
const source = join(directory, 'source')
writeFileSync(source, 'Key value one\nbad\nkey again\nother two\n')

function streams() {
  const said = { out: '', err: '' }
  const into = (name: 'out' | 'err') => ({
    write(text: string) {
      said[name] += text
    },
  })
  return { said, streams: { out: into('out'), err: into('err') } }
}

test('a key that is found, one that is not, and one that can not be asked for', async () => {
  const cases: [string, string, number, string, RegExp][] = [
    ['inline:{a=b}', 'A', 0, 'b\n', /^$/],
    ['inline:{a=b}', 'c', 1, '', /^$/],
    ['fail:x', 'c', 75, '', /^postern map: fail:x: this table always fails\n$/],
    ['c', 'inline:{c=d}', 1, '', /^postern map: the table comes before the key: postern map query inline:\{c=d\} c\n$/],
    ['hahs:x', 'c', 1, '', /^postern map: unsupported dictionary type: hahs; did you mean hash\?\n$/],
    [
      `hash:${source}`,
      'key',
      0,
      'value one\n',
      /^postern map: warning: .*source, line 2: expected format: .*\n.*line 3: duplicate/,
    ],
  ]
  for (const [spec, key, status, out, err] of cases) {
    const { said, streams: own } = streams()
    assert.equal(await query(spec, key, {}, own), status, spec)
    assert.equal(said.out, out)
    assert.match(said.err, err)
  }
})

test('keys from the input: those that are found; as JSON, all', async () => {
  const first = streams()
  const input = [Buffer.from('no\nk'), Buffer.from('ey\r\noth'), Buffer.from('er')]
  assert.equal(await query(`texthash:${source}`, '-', {}, first.streams, input), 0)
  assert.equal(first.said.out, 'key\tvalue one\nother\ttwo\n')
  const second = streams()
  assert.equal(await query('inline:{a=b}', '-', { json: true }, second.streams, ['x\n']), 1)
  assert.equal(second.said.out, '{"key":"x","value":null}\n')
})

test('check counts, and shows problems with their places', async () => {
  const { said, streams: own } = streams()
  assert.equal(await check([`hash:${source}`, 'inline:{a=b}', 'cidr:{{10.0.0.0/8 x}}'], {}, own), 1)
  assert.equal(
    said.out,
    `${source}:2: expected format: key whitespace value\n${source}:3: duplicate entry: "key"\nhash:${source}: 2 entries\n` +
      'inline:{a=b}: opens\ncidr:{{10.0.0.0/8 x}}: 1 entry\n',
  )
  const bad = streams()
  assert.equal(await check(['hash:/no/such/file', 'tcp:127.0.0.1:1'], { json: true }, bad.streams), 75)
  const [missing, dead] = JSON.parse(bad.said.out) as { status: number; problems: { message: string }[] }[]
  assert.equal(missing?.problems[0]?.message, 'table hash:/no/such/file: no such file /no/such/file')
  assert.deepEqual([missing?.status, dead?.status], [1, 75])
})
