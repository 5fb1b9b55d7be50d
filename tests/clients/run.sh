#!/usr/bin/env bash
# Runs the relying party, and each client, and holds what they print to what they have to print,
# then the Android app over a local service and through the built functions.
#
#   tests/support/servers/local.sh tests/clients/run.sh
set -euo pipefail
cd "$(dirname "$0")"
recordings=$(realpath ../support/recordings/testdata)
want='enrolled
person 01: true
person 04: false
refused: too_short, 3 s missing
deleted'
npm ci --silent --no-audit --no-fund
believed='somebody else'"'"'s heart: false, nothing to believe
for another order: the assertion is for another order
of another key under the same id: ERR_JWS_SIGNATURE_VERIFICATION_FAILED
of another key under an id of its own: ERR_JWKS_NO_MATCHING_KEY
with its own key in the header: ERR_JWS_SIGNATURE_VERIFICATION_FAILED
without a signature: ERR_JOSE_ALG_NOT_ALLOWED
signed with the public key as a secret (HS256): ERR_JOSE_ALG_NOT_ALLOWED
with changed claims: ERR_JWS_SIGNATURE_VERIFICATION_FAILED
cut short: ERR_JWS_SIGNATURE_VERIFICATION_FAILED
empty: ERR_JWS_INVALID
made out to another shop: ERR_JWT_CLAIM_VALIDATION_FAILED
ten minutes later: ERR_JWT_EXPIRED
at once: confirmed
once more: no order waits for this
known to both shops as one: false
says: acr amr aud auth_time exp fmr iat iss jti nonce password_time sub
urn:systole:acr:heart, pwd ecg mfa, at 0.001'
echo "the shop"
diff <(echo "$believed") <(node shop/walk.mjs "$API" "$recordings")
mvn -q -B -f kotlin package
for client in "go run ./golang" "python3 python/client.py" "node javascript/client.mjs" "java -cp kotlin/target/app.jar:kotlin/target/lib/* ClientKt"; do
  echo "$client"
  got=$(set -f; $client "$API" "$recordings")
  diff <(echo "$want") <(echo "$got")
done
go test -tags clients -count 1 -v -run TestTheApp ../contract/e2e
