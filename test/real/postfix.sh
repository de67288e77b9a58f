#!/bin/bash
# Start a private, real Postfix in the foreground (root only).
#   postfix.sh DIR PORT [name=value ...]
# DIR     made if missing: DIR/etc, DIR/queue, DIR/data, DIR/Maildir
# PORT    smtpd on 127.0.0.1:PORT
# name=value  extra main.cf lines, e.g. smtpd_milters=inet:127.0.0.1:8891
# env SMTPD_OPTS  extra "-o name=value" words for the smtpd service (no spaces inside)
# env MASTER      a file whose lines are appended to master.cf
# env POSTSCREEN=1  put postscreen (+ smtpd pass, dnsblog, tlsproxy) on PORT instead
# Log goes to stdout. Stop: kill -TERM the pid (master quits with its children).
set -eu
D=$1 P=$2; shift 2
mkdir -p "$D/etc" "$D/queue" "$D/data" "$D/Maildir"
chown root:root "$D" "$D/queue"; chmod 755 "$D" "$D/queue"
chown postfix:postfix "$D/data"; chmod 700 "$D/data"
chown nobody:nogroup "$D/Maildir"
cp /etc/postfix/dynamicmaps.cf "$D/etc/" 2>/dev/null || :
cp -r /etc/postfix/dynamicmaps.cf.d "$D/etc/" 2>/dev/null || :
cp /etc/postfix/postfix-files "$D/etc/"; cp -r /etc/postfix/postfix-files.d "$D/etc/" 2>/dev/null || :
cat > "$D/etc/main.cf" <<M
compatibility_level = 3.6
queue_directory = $D/queue
data_directory = $D/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
meta_directory = $D/etc
shlib_directory = /usr/lib/postfix
mail_owner = postfix
setgid_group = postdrop
maillog_file = /dev/stdout
myhostname = mx.test
mydomain = test
mydestination =
local_recipient_maps =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
alias_maps =
virtual_mailbox_domains = example.test
virtual_mailbox_base = $D/Maildir
virtual_mailbox_maps = static:inbox/
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
relay_domains =
smtputf8_enable = yes
smtp_address_preference = ipv4
smtp_host_lookup = native
disable_dns_lookups = yes
smtpd_peername_lookup = no
M
for kv in "$@"; do
  n=${kv%%=*}; sed -i "/^$n =/d" "$D/etc/main.cf"; echo "$n = ${kv#*=}" >> "$D/etc/main.cf"
done
o=; for w in ${SMTPD_OPTS:-}; do o="$o -o $w"; done
if [ -n "${POSTSCREEN:-}" ]; then
  SM="$P inet n - n - 1 postscreen
smtpd pass - - n - - smtpd$o
dnsblog unix - - n - 0 dnsblog
tlsproxy unix - - n - 0 tlsproxy"
else
  SM="$P inet n - n - - smtpd$o"
fi
cat > "$D/etc/master.cf" <<M
$SM
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
local unix - n n - - local
virtual unix - n n - - virtual
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
tlsmgr unix - - n 1000? 1 tlsmgr
postlog unix-dgram n - n - 1 postlogd
M
[ -z "${MASTER:-}" ] || cat "$MASTER" >> "$D/etc/master.cf"
# Postfix re-reads a configuration file until it is "cold" (older than a second): 2 s saved here.
touch -d '5 seconds ago' "$D/etc/main.cf" "$D/etc/master.cf"
# "postfix start-fg" leaves master as a grandchild that outlives the shell that was
# killed; so check here, then become master itself.
/usr/sbin/postfix -c "$D/etc" check >&2
exec env MAIL_CONFIG="$D/etc" /usr/lib/postfix/sbin/master -c "$D/etc" -s
