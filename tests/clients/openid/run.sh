#!/usr/bin/env bash
# Logs in with other people's OpenID clients, and holds what they print to what they
# have to print.
#
#   tests/support/servers/local.sh tests/clients/openid/run.sh
set -euo pipefail
cd "$(dirname "$0")"
recordings=$(realpath ../../support/recordings/testdata)
[ -d ../node_modules/openid-client ] || npm ci --silent --no-audit --no-fund --prefix ..

echo "openid-client"
diff - <(node client.mjs "$API" "$recordings") <<'END'
password: password: password (pwd)
the same again: nothing to do: password (pwd)
stepped up, with somebody else's heart: heart: person_04_probe: false
stepped up: heart: person_01_probe: heart (pwd ecg mfa)
the same again: nothing to do: heart (pwd ecg mfa)
no older than now: heart: person01_rec3_12s: heart (pwd ecg mfa)
who: web, one subject: true
log-out leads to http://127.0.0.1:4181/?state=s
who, after that: invalid_token
without a page, after that: login_required
END
