#!/bin/bash
# slapd.sh DIR PORT LDIF [SCHEMA...]   OpenLDAP in the foreground: ldap://127.0.0.1:PORT (StartTLS with DIR/cert.pem) and ldapi://DIR/sock, suffix
# dc=test with the entries of LDIF. cn=reader,dc=test may read, nobody else.
set -eu
D=$1 P=$2 L=$3; shift 3; mkdir -p "$D/db"; D=$(cd "$D"; pwd)
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$D/key.pem" -out "$D/cert.pem" -days 30 -subj /CN=127.0.0.1 \
  -addext subjectAltName=IP:127.0.0.1 2>/dev/null
cat > "$D/slapd.conf" <<C
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
$(for schema; do echo "include $schema"; done)
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile $D/pid
TLSCertificateFile $D/cert.pem
TLSCertificateKeyFile $D/key.pem
database mdb
suffix "dc=test"
directory $D/db
access to * by dn.exact="cn=reader,dc=test" read by anonymous auth
C
slapadd -f "$D/slapd.conf" -l "$L"
exec slapd -d 0 -f "$D/slapd.conf" -h "ldap://127.0.0.1:$P ldapi://${D//\//%2F}%2Fsock"
