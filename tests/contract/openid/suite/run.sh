#!/usr/bin/env bash
# Runs the OpenID Foundation's conformance suite, which has to run at $SUITE, against a
# local service behind TLS. See README.md beside it.
#
#   ISSUER=https://localhost:9443 tests/support/servers/local.sh tests/contract/openid/suite/run.sh
set -euo pipefail
cd "$(dirname "$0")"
export SUITE=${SUITE:-https://localhost:8443} ISSUER NODE_TLS_REJECT_UNAUTHORIZED=0 NODE_NO_WARNINGS=1
callback=$SUITE/test/a/systole/callback out=$SUITE/test/a/systole/post_logout_redirect
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
go build -o "$work/operate" ../../../../infra/operate
register() { "$work/operate" -data "$DATA" clients add -name "Conformance suite" -redirect "$callback" -logout "$out" "$1" | sed -n 's/^client_secret *//p'; }
FIRST=$(register suite) SECOND=$(register suite2)
export FIRST SECOND
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/key.pem" -out "$work/cert.pem" -days 1 -subj /CN=localhost 2>/dev/null
node suite.mjs "$API" "$work" ../../../support/recordings/testdata
