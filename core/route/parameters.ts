/**
 * The parameters on which addresses and routes depend: who we are, which domains are ours, where mail goes.
 * Postfix: the base parameters shared by smtpd(8) and trivial-rewrite(8).
 */
import { choice, declare, flag, list, text } from '../parameters.ts'

/** Names, networks, address classes and routes. */
export const ROUTE_PARAMETERS = declare('route', {
  myhostname: text(
    '',
    "The gateway's own name, fully qualified: in greetings, trace headers and bounces. Default: the machine's.",
  ),
  mydomain: text('', "The gateway's own domain; default: myhostname without its first label."),
  myorigin: text('$myhostname', 'The domain that is added to addresses without one.'),
  mynetworks: list(
    '',
    'Clients that permit_mynetworks trusts: networks, addresses, names, tables, `!` exceptions. Default: by mynetworks_style.',
  ),
  mynetworks_style: choice(
    ['host', 'subnet', 'class'],
    'host',
    'What mynetworks means when it is not set: the own addresses, their subnets, or their class A/B/C networks.',
  ),
  mydestination: list(
    '$myhostname, localhost.$mydomain, localhost',
    'Domains of the local address class, delivered through local_transport.',
  ),
  relay_domains: list('', 'Domains (and their subdomains) that mail is relayed to, through relay_transport.'),
  virtual_alias_domains: list('$virtual_alias_maps', 'Domains whose addresses are all aliases.'),
  virtual_mailbox_domains: list('$virtual_mailbox_maps', 'Domains delivered through virtual_transport.'),
  virtual_mailbox_maps: list('', 'Tables with the valid addresses of virtual_mailbox_domains.'),
  inet_interfaces: list('all', 'Own addresses that mail is received on: addresses, names, `all`, `loopback-only`.'),
  proxy_interfaces: list('', 'Own addresses on a proxy or address translator in front.'),
  inet_protocols: list('all', 'IP versions in use: `ipv4`, `ipv6`, `all`.'),
  recipient_delimiter: text('', 'Characters that separate a user name from its extension (user+tag).'),
  propagate_unmatched_extensions: list(
    'canonical, virtual',
    'Kinds of tables whose results get the extension of an address that was found without it: `canonical`, `virtual`, `generic`.',
  ),
  parent_domain_matches_subdomains: list(
    'debug_peer_list,fast_flush_domains,mynetworks,permit_mx_backup_networks,qmqpd_authorized_clients,relay_domains,smtpd_access_maps',
    'Features where `example.org` matches its subdomains too, so that `.example.org` is not needed.',
  ),
  append_at_myorigin: flag('yes', 'Complete addresses without a domain with @$myorigin.'),
  append_dot_mydomain: flag('no', 'Complete domains without a dot with .$mydomain.'),
  swap_bangpath: flag('yes', 'Read site!user as user@site.'),
  allow_percent_hack: flag('yes', 'Read user%domain as user@domain.'),
  resolve_dequoted_address: flag('yes', 'Look for @, % and ! inside a quoted local part too.'),
  resolve_null_domain: flag('no', 'Read an address that ends in @ as one of this host.'),
  resolve_numeric_domain: flag('no', 'Read user@ipaddress as user@[ipaddress].'),
  allow_untrusted_routing: flag('no', 'Accept sender-specified routing (user%remote@ours) to the domains we relay to.'),
  transport_maps: list('', 'Tables from address or domain to `transport:nexthop`.'),
  relayhost: text('', 'Next hop of all mail of the default class; empty: the MX hosts of the recipient domain.'),
  sender_dependent_relayhost_maps: list('', 'Tables from sender address or @domain to a next hop that replaces relayhost.'),
  empty_address_relayhost_maps_lookup_key: text('<>', 'Key for the null sender in sender_dependent_relayhost_maps.'),
  default_transport: text('smtp', '`transport:nexthop` of the default address class.'),
  sender_dependent_default_transport_maps: list(
    '',
    'Tables from sender address or @domain to a `transport:nexthop` that replaces default_transport.',
  ),
  empty_address_default_transport_maps_lookup_key: text(
    '<>',
    'Key for the null sender in sender_dependent_default_transport_maps.',
  ),
  relay_transport: text('relay', '`transport:nexthop` of relay_domains. Without a transport named relay, smtp serves.'),
  local_transport: text('local:$myhostname', '`transport:nexthop` of mydestination.'),
  virtual_transport: text('virtual', '`transport:nexthop` of virtual_mailbox_domains.'),
})

/** What takes the place of the parameters of routing for address verification probes. */
export const PROBE_ROUTE_PARAMETERS = declare('route', {
  address_verify_transport_maps: list('$transport_maps', 'Takes the place of transport_maps for address verification probes.'),
  address_verify_relayhost: text('$relayhost', 'Takes the place of relayhost for address verification probes.'),
  address_verify_sender_dependent_relayhost_maps: list(
    '$sender_dependent_relayhost_maps',
    'Takes the place of sender_dependent_relayhost_maps for address verification probes.',
  ),
  address_verify_default_transport: text(
    '$default_transport',
    'Takes the place of default_transport for address verification probes.',
  ),
  address_verify_sender_dependent_default_transport_maps: list(
    '$sender_dependent_default_transport_maps',
    'Takes the place of sender_dependent_default_transport_maps for address verification probes.',
  ),
  address_verify_relay_transport: text('$relay_transport', 'Takes the place of relay_transport for address verification probes.'),
  address_verify_local_transport: text('$local_transport', 'Takes the place of local_transport for address verification probes.'),
  address_verify_virtual_transport: text(
    '$virtual_transport',
    'Takes the place of virtual_transport for address verification probes.',
  ),
})
