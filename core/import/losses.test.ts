/** What an import must not lose without a word: names that stand elsewhere, or hold for one service alone. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { imported } from '../../test/config/imported.ts'

const LEVEL = 'compatibility_level = 3.6\nmydestination =\n'

test('arguments with $name are judged by what they come to, and several words are several restrictions', () => {
  const { yaml, report } = imported(
    `${LEVEL}tables = hash:/t/
both = hash:/x, reject_non_fqdn_sender
smtpd_sender_restrictions = check_sender_access \${tables}senders, check_client_access $both, check_sender_access foo:/x
`,
  )
  const steps = [...yaml.matchAll(/^ {4}- "?(.*?)"? # main.*$/gm)].map(([, step]) => step)
  assert.deepEqual(steps, [
    'check_sender_access ${tables}senders',
    'check_client_access hash:/x',
    'reject_non_fqdn_sender',
    'server_error {unsupported dictionary type: foo}',
  ])
  assert.deepEqual(report, ['unsupported check_sender_access: can not be used: it answers 451, as in Postfix'])
})

test('restriction classes that a service defines, or changes, are those of its listener', () => {
  const { configuration, report } = imported(
    `${LEVEL}smtpd_restriction_classes = one\none = reject_non_fqdn_sender\nthree = permit\n`,
    `smtp inet n - y - - smtpd
26 inet n - y - - smtpd
  -o smtpd_restriction_classes=one,two,three -o one=permit_mynetworks
  -o { two = reject_non_fqdn_sender, reject } -o smtpd_sender_restrictions=one,two,three
`,
  )
  assert.deepEqual(report, [])
  const [, second] = configuration().listeners
  assert.deepEqual(
    second?.pipeline.mail?.map(({ name }) => name),
    ['permit_mynetworks', 'reject_non_fqdn_sender', 'reject', 'permit'],
  )
})

test('older names that defaults refer to stay', () => {
  const { yaml, configuration } = imported(`${LEVEL}virtual_maps = inline:{a@v.example=b@x.example}\n`)
  assert.match(yaml, /^ {2}virtual_maps: /m)
  assert.ok(configuration().listeners[0]?.pipeline.use?.some(({ name }) => name === 'virtual-alias'))
})

test('services that master_service_disable names are switched off', () => {
  const master = 'smtp inet n - y - - smtpd\n26 inet n - y - - smtpd\n'
  const { configuration, report } = imported(`${LEVEL}master_service_disable = 26/inet, pass\n`, master)
  assert.deepEqual(
    configuration().listeners.map(({ name }) => name),
    ['smtp'],
  )
  assert.deepEqual(report, ['ignored 26: is switched off by master_service_disable'])
})

test('names of aliases are reported where they would be refused', () => {
  const main =
    'compatibility_level = 3.6\nmydestination = x.example\nlocal_transport = lmtp:[127.0.0.1]:24\nalias_maps = hash:/a\n'
  const why = 'its names are refused as unknown local recipients: list them in a table for local_recipient_maps'
  assert.ok(imported(main).report.includes(`unsupported alias_maps: ${why}`))
})

test('settings of a table that stand in main.cf are reported, one by one', () => {
  const { report } = imported(`${LEVEL}transport_maps = mysql:routes\nroutes_user = me\nroutes_query = SELECT\n`)
  assert.deepEqual(
    report,
    ['routes_user', 'routes_query'].map(
      (name) => `unsupported ${name}: write it into a file, without the prefix, and name that file instead of mysql:routes`,
    ),
  )
})
