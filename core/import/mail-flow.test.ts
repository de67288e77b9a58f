/** Import of what happens to mail on its way in and out. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { imported } from '../../test/config/imported.ts'

const LEVEL = 'compatibility_level = 3.6\nmydestination =\n'

test('canonical maps, aliases and copies are mounted by their parameters', () => {
  const { report, configuration } = imported(
    `${LEVEL}virtual_alias_maps = inline:{a@x=b@x}\ncanonical_maps = inline:{a@x=b@x}\nalways_bcc = c@x\nmasquerade_domains = x\nsmtpd_reject_unlisted_recipient = no\n`,
  )
  assert.deepEqual(
    configuration().listeners[0]?.pipeline.use?.map(({ name }) => name),
    ['bcc', 'canonical', 'client-limits', 'virtual-alias'],
  )
  assert.ok(!report.some((line) => /unsupported (?:virtual|canonical|always|masquerade)/.test(line)))
})

test('flags of a transport are those of the transport', () => {
  const { configuration } = imported(
    LEVEL,
    'smtp inet n - n - - smtpd\nlmtp unix - - n - - lmtp\n  flags=DORX\nrp unix - - n - - smtp\n  flags=R\nsmtp unix - - n - - smtp\n',
  )
  const flags = configuration().transports.map(({ name, flags }) => [name, flags])
  assert.deepEqual(
    flags.filter(([, letters]) => letters !== undefined),
    [
      ['lmtp', 'DORX'],
      ['rp', 'R'],
    ],
  )
})

test('LMTP has generic maps of its own', () => {
  const services = 'smtp inet n - n - - smtpd\nsmtp unix - - n - - smtp\nlmtp unix - - n - - lmtp\n'
  const { yaml } = imported(
    `${LEVEL}smtp_generic_maps = hash:/etc/postfix/g\nlmtp_generic_maps = hash:/etc/postfix/l\n`,
    services,
  )
  assert.match(
    yaml,
    /\n {2}deliver:\n(?: {4}- pix-workarounds.*\n)? {4}- generic:\n {8}smtp_generic_maps: hash:\/etc\/postfix\/g #/,
  )
  assert.match(yaml, /- name: lmtp #.*\n {4}agent: lmtp\n(?:.*\n)*?.*smtp_generic_maps: hash:\/etc\/postfix\/l #/)
  const { yaml: plain } = imported(LEVEL, services)
  assert.doesNotMatch(plain, /name: lmtp/)
})
