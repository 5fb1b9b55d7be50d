#!/usr/bin/env bash
# Has two oauth2-proxies before one site log people in, one of them for the heart, and
# holds what a person meets to what they have to meet. Apart from run.sh: where
# oauth2-proxy was never built, building it takes minutes.
#
#   tests/support/servers/local.sh tests/clients/openid/oauth2-proxy.sh
set -euo pipefail
cd "$(dirname "$0")"
recordings=$(realpath ../../support/recordings/testdata)
build=$(realpath ../../..)/.build/oauth2-proxy
export ISSUER=$API PROXY=$build/oauth2-proxy
[ -x "$PROXY" ] || GOBIN=$build go install github.com/oauth2-proxy/oauth2-proxy/v7@v7.15.6
go build -o "$build/operate" ../../../infra/operate

started=()
trap 'kill "${started[@]}" 2>/dev/null' EXIT

# before PORT CLIENT OPTION...: registers a client, and starts its proxy.
before() {
  SECRET=$("$build/operate" -data "$DATA" clients add -name "$2" -redirect "http://127.0.0.1:$1/oauth2/callback" "${@:3}" "$2" | sed -n 's/^client_secret *//p')
  SECRET=$SECRET ./proxy.sh "$1" "$2" >"$build/$2.log" 2>&1 &
  started+=($!)
  until (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; do
    kill -0 "${started[-1]}" || { cat "$build/$2.log"; exit 1; }
    sleep 0.1
  done
}
before 4180 proxy
before 4185 vault -heart
diff - <(node walk.mjs "$API" "$recordings" http://127.0.0.1:4180 proxy / http://127.0.0.1:4185/) <<'END'
/: password: 200 the site
/: no step: 200 the site
http://127.0.0.1:4185/: heart: person_04_probe: refused: false
http://127.0.0.1:4185/: heart: person_01_probe: 200 the site
http://127.0.0.1:4185/: no step: 200 the site
END
