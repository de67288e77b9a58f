/** Import of what has another place or another form here, and that what is left out is told. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { imported } from '../../test/config/imported.ts'

const LEVEL = 'compatibility_level = 3.6\nmydestination =\n'

test('sockets begin at the queue directory of Postfix, process limits bind destinations, and no word is lost', () => {
  const { yaml, report } = imported(
    `${LEVEL}virtual_transport = lmtp:unix:private/dovecot
queue_directory = /srv/postfix
smtpd_sasl_path = private/auth
own_list = permit_mynetworks
smtpd_client_restrictions =
    $own_list
    check_policy_service unix:private/policy
    check_client_access proxy:unix:passwd.byname
milter_header_checks = pcre:/etc/postfix/m
`,
    `smtp inet n - n - 20 smtpd -v stray
scan unix - - n - 2 smtp -o smtp_helo_timeout=5
wide unix - - n - 50 smtp -o smtp_helo_timeout=5
`,
  )
  assert.match(yaml, / virtual_transport: lmtp:unix:\/srv\/postfix\/private\/dovecot # main.cf:3\n/)
  assert.match(yaml, / smtpd_sasl_path: \/srv\/postfix\/private\/auth #/)
  assert.match(
    yaml,
    /- permit_mynetworks # main.cf:6\n +- check_policy_service unix:\/srv\/postfix\/private\/policy # main.cf:9\n/,
  )
  assert.match(yaml, /check_client_access proxy:unix:passwd\.byname # main.cf:10\n/)
  assert.match(yaml, / scan_destination_concurrency_limit: 2 # master.cf:2: its limit of processes\n/)
  assert.doesNotMatch(yaml, /wide_destination/)
  assert.deepEqual(
    report.filter((line) => !line.includes('has no effect in this version')),
    [
      'unsupported milter_header_checks: content is not looked at for it',
      'ignored smtp: its limit of 20 processes: smtpd_connection_limit is one for each worker',
      'ignored smtp -v: debug_peer_list shows dialogs in the log',
      'unsupported smtp stray: is no argument of smtpd',
    ],
  )
})

test('where no list has the last word on relaying, the report says what Postfix would have done', () => {
  const { report } = imported('mydestination =\n', 'smtp inet n - n - - smtpd\n')
  assert.deepEqual(report, [
    'unsupported smtpd_relay_restrictions: is empty, and smtpd_recipient_restrictions does not say who may relay: Postfix would not serve; here nothing is relayed',
  ])
})
