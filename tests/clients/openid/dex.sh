#!/usr/bin/env bash
# Has an application that knows Dex alone log people in here, and holds what a person
# meets to what they have to meet. Apart from run.sh: Dex can't be installed as a Go
# module, and takes minutes to build. DEX is its command.
#
#   DEX=/path/to/dex tests/support/servers/local.sh tests/clients/openid/dex.sh
set -euo pipefail
cd "$(dirname "$0")"
recordings=$(realpath ../../support/recordings/testdata)
[ -d ../node_modules/jose ] || npm ci --silent --no-audit --no-fund --prefix ..
work=$(mktemp -d)
go build -o "$work/operate" ../../../infra/operate
register() { "$work/operate" -data "$DATA" clients add -name Dex -redirect http://127.0.0.1:4188/dex/callback "$@" | sed -n 's/^client_secret *//p'; }
SECRET=$(register dex) SECRET_HEART=$(register -heart dex-heart) ISSUER=$API
export SECRET SECRET_HEART ISSUER
"${DEX:-dex}" serve dex.yaml >"$work/log" 2>&1 &
dex=$!
trap 'kill $dex; rm -rf "$work"' EXIT
until curl -sf http://127.0.0.1:4188/dex/.well-known/openid-configuration >/dev/null; do
  kill -0 $dex || { cat "$work/log"; exit 1; }
  sleep 0.1
done
diff - <(node broker.mjs "$API" "$recordings" http://127.0.0.1:4188/dex Dex connector_id=systole connector_id=heart) <<'END'
password: password: Dex says broker
somebody else's heart: heart: person_04_probe: refused: false
heart: heart: person_01_probe: Dex says broker
END
