/** Parameters that are accepted and not yet honoured: what sets them is told that they have no effect. */
import { choice, count, declare, flag, list, text, time } from '../parameters.ts'

/** Known, and honoured once tls exists. */
export const TLS_PARAMETERS = declare('tls', {
  smtpd_tls_security_level: choice(
    ['', 'none', 'may', 'encrypt'],
    '',
    'Whether STARTTLS is offered to clients (`may`) or demanded of them (`encrypt`); empty: as the obsolete settings say.',
    { live: false },
  ),
  smtpd_tls_wrappermode: flag(
    'no',
    'Start TLS as soon as a client connects, as port 465 does, instead of waiting for STARTTLS.',
    { live: false },
  ),
  smtpd_starttls_timeout: time(
    '${stress?{10}:{300}}s',
    "Longest wait for a client's part of the handshake, on the way in and out of TLS.",
    { live: false },
  ),
  smtpd_tls_auth_only: flag('no', 'Neither offer nor accept AUTH while the connection is in the clear.', { live: false }),
  smtpd_tls_ask_ccert: flag('no', 'Ask clients for a certificate, and go on when they have none.', { live: false }),
  smtpd_tls_req_ccert: flag('no', 'Demand a trusted certificate of clients where TLS is mandatory.', { live: false }),
  smtpd_tls_ccert_verifydepth: count('9', "How many issuers may stand between a client's certificate and a trusted root.", {
    live: false,
  }),
  smtpd_tls_cert_file: text('', 'File with the RSA certificate chain of the server, in PEM.', { live: false }),
  smtpd_tls_key_file: text(
    '$smtpd_tls_cert_file',
    'File with the private key of smtpd_tls_cert_file, in PEM and without a pass phrase.',
    { live: false },
  ),
  smtpd_tls_eccert_file: text('', 'File with the ECDSA certificate chain of the server.', { live: false }),
  smtpd_tls_eckey_file: text('$smtpd_tls_eccert_file', 'File with the private key of smtpd_tls_eccert_file.', { live: false }),
  smtpd_tls_dcert_file: text('', 'File with a DSA certificate chain of the server; no current TLS stack uses one.', {
    live: false,
  }),
  smtpd_tls_dkey_file: text('$smtpd_tls_dcert_file', 'File with the private key of smtpd_tls_dcert_file.', { live: false }),
  smtpd_tls_chain_files: list(
    '',
    'Files that each hold keys followed by their certificate chains; they take the place of the cert and key settings.',
    { live: false },
  ),
  smtpd_tls_CAfile: text('', "File of root certificates that clients' certificates are verified against.", { live: false }),
  smtpd_tls_CApath: text('', "Directory of root certificates, by hash, that clients' certificates are verified against.", {
    live: false,
  }),
  smtpd_tls_ciphers: choice(
    ['export', 'low', 'medium', 'high', 'null'],
    'medium',
    'Weakest grade of ciphers where TLS is optional.',
    { live: false },
  ),
  smtpd_tls_mandatory_ciphers: choice(
    ['export', 'low', 'medium', 'high', 'null'],
    'medium',
    'Weakest grade of ciphers where TLS is mandatory.',
    { live: false },
  ),
  smtpd_tls_exclude_ciphers: list('', 'Ciphers that the server never uses.', { live: false }),
  smtpd_tls_mandatory_exclude_ciphers: list('', 'Ciphers that the server also leaves out where TLS is mandatory.', {
    live: false,
  }),
  smtpd_tls_protocols: list(
    '>=TLSv1.2',
    'Protocol versions of the server where TLS is optional: `>=TLSv1.2`, or names with `!` to leave out.',
    { live: false },
  ),
  smtpd_tls_mandatory_protocols: list('>=TLSv1.2', 'Protocol versions of the server where TLS is mandatory.', { live: false }),
  smtpd_tls_eecdh_grade: choice(
    ['auto', 'none', 'strong', 'ultra'],
    'auto',
    'Which elliptic curves the server offers for key exchange.',
    { live: false },
  ),
  smtpd_tls_dh1024_param_file: text('', 'File with Diffie-Hellman parameters of the server; empty: those that are built in.', {
    live: false,
  }),
  smtpd_tls_dh512_param_file: text('', 'File with export-grade Diffie-Hellman parameters; obsolete, and not used.', {
    live: false,
  }),
  smtpd_tls_fingerprint_digest: text(
    'sha256',
    "Digest with which clients' certificates and keys are named in access tables and logs.",
    { live: false },
  ),
  smtpd_tls_always_issue_session_ids: flag('yes', 'Give clients a session id even when sessions are not kept.', { live: false }),
  smtpd_tls_loglevel: count('0', 'How much is logged about TLS with clients, 0 to 4.', { live: false }),
  smtpd_tls_received_header: flag('no', 'Write protocol, cipher and client certificate into the Received header.', {
    live: false,
  }),
  smtpd_use_tls: flag('no', 'Obsolete way to say `smtpd_tls_security_level = may`.', { live: false }),
  smtpd_enforce_tls: flag('no', 'Obsolete way to say `smtpd_tls_security_level = encrypt`.', { live: false }),
  smtpd_tls_cipherlist: text('', 'Obsolete OpenSSL cipher list of the server.', { live: false }),
  smtp_tls_security_level: choice(
    ['', 'none', 'may', 'encrypt', 'dane', 'dane-only', 'fingerprint', 'verify', 'secure'],
    '',
    'How much TLS is demanded of servers that mail is sent to, where no policy says otherwise.',
    { live: false },
  ),
  smtp_tls_wrappermode: flag('no', 'Start TLS as soon as the connection to a server stands, as port 465 wants.', { live: false }),
  smtp_tls_policy_maps: list('', 'Tables from next hop to TLS level and its details.', { live: false }),
  smtp_tls_per_site: list('', 'Obsolete tables of TLS levels by host or next hop; smtp_tls_policy_maps has taken their place.', {
    live: false,
  }),
  smtp_starttls_timeout: time('300s', "Longest wait for a server's part of the handshake.", { live: false }),
  smtp_tls_cert_file: text('', 'File with the RSA certificate chain that is shown to servers that ask.', { live: false }),
  smtp_tls_key_file: text('$smtp_tls_cert_file', 'File with the private key of smtp_tls_cert_file.', { live: false }),
  smtp_tls_eccert_file: text('', 'File with the ECDSA certificate chain that is shown to servers that ask.', { live: false }),
  smtp_tls_eckey_file: text('$smtp_tls_eccert_file', 'File with the private key of smtp_tls_eccert_file.', { live: false }),
  smtp_tls_dcert_file: text('', 'File with a DSA certificate chain for servers that ask; no current TLS stack uses one.', {
    live: false,
  }),
  smtp_tls_dkey_file: text('$smtp_tls_dcert_file', 'File with the private key of smtp_tls_dcert_file.', { live: false }),
  smtp_tls_chain_files: list(
    '',
    'Files with keys and certificate chains for servers that ask; they take the place of the cert and key settings.',
    { live: false },
  ),
  smtp_tls_CAfile: text('', 'File of root certificates that servers are verified against.', { live: false }),
  smtp_tls_CApath: text('', 'Directory of root certificates, by hash, that servers are verified against.', { live: false }),
  smtp_tls_trust_anchor_file: list(
    '',
    'Files with the only certificates or keys that may vouch for a server; they take the place of the root certificates.',
    { live: false },
  ),
  smtp_tls_ciphers: choice(
    ['export', 'low', 'medium', 'high', 'null'],
    'medium',
    'Weakest grade of ciphers on the way out where TLS is optional.',
    { live: false },
  ),
  smtp_tls_mandatory_ciphers: choice(
    ['export', 'low', 'medium', 'high', 'null'],
    'medium',
    'Weakest grade of ciphers on the way out where TLS is mandatory.',
    { live: false },
  ),
  smtp_tls_exclude_ciphers: list('', 'Ciphers that are never offered to servers.', { live: false }),
  smtp_tls_mandatory_exclude_ciphers: list('', 'Ciphers that are also left out on the way out where TLS is mandatory.', {
    live: false,
  }),
  smtp_tls_protocols: list('>=TLSv1.2', 'Protocol versions on the way out where TLS is optional.', { live: false }),
  smtp_tls_mandatory_protocols: list('>=TLSv1.2', 'Protocol versions on the way out where TLS is mandatory.', { live: false }),
  smtp_tls_scert_verifydepth: count('9', "How many issuers may stand between a server's certificate and a trusted root.", {
    live: false,
  }),
  smtp_tls_verify_cert_match: list('hostname', "Which names a server's certificate must bear at the level `verify`.", {
    live: false,
  }),
  smtp_tls_secure_cert_match: list(
    'nexthop, dot-nexthop',
    "Which names a server's certificate must bear at the level `secure`.",
    { live: false },
  ),
  smtp_tls_fingerprint_cert_match: list('', 'Fingerprints that are accepted at the level `fingerprint`.', { live: false }),
  smtp_tls_fingerprint_digest: text('sha256', "Digest of the fingerprints of servers' certificates and keys.", { live: false }),
  smtp_tls_servername: text('', 'Server name that is sent in the handshake (SNI); empty, `hostname`, `nexthop` or a name.', {
    live: false,
  }),
  smtp_tls_dane_insecure_mx_policy: text(
    '${{$smtp_tls_security_level} == {dane} ? {dane} : {may}}',
    'Level for hosts whose MX records are not signed although their TLSA records are: `dane`, `encrypt` or `may`.',
    { live: false },
  ),
  smtp_tls_force_insecure_host_tlsa_lookup: flag('no', 'Ask for TLSA records even when the addresses of a host are not signed.', {
    live: false,
  }),
  smtp_tls_block_early_mail_reply: flag(
    'no',
    'Watch for servers that answer MAIL before it was sent, the mark of an injected plaintext dialog.',
    { live: false },
  ),
  smtp_tls_note_starttls_offer: flag('no', 'Log servers that offer STARTTLS when it is not used.', { live: false }),
  smtp_tls_loglevel: count('0', 'How much is logged about TLS with servers, 0 to 4.', { live: false }),
  smtp_tls_session_cache_database: text('', 'Where TLS sessions with servers are kept for resumption.', { live: false }),
  smtp_tls_session_cache_timeout: time('3600s', 'How long a TLS session with a server may be resumed.', { live: false }),
  smtp_tls_connection_reuse: flag('no', 'Keep TLS connections open for more mail to the same destination.', { live: false }),
  smtp_use_tls: flag('no', 'Obsolete way to say `smtp_tls_security_level = may`.', { live: false }),
  smtp_enforce_tls: flag('no', 'Obsolete way to demand TLS of every server.', { live: false }),
  smtp_tls_enforce_peername: flag('yes', "With smtp_enforce_tls: the server's certificate must bear its name.", { live: false }),
  smtp_tls_cipherlist: text('', 'Obsolete OpenSSL cipher list for the way out.', { live: false }),
  tls_config_file: text('default', "OpenSSL configuration file; Node's own settings are used instead.", { live: false }),
  tls_config_name: text('', 'Application name in tls_config_file.', { live: false }),
  tls_daemon_random_bytes: count('32', 'Random bytes that a process asks for at its start; Node seeds itself.', { live: false }),
  tls_dane_digest_agility: text(
    'on',
    'Whether only the strongest digest of a set of TLSA records counts; obsolete, it always does.',
    { live: false },
  ),
  tls_dane_trust_anchor_digest_enable: flag(
    'yes',
    'Whether trust anchor digests in TLSA records count; obsolete, they always do.',
    { live: false },
  ),
  tls_disable_workarounds: list('', 'OpenSSL work-arounds that are switched off.', { live: false }),
  tls_eecdh_auto_curves: list(
    'X25519 X448 prime256v1 secp521r1 secp384r1',
    'Curves that are offered for key exchange at the grade `auto`, best first.',
    { live: false },
  ),
  tls_eecdh_strong_curve: text('prime256v1', 'Curve of the grade `strong`.', { live: false }),
  tls_eecdh_ultra_curve: text('secp384r1', 'Curve of the grade `ultra`.', { live: false }),
  tls_export_cipherlist: text(
    'aNULL:-aNULL:HIGH:MEDIUM:LOW:EXPORT:+RC4:@STRENGTH',
    'OpenSSL cipher list of the grade `export`.',
    { live: false },
  ),
  tls_low_cipherlist: text('aNULL:-aNULL:HIGH:MEDIUM:LOW:+RC4:@STRENGTH', 'OpenSSL cipher list of the grade `low`.', {
    live: false,
  }),
  tls_medium_cipherlist: text('aNULL:-aNULL:HIGH:MEDIUM:+RC4:@STRENGTH', 'OpenSSL cipher list of the grade `medium`.', {
    live: false,
  }),
  tls_high_cipherlist: text('aNULL:-aNULL:HIGH:@STRENGTH', 'OpenSSL cipher list of the grade `high`.', { live: false }),
  tls_null_cipherlist: text('eNULL:!aNULL', 'OpenSSL cipher list of the grade `null`, which does not encrypt.', { live: false }),
  tls_fast_shutdown_enable: flag('yes', "Do not wait for the peer's last TLS message when a connection ends.", { live: false }),
  tls_preempt_cipherlist: flag('no', "The server's order of ciphers decides, not the client's.", { live: false }),
  tls_server_sni_maps: list(
    '',
    'Tables from the server name that a client asks for to the key and certificate files it is shown.',
    { live: false },
  ),
  tls_session_ticket_cipher: text('aes-256-cbc', 'Cipher of session tickets.', { live: false }),
  tlsmgr_service_name: text('tlsmgr', "Name of Postfix's TLS session service; sessions are kept in the shared state instead.", {
    live: false,
  }),
})
