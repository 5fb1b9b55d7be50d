#!/usr/bin/env bash
# Has an application that knows Keycloak alone log people in here, and holds what a
# person meets to what they have to meet. Apart from run.sh: Keycloak is 165 MB, and
# takes half a minute to start on an idle machine.
#
#   tests/support/servers/local.sh tests/clients/openid/keycloak.sh
set -euo pipefail
cd "$(dirname "$0")"
recordings=$(realpath ../../support/recordings/testdata)
version=26.5.4
home=$(realpath ../../..)/.build/keycloak
callback=http://127.0.0.1:4186/realms/house/broker/systole/endpoint
[ -d ../node_modules/jose ] || npm ci --silent --no-audit --no-fund --prefix ..
if [ ! -d "$home/keycloak-$version" ]; then
  mvn -q -B dependency:copy -Dartifact=org.keycloak:keycloak-quarkus-dist:$version:zip -DoutputDirectory="$home"
  python3 -m zipfile -e "$home/keycloak-quarkus-dist-$version.zip" "$home"
  chmod +x "$home/keycloak-$version"/bin/*.sh
fi
secret=$(go run ../../../infra/operate -data "$DATA" clients add -name Keycloak -redirect $callback -logout $callback/logout_response keycloak |
  sed -n 's/^client_secret *//p')
cd "$home/keycloak-$version"
rm -rf data/h2
mkdir -p data/import
sed "s|ISSUER|$API|; s|SECRET|$secret|" "$OLDPWD/keycloak.json" > data/import/house.json
bin/kc.sh start-dev --import-realm --http-host=127.0.0.1 --http-port=4186 > "$home/log" 2>&1 &
keycloak=$!
trap 'kill $keycloak' EXIT
until curl -sf http://127.0.0.1:4186/realms/house > /dev/null; do
  kill -0 $keycloak || { tail "$home/log"; exit 1; }
  sleep 1
done
cd "$OLDPWD"
acr=acr_values=urn:systole:acr:heart
diff - <(node broker.mjs "$API" "$recordings" http://127.0.0.1:4186/realms/house Keycloak kc_idp_hint=systole "kc_idp_hint=systole&$acr&prompt=login") <<'END'
password: password: Keycloak says broker
somebody else's heart: heart: person_04_probe: refused: false
heart: heart: person_01_probe: Keycloak says broker
END
