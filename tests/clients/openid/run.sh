#!/usr/bin/env bash
# Logs in with other people's OpenID clients, and holds what a person meets to what
# they have to meet.
#
#   tests/support/servers/local.sh tests/clients/openid/run.sh
set -euo pipefail
cd "$(dirname "$0")"
recordings=$(realpath ../../support/recordings/testdata)
build=$(realpath ../../..)/.build
export ISSUER=$API

[ -d ../node_modules/openid-client ] || npm ci --silent --no-audit --no-fund --prefix ..
if ! "$build/openid/bin/python" -c 'import authlib, flask, requests' 2>/dev/null; then
  python3 -m venv "$build/openid"
  "$build/openid/bin/pip" install --quiet -r python/requirements.txt
fi
go build -o "$build/openid/" ./golang ../../../infra/operate

work=$(mktemp -d)
chmod 755 "$work" # for Apache, which is somebody else
cp -r site "$work"
started=()
trap 'kill "${started[@]}" 2>/dev/null; rm -rf "$work"' EXIT

# register ID OPTION...: registers a client, and has its secret in SECRET.
register() {
  SECRET=$("$build/openid/operate" -data "$DATA" clients add "${@:2}" "$1" | sed -n 's/^client_secret *//p')
  export SECRET
}

# start PORT COMMAND...: starts an application and waits until it answers.
start() {
  "${@:2}" >"$work/$1" 2>&1 &
  started+=($!)
  until (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; do
    kill -0 "${started[-1]}" || { cat "$work/$1"; exit 1; }
    sleep 0.1
  done
}

# holds NAME COMMAND...: compares what a walk prints with what is expected.
holds() {
  echo "$1"
  diff - <("${@:2}")
}

register python -name "A Python application" -redirect http://127.0.0.1:4183/callback
start 4183 "$build/openid/bin/python" python/app.py 4183
register golang -name "A Go application" -redirect http://127.0.0.1:4184/callback
start 4184 "$build/openid/golang" 4184
register apache -name "A site behind Apache" -redirect http://127.0.0.1:4182/callback
PORT=4182 STATE=$work start 4182 apache2 -D FOREGROUND -f "$PWD/apache.conf"
register phone -native -name "An Android application" -redirect com.example.app:/oauth2redirect

holds "openid-client (JavaScript)" node client.mjs "$API" "$recordings" <<'END'
password: password: password (pwd)
the same again: nothing to do: password (pwd)
stepped up, with somebody else's heart: heart: person_04_probe: false
stepped up: heart: person_01_probe: heart (pwd ecg mfa)
the same again: nothing to do: heart (pwd ecg mfa)
no older than now: heart: person01_rec3_12s: heart (pwd ecg mfa)
who: web, one subject: true
log-out leads to http://127.0.0.1:4181/?state=s
who, after that: 401
without a page, after that: login_required
END
holds "Authlib with Flask (Python)" node walk.mjs "$API" "$recordings" http://127.0.0.1:4183 python <<'END'
/: password: 200 hello python
/: no step: 200 hello python
/safe: heart: person_04_probe: refused: false
/safe: heart: person_01_probe: 200 open to python: pwd ecg mfa
/safe: no step: 200 open to python: pwd ecg mfa
END
holds "go-oidc (Go)" node walk.mjs "$API" "$recordings" http://127.0.0.1:4184 golang <<'END'
/: password: 200 hello golang
/: no step: 200 hello golang
/safe: heart: person_04_probe: refused: false
/safe: heart: person_01_probe: 200 open to golang: true
/safe: no step: 200 open to golang: true
END
holds "mod_auth_openidc (Apache)" node walk.mjs "$API" "$recordings" http://127.0.0.1:4182 apache / /safe/ <<'END'
/: password: 200 the site
/: no step: 200 the site
/safe/: heart: person_04_probe: refused: false
/safe/: heart: person_01_probe: 200 the safe
/safe/: no step: 200 the safe
END
holds "AppAuth's requests (Android)" node appauth.mjs "$API" "$recordings" <<'END'
password: password: password
somebody else's heart: heart: person_04_probe: false
heart: heart: person_01_probe: heart
in Korean: password: password
plain: no step: invalid_request
END
