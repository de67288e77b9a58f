#!/bin/bash
# mariadb.sh DIR PORT   (root) MariaDB in the foreground: 127.0.0.1:PORT and DIR/data/s.sock, root without a password, no data.
set -eu
D=$1 P=$2; mkdir -p "$D/data"; D=$(cd "$D"; pwd); chown mysql "$D/data"
mariadb-install-db --no-defaults --user=mysql --datadir="$D/data" --auth-root-authentication-method=normal --skip-test-db
exec mariadbd --no-defaults --user=mysql --datadir="$D/data" --socket="$D/data/s.sock" --port="$P" --bind-address=127.0.0.1 \
  --pid-file="$D/data/pid" --innodb-buffer-pool-size=16M --skip-log-bin --performance-schema=off
