#!/bin/bash
# postgres.sh DIR PORT   (root) PostgreSQL in the foreground: 127.0.0.1:PORT and a socket in DIR/data, user postgres, no password.
set -eu
D=$1 P=$2; mkdir -p "$D/data"; D=$(cd "$D"; pwd); chown postgres "$D/data"
cd "$D/data"
bin=$(dirname "$(ls -d /usr/lib/postgresql/*/bin/postgres | tail -n 1)")
as=(setpriv --reuid=postgres --regid=postgres --clear-groups)
"${as[@]}" "$bin/initdb" -D "$D/data" -A trust -U postgres --no-sync
exec "${as[@]}" "$bin/postgres" -D "$D/data" -p "$P" -c listen_addresses=127.0.0.1 -c unix_socket_directories="$D/data" \
  -c fsync=off -c shared_buffers=16MB
