/** Loading: what the file's parts become; and that no text, however broken, does more than give problems. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseConfiguration } from './load.ts'
import { knownParameters } from './registry.ts'
import { createScope } from './scope.ts'
import { type Configuration, ConfigurationError } from './types.ts'

const LISTENER = 'listeners:\n  - { name: smtp, listen: 127.0.0.1:25 }\n'
const load = (text: string): Configuration => parseConfiguration('/etc/postern/postern.yaml', `version: 1\n${LISTENER}${text}`)

test('what is not said has a default', () => {
  const config = load('')
  assert.equal(config.queueDirectory, '/var/spool/postern')
  assert.ok(config.workers >= 1)
  assert.deepEqual(config.log, { format: 'maillog', level: 'info' })
  assert.deepEqual(
    config.transports.map(({ name, agent }) => `${name}:${agent}`),
    ['smtp:smtp', 'relay:smtp', 'lmtp:lmtp', 'error:error', 'retry:retry', 'discard:discard'],
  )
  assert.equal(config.user, undefined)
})

test('names of files start at the directory of the configuration', () => {
  const config = load('queue_directory: queue\nlog: { file: log/mail.log }\n')
  assert.equal(config.queueDirectory, '/etc/postern/queue')
  assert.equal(config.log.file, '/etc/postern/log/mail.log')
  assert.equal(load('parameters: { queue_directory: $config_directory/q }\n').queueDirectory, '/etc/postern/q')
})

test('mail_owner is the user where none is named', () => {
  assert.equal(load('parameters: { mail_owner: $who, who: mail }\n').user, 'mail')
  assert.equal(load('parameters: { mail_owner: mail }\nuser: nobody\n').user, 'nobody')
  assert.equal(load('parameters: { mail_owner: "" }\n').user, undefined)
})

test('known_tcp_ports names the ports of listeners', () => {
  const text = `version: 1
parameters: { known_tcp_ports: 'altmail=2526' }
listeners:
  - { name: a, listen: '127.0.0.1:altmail' }
  - { name: b, listen: smtp, parameters: { known_tcp_ports: 'smtp=2527' } }
`
  const ports = (source: string) => parseConfiguration('/etc/postern/postern.yaml', source).listeners.map(({ port }) => port)
  assert.deepEqual(ports(text), [2526, 2527])
  assert.throws(() => ports(text.replace('altmail=', 'other=')), /has a port altmail that known_tcp_ports does not name/)
})

test('names that say where and as what expand', () => {
  const names = '$process_name $service_name $command_directory $config_directory'
  const config = load(`parameters: { smtp_helo_name: ${names}, lmtp_lhlo_name: ${names}, command_directory: /opt/bin }\n`)
  const registry = knownParameters()
  const gateway = createScope({ assignments: config.parameters, registry })
  const ofTransport = (name: string) => {
    const assignments = config.transports.find((each) => each.name === name)?.parameters ?? {}
    return createScope({ assignments, parent: gateway, registry })
  }
  const places = '/opt/bin /etc/postern'
  assert.equal(ofTransport('relay').text('smtp_helo_name'), `smtp relay ${places}`)
  assert.equal(ofTransport('lmtp').text('lmtp_lhlo_name'), `lmtp lmtp ${places}`)
  assert.equal(gateway.text('smtp_helo_name'), `smtpd smtp ${places}`)
})

test('values of parameters are kept as they are spelt', () => {
  const { parameters } = load(`parameters:
  a: &flag yes
  b: true
  c: 0644
  d: 3.60
  e: [10.0.0.0/8, '[::1]/128', 7]
  f:
  g: *flag
  h: >-
    one
    two
  myhostname: $a$b$c$d$e$f$g$h
`)
  const texts = Object.fromEntries(Object.entries(parameters).map(([name, { text }]) => [name, text]))
  assert.deepEqual(
    { ...texts, config_directory: undefined, myhostname: undefined },
    {
      a: 'yes',
      b: 'yes',
      c: '0644',
      d: '3.60',
      e: '10.0.0.0/8, [::1]/128, 7',
      f: '',
      g: 'yes',
      h: 'one two',
      config_directory: undefined,
      myhostname: undefined,
    },
  )
  assert.deepEqual(parameters.c?.place, { file: '/etc/postern/postern.yaml', line: 7, column: 6 })
})

test('a configuration is plain JSON, so that workers get the same', () => {
  const config = load('pipeline:\n  rcpt:\n    - reject_rbl_client: zen.example\n      when: { authenticated: false }\n')
  assert.deepEqual(JSON.parse(JSON.stringify(config)), config)
})

test('a transport of a usual name takes its place, and its own steps those of the gateway', () => {
  const config = load(`transports:
  - { name: relay, agent: lmtp, parameters: { lmtp_tcp_port: 2424 } }
  - { name: sink, agent: maildir }
`)
  assert.deepEqual(
    config.transports.map(({ name, agent }) => `${name}:${agent}`),
    ['relay:lmtp', 'sink:maildir', 'smtp:smtp', 'lmtp:lmtp', 'error:error', 'retry:retry', 'discard:discard'],
  )
})

test('a listener replaces the stages that it names, by pipeline or by parameter', () => {
  const config = parseConfiguration(
    '/etc/postern/postern.yaml',
    `version: 1
parameters: { smtpd_sender_restrictions: reject }
listeners:
  - { name: a, listen: '25' }
  - { name: b, listen: '26', pipeline: { rcpt: [] } }
  - { name: c, listen: '27', parameters: { smtpd_recipient_restrictions: permit } }
pipeline:
  rcpt: [reject]
`,
  )
  const steps = config.listeners.map(({ pipeline }) =>
    [pipeline.mail, pipeline.rcpt].map((stage) => stage?.map(({ name }) => name)),
  )
  assert.deepEqual(steps, [
    [['reject'], ['reject']],
    [['reject'], []],
    [['reject'], ['permit']],
  ])
})

test('a list in a parameter is expanded once, as in main.cf', () => {
  const { listeners } = load(`parameters:
  zone: zen.example
  smtpd_restriction_classes: strict
  strict: 'check_sender_access pcre:{{/^(a)/ REJECT $$1}}'
  smtpd_client_restrictions: reject_rbl_client $zone
  smtpd_sender_restrictions: strict
`)
  const [listener] = listeners
  assert.equal(listener?.pipeline.connect?.[0]?.restriction?.argument, 'zen.example')
  // What stands here is expanded when the plugin is set up.
  assert.equal(listener?.pipeline.mail?.[0]?.restriction?.argument, 'pcre:{{/^(a)/ REJECT $$1}}')
})

test('a listener has one entry for each of its addresses', () => {
  const text = 'version: 1\nlisteners:\n  - { name: smtp, listen: ["127.0.0.1:25", "[::1]:25"] }\n'
  const { listeners } = parseConfiguration('/etc/postern/postern.yaml', text)
  assert.deepEqual(
    listeners.map(({ name, host, port }) => [name, host, port]),
    [
      ['smtp', '127.0.0.1', 25],
      ['smtp', '::1', 25],
    ],
  )
})

test('names such as __proto__ are ordinary, and unknown', () => {
  assert.throws(
    () => load('parameters: { __proto__: x, constructor: y }\n'),
    (error) => {
      assert.ok(error instanceof ConfigurationError)
      return error.problems.some(({ text }) => text === 'constructor')
    },
  )
  assert.equal(({} as { x?: unknown }).x, undefined)
})

const SEED = readFileSync(new URL('../../test/config/good/forms/postern.yaml', import.meta.url), 'utf8')

test('any damage to a file gives a configuration or problems with places', () => {
  const pieces = fc.constantFrom(
    '$',
    '{',
    '}',
    '[',
    ']',
    ': ',
    '- ',
    '\n',
    '  ',
    '"',
    "'",
    '&a ',
    '*a',
    '!!x ',
    '#',
    '|',
    '\t',
    '\u0000',
    '$${',
    '<<: ',
    '~',
    '0x',
  )
  const cut = fc.tuple(fc.nat(SEED.length), fc.nat(12), pieces)
  fc.assert(
    fc.property(fc.array(cut, { minLength: 1, maxLength: 4 }), (cuts) => {
      let text = SEED
      for (const [at, length, piece] of cuts) text = text.slice(0, at) + piece + text.slice(at + length)
      try {
        parseConfiguration('/nowhere/postern.yaml', text)
      } catch (error) {
        assert.ok(error instanceof ConfigurationError, String(error))
        for (const { place, message } of error.problems) {
          assert.ok(place.line >= 1 && place.column >= 1)
          assert.ok(message.length > 0)
        }
      }
    }),
    { numRuns: 300 },
  )
})

test('a plugin package without an id for its step is called as its folder is', () => {
  const directory = mkdtempSync(join(tmpdir(), 'postern-load-'))
  try {
    mkdirSync(join(directory, 'postern-plugin-quiet'))
    writeFileSync(join(directory, 'postern-plugin-quiet', 'index.ts'), 'export default {}')
    const text = `version: 1\n${LISTENER}pipeline: { rcpt: [./postern-plugin-quiet/index.ts] }\n`
    const { listeners } = parseConfiguration(join(directory, 'postern.yaml'), text)
    assert.equal(listeners[0]?.pipeline.rcpt?.[0]?.id, 'quiet')
  } finally {
    rmSync(directory, { recursive: true })
  }
})
