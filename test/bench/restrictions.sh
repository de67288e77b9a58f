# Sourced by targets: the 30 restrictions of MODE=restrict, the same for all, one array for each list of Postfix. Tables are written into $DIR.
# A client outside 127.0.0.0/24 passes all but the last one. See README.md.
table() { cat >"$DIR/$1"; }
seq -f '192.0.2.%g/32 REJECT' 0 99 | table clients.cidr
{ seq -f 'sender%g@bad.test REJECT' 200; seq -f 'bad%g.test REJECT' 200; } | table senders
{ echo '/^(localhost|ylmf-pc)$/ REJECT'; seq -f '/^dsl-%g-.*\.test$/ REJECT' 20; } | table helo.regexp
seq -f '/^(bounce|news)-%g\+.*@bulk\.test$/ REJECT' 20 | table senders.regexp
{ echo 'postmaster@ OK'; echo 'abuse@ OK'; seq -f 'gone%g@reject.test REJECT' 200; } | table recipients
echo '/[%!@].*@/ REJECT' | table routed.regexp

client_restrictions=(
  permit_mynetworks
  permit_sasl_authenticated
  "check_client_access cidr:$DIR/clients.cidr"
  'check_reverse_client_hostname_access inline:{dsl.bad.test=REJECT}'
  reject_unauth_pipelining
  'reject_rbl_client a.rbl.test=127.0.0.[2..11]'
  'reject_rbl_client b.rbl.test'
  'reject_rbl_client c.rbl.test=127.0.0.2'
)
helo_restrictions=(
  permit_mynetworks
  reject_invalid_helo_hostname
  reject_non_fqdn_helo_hostname
  "check_helo_access regexp:$DIR/helo.regexp"
)
sender_restrictions=(
  permit_mynetworks
  "check_sender_access texthash:$DIR/senders"
  "check_sender_access regexp:$DIR/senders.regexp"
  reject_non_fqdn_sender
  reject_unlisted_sender
)
relay_restrictions=(
  permit_mynetworks
  permit_sasl_authenticated
  reject_unauth_destination
)
recipient_restrictions=(
  permit_mynetworks
  permit_sasl_authenticated
  reject_unauth_pipelining
  reject_non_fqdn_recipient
  reject_unlisted_recipient
  "check_recipient_access texthash:$DIR/recipients"
  "check_recipient_access regexp:$DIR/routed.regexp"
  'check_client_access inline:{192.0.2.1=REJECT}'
  'check_sender_access inline:{bad.test=REJECT}'
  'check_recipient_access inline:{reject.test=REJECT}'
)
