/** Import of whole directories: what is written, what is reported, and that Postern takes the result. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { imported } from '../../test/config/imported.ts'
import { ImportError, importDirectory } from './index.ts'

const scratch = mkdtempSync(join(tmpdir(), 'postern-import-'))
after(() => rmSync(scratch, { recursive: true }))

const LEVEL = 'compatibility_level = 3.6\nmydestination =\n'

/** The YAML of a main.cf after its first two lines of LEVEL, without what every import has. */
const restOf = (yaml: string): string => yaml.replace(/^#.*\nversion: 1\n\n/, '')

test('what a service sets holds for it alone: the others keep the old default', () => {
  const master = 'smtp inet n - y - - smtpd\n26 inet n - y - - smtpd -o smtpd_forbid_bare_newline=yes\n'
  const { configuration } = imported(LEVEL, master)
  const [first, second] = configuration().listeners
  assert.equal(first?.parameters.smtpd_forbid_bare_newline, undefined)
  assert.equal(configuration().parameters.smtpd_forbid_bare_newline?.text, 'no')
  assert.equal(second?.parameters.smtpd_forbid_bare_newline?.text, 'yes')
})

test('a usual relay reads as if a person had written it', () => {
  const { yaml, report, configuration } = imported(
    `# A relay.
compatibility_level = 3.6
myhostname = gw.example
mydestination =
relay_domains = example.org,
  # the new one
  example.net
queue_run_delay = 300s
header_checks = regexp:/etc/postfix/headers
smtpd_recipient_restrictions =
    permit_mynetworks
    reject_rbl_client zen.example=127.0.0.[2..11],
    check_sender_access hash:/etc/postfix/senders
smtp_generic_maps = hash:/etc/postfix/generic
smtp_pix_workarounds =
biff = no
`,
    `smtp inet n - y - - smtpd
submission inet n - y - - smtpd
  -o smtpd_delay_reject=no
  -o { smtpd_client_restrictions = permit_mynetworks, reject }
smtp unix - - y - - smtp
slow unix - - y - 1 smtp -o smtp_helo_timeout=10s
`,
  )
  assert.equal(
    yaml,
    `# What Postfix did with DIR, by postern import. The comments say where each entry came from.
version: 1

parameters:
  myhostname: gw.example # main.cf:3
  mydestination: "" # main.cf:4
  relay_domains: [example.org, example.net] # main.cf:5-7
  smtp_pix_workarounds: "" # main.cf:15
  slow_destination_concurrency_limit: 1 # master.cf:6: its limit of processes
  smtpd_forbid_bare_newline: no # Postfix's old default lets smuggled mail in: leave this out (normalize)
  smtpd_forbid_unauth_pipelining: no # Postfix's old default tolerates clients that do not wait: leave this out (yes)

listeners:
  - name: smtp # master.cf:1
    listen: "*:25"
  - name: submission # master.cf:2-4
    listen: "*:587"
    parameters:
      smtpd_delay_reject: no # master.cf:3
    pipeline:
      connect: [permit_mynetworks, reject] # master.cf:4

pipeline:
  relay: [permit_mynetworks, permit_sasl_authenticated, defer_unauth_destination] # Postfix's default of smtpd_relay_restrictions
  rcpt:
    - permit_mynetworks # main.cf:11
    - reject_rbl_client zen.example=127.0.0.[2..11] # main.cf:12
    - check_sender_access hash:/etc/postfix/senders # main.cf:13
  message:
    - header-checks:
        header_checks: regexp:/etc/postfix/headers # main.cf:9
  deliver:
    - generic:
        smtp_generic_maps: hash:/etc/postfix/generic # main.cf:14

transports:
  - name: slow # master.cf:6
    agent: smtp
    parameters:
      smtp_helo_timeout: 10s # master.cf:6
`,
  )
  assert.deepEqual(report, ['ignored biff: belongs to local delivery'])
  assert.deepEqual(configuration().warnings, [])
})

test('values keep their $names, and what these need comes along', () => {
  const { yaml, configuration } = imported(`${LEVEL}site = example
greeting = \${stress?busy}\${stress:ready}
unused = x
myhostname = gw.$site
smtpd_banner = $myhostname ESMTP $greeting
transport_maps = hash:$config_directory/transport
smtpd_restriction_classes = friends
friends = check_client_access hash:/etc/friends, reject
smtpd_sender_restrictions = $mine
mine = friends
`)
  assert.match(restOf(yaml), /^ {2}site: example # main.cf:3\n {2}greeting: \$\{stress\?busy\}\$\{stress:ready\} # main.cf:4$/m)
  assert.match(yaml, /^ {2}friends: check_client_access hash:\/etc\/friends, reject # main.cf:10$/m)
  assert.match(yaml, /^ {2}config_directory: DIR # as in Postfix$/m)
  assert.match(yaml, /^ {2}mail: \[friends\] # main.cf:12$/m)
  assert.doesNotMatch(yaml, /unused/)
  const steps = configuration().listeners[0]?.pipeline.mail?.map(({ restriction }) => restriction?.name)
  assert.deepEqual(steps, ['check_client_access', 'reject'])
})

test('arguments keep their dollar signs', () => {
  const { yaml, configuration } = imported(
    `${LEVEL}zone = zen.example
smtpd_client_restrictions = reject_rbl_client $zone
smtpd_recipient_restrictions = check_recipient_access pcre:{{/^(a)/ REJECT no $$1}}, ${'${stress?reject}'} permit
`,
    'smtp inet n - n - - smtpd\n26 inet n - n - - smtpd -o zone=bl.example\n',
  )
  assert.match(yaml, /^ {2}zone: zen.example # main.cf:3$/m)
  assert.match(yaml, /^ {6}zone: bl.example # master.cf:2$/m)
  const [first, second] = configuration().listeners
  assert.deepEqual([second?.pipeline.connect, second?.pipeline.rcpt], [first?.pipeline.connect, first?.pipeline.rcpt])
  assert.deepEqual(
    [...(first?.pipeline.connect ?? []), ...(first?.pipeline.rcpt ?? [])].map(({ restriction }) => restriction?.argument),
    ['$zone', 'pcre:{{/^(a)/ REJECT no $$1}}', ''],
  )
})

test('what is missing is said, and the rest is served', () => {
  const { yaml, report, configuration } = imported(
    `${LEVEL}canonical_maps = hash:/etc/canonical
smtpd_sender_restrictions = reject_weather, warn_if_reject reject_non_fqdn_sender, check_sender_access nis:senders
postscreen_greet_action = enforce
transport_maps = nis:x, hash:/etc/transport
mail_spool_directory = /var/mail
wetter = schoen
`,
    'smtp inet n - y - 1 postscreen\nsmtpd pass - - y - - smtpd\nfax unix - n n - - pipe flags=R argv=/bin/fax\n',
  )
  assert.ok(report.includes('unsupported reject_weather: is no restriction: it answers 451, as in Postfix'))
  assert.ok(report.includes('unsupported check_sender_access: there are no nis tables in this version'))
  assert.ok(report.includes('unsupported postscreen_greet_action: there is no postscreen'))
  assert.ok(report.includes('unsupported transport_maps: there are no nis tables in this version: nis:x'))
  assert.ok(report.includes('unsupported fax: there is no delivery by pipe: mail for this transport is deferred'))
  assert.ok(report.includes('ignored mail_spool_directory: belongs to local delivery'))
  assert.ok(report.includes('ignored wetter: no part of a gateway reads it'))
  assert.match(
    yaml,
    /^ {4}- 'server_error \{unknown smtpd restriction: "reject_weather"\}' # main.cf:4\n {4}- warn_if_reject reject_non_fqdn_sender # main.cf:4$/m,
  )
  const { listeners } = configuration()
  assert.deepEqual(
    listeners.map(({ name, port }) => [name, port]),
    [['smtp', 25]],
  )
  assert.deepEqual(
    listeners[0]?.pipeline.mail?.map(({ name, mode }) => [name, mode]),
    [
      ['server_error', 'enforce'],
      ['reject_non_fqdn_sender', 'warn'],
    ],
  )
})

const ADDRESSES: readonly (readonly [main: string, service: string, listen: readonly string[]])[] = [
  ['', 'smtp', [':::25']],
  ['inet_protocols = ipv4', 'smtp', ['0.0.0.0:25']],
  ['inet_interfaces = loopback-only', '2525', ['127.0.0.1:2525', '::1:2525']],
  ['inet_interfaces = 192.0.2.1, [2001:db8::1]', 'submission', ['192.0.2.1:587', '2001:db8::1:587']],
  ['inet_interfaces = 192.0.2.1', '127.0.0.1:10025', ['127.0.0.1:10025']],
  ['inet_protocols = ipv6\ninet_interfaces = 192.0.2.1, ::1', 'smtp', ['::1:25']],
  ['', '[::1]:smtp', ['::1:25']],
  ['known_tcp_ports = altmail=2526', '127.0.0.1:altmail', ['127.0.0.1:2526']],
]

test('services listen where Postfix would', () => {
  for (const [main, service, listen] of ADDRESSES) {
    const { configuration } = imported(`${LEVEL}${main}\n`, `${service} inet n - n - - smtpd\n`)
    const got = configuration().listeners.map(({ host, port }) => `${host}:${port}`)
    assert.deepEqual(got, listen, `${main} ${service}`)
  }
})

test('old compatibility levels keep their defaults', () => {
  const { yaml } = imported(
    'mydestination = a.example\nsmtpd_recipient_restrictions = permit_mynetworks, reject_unauth_destination\n',
  )
  assert.match(yaml, /^ {2}append_dot_mydomain: yes # so below compatibility level 1$/m)
  assert.match(yaml, /^ {2}smtputf8_enable: no # /m)
  assert.match(yaml, /^ {2}mynetworks_style: subnet # /m)
  assert.match(yaml, /^ {2}relay_domains: \$mydestination # /m)
  assert.match(yaml, /^ {2}relay: \[permit\] # smtpd_relay_restrictions is empty: the list of rcpt alone says who may relay$/m)
})

test('nothing relays when no list says who may', () => {
  const { yaml, configuration } = imported(
    `${LEVEL}smtpd_relay_restrictions =\nsmtpd_recipient_restrictions = permit_mynetworks\n`,
  )
  assert.doesNotMatch(yaml, /relay: \[permit\]/)
  assert.deepEqual(configuration().listeners[0]?.pipeline.relay, undefined)
})

test('a cleanup service of its own is that of the listeners that name it', () => {
  const { yaml, configuration } = imported(
    `${LEVEL}header_checks = regexp:/etc/all\n`,
    `smtp inet n - n - - smtpd
26 inet n - n - - smtpd
  -o cleanup_service_name=pure
27 inet n - n - - smtpd
  -o receive_override_options=no_header_body_checks
pure unix n - n - 0 cleanup
  -o header_checks=pcre:/etc/pure
  -o virtual_alias_maps=inline:{a@x=b@x}
  -o syslog_name=pure
`,
  )
  const [first, second, third] = configuration().listeners
  assert.deepEqual([first?.name, second?.name, third?.name], ['smtp', 'smtp-26', 'smtp-27'])
  assert.deepEqual(
    [first, second, third].map(
      (listener) => (listener?.pipeline.message?.[0]?.options as Record<string, string> | undefined)?.header_checks,
    ),
    ['regexp:/etc/all', 'pcre:/etc/pure', undefined],
  )
  assert.match(yaml, /^ {6}message: \[\]$/m)
  // Addresses of its mail are rewritten as that service does.
  assert.deepEqual(Object.keys(second?.parameters ?? {}), ['service_name', 'virtual_alias_maps'])
  assert.ok(second?.pipeline.use?.some(({ name }) => name === 'virtual-alias'))
})

test('files that Postfix would not take are refused with their place', () => {
  assert.throws(
    () => imported('myhostname gw.example\n'),
    new ImportError('main.cf:1: expected "name = value", found "myhostname gw.example"'),
  )
  assert.throws(() => imported('', 'smtp inet n\n'), /master\.cf:1: expected the 8 fields of a service/)
  assert.throws(() => imported('', 'smtp inet n - n - - smtpd\n -o nothing\n'), /master\.cf:2: expected "-o name=value"/)
  assert.throws(() => importDirectory(join(scratch, 'nowhere')), /main\.cf: there is no such file/)
})

test('mynetworks that is empty stays so: what is not set comes from the machine', () => {
  const { yaml } = imported(`${LEVEL}mynetworks =\nmynetworks_style = host\n`)
  assert.match(yaml, /^ {2}mynetworks: "" # main\.cf:\d$/m)
})

test('restriction lists are read as Postfix reads them', () => {
  const list = 'PERMIT_MYNETWORKS, check_sender_access, hash:/x, reject_rbl_client, static:REJECT sleep x check_policy_service'
  const { yaml } = imported(`${LEVEL}smtpd_sender_restrictions = ${list}\n`)
  const steps = [...yaml.matchAll(/^ {4}- '?(.*?)'? #.*$/gm)].map(([, step]) => step).slice(0, 5)
  assert.deepEqual(steps, [
    'permit_mynetworks',
    'check_sender_access hash:/x',
    'reject_rbl_client static:REJECT',
    'server_error {restriction sleep must be followed by number}',
    'server_error {restriction check_policy_service must be followed by transport:server}',
  ])
})
