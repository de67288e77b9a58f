/** The parameters of canonical and of masquerading. */
import { declare, list } from '#postern'

/** Where addresses stand: the words of the `_classes` parameters. */
export const PLACES = ['envelope_sender', 'envelope_recipient', 'header_sender', 'header_recipient'] as const
export type Place = (typeof PLACES)[number]

export const CANONICAL = declare('plugin:canonical', {
  canonical_maps: list('', 'Tables that rewrite addresses of senders and recipients, in envelope and headers, on their way in.'),
  canonical_classes: list(
    'envelope_sender, envelope_recipient, header_sender, header_recipient',
    'Where canonical_maps rewrites: `envelope_sender`, `envelope_recipient`, `header_sender`, `header_recipient`.',
  ),
  sender_canonical_maps: list('', 'Tables that rewrite addresses of senders, before canonical_maps.'),
  sender_canonical_classes: list(
    'envelope_sender, header_sender',
    'Where sender_canonical_maps rewrites: `envelope_sender`, `header_sender`.',
  ),
  recipient_canonical_maps: list('', 'Tables that rewrite addresses of recipients, before canonical_maps.'),
  recipient_canonical_classes: list(
    'envelope_recipient, header_recipient',
    'Where recipient_canonical_maps rewrites: `envelope_recipient`, `header_recipient`.',
  ),
  masquerade_domains: list(
    '',
    'Domains whose subdomains are hidden: user@host.example.org becomes user@example.org. `!domain` keeps a domain and its subdomains; the first that fits counts.',
  ),
  masquerade_exceptions: list('', 'User names that are never masqueraded, in any domain; `/files` and tables hold more.'),
  masquerade_classes: list(
    'envelope_sender, header_sender, header_recipient',
    'Where masquerade_domains rewrites: `envelope_sender`, `envelope_recipient`, `header_sender`, `header_recipient`.',
  ),
})
