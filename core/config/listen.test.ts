/** Addresses to listen on. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseListen } from './listen.ts'

const GOOD = [
  ['127.0.0.1:2525', { host: '127.0.0.1', port: 2525 }],
  ['[::1]:25', { host: '::1', port: 25 }],
  ['[IPv6:::1]:25', { host: '::1', port: 25 }],
  ['*:25', { host: '::', port: 25 }],
  ['25', { host: '::', port: 25 }],
  ['127.0.0.1:smtp', { host: '127.0.0.1', port: 25 }],
  ['[::1]:Submissions', { host: '::1', port: 465 }],
  ['submission', { host: '::', port: 587 }],
  ['localhost:0', { host: 'localhost', port: 0 }],
  ['unix:/run/postern/smtp', { host: '/run/postern/smtp', port: 0 }],
] as const
for (const [text, expected] of GOOD) test(text, () => assert.deepEqual(parseListen(text), expected))
for (const text of [
  '',
  '127.0.0.1',
  '::1:25',
  '[nonsense]:25',
  '1.2.3:25',
  'host:70000',
  'host:nothing',
  'localhost',
  'unix:relative',
])
  test(`${JSON.stringify(text)} is refused`, () => assert.throws(() => parseListen(text)))
