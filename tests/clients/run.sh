#!/usr/bin/env bash
# Runs the relying parties and holds what they print to what they have to print, then all
# samples of /docs, then the clients of shared/sdk, with their types, and the Android
# app over a local service and through the built functions.
#
#   tests/support/servers/local.sh tests/clients/run.sh
set -euo pipefail
cd "$(dirname "$0")"
recordings=$(realpath ../support/recordings/testdata)
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

echo "the types of sdk.js"
npx --no tsc -- --project javascript
npx --no tsc -- --project javascript/tsconfig.module.json

openid/run.sh
mvn -q -B -f kotlin package
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
go build -o "$work/golang" ./golang
sdk=$(realpath ../../shared/sdk)
here=$PWD

# samples NAME COMMAND...: runs a language's samples in a folder with recordings.
samples() {
  echo "samples in $1"
  mkdir "$work/$1" && cd "$work/$1"
  cp "$recordings/person_01_enrolment.csv" enrolment.csv
  cp "$recordings/person_01_probe.csv" probe.csv
  cp "$recordings/person01_rec3_12s.csv" second.csv
  zeros=$(printf '0%.0s' {1..500}) # 5 MB: the same with more digits
  sed "s/\"$/$zeros\"/" enrolment.csv > holter.csv
  "${@:2}" > out || { tail -5 out; exit 1; }
  cd "$here"
}
javascript() { cp "$sdk/javascript/sdk.js" sdk.mjs && cp "$here/javascript/samples.mjs" . && node samples.mjs; }
python() { cp "$sdk/python/systole.py" . && python3 "$here/python/samples.py"; }
export API PYTHONPATH=.
samples curl "$here/curl/samples.sh"
samples javascript javascript
samples python python
samples go "$work/golang" "$API"
samples kotlin java -cp "$here/kotlin/target/app.jar" samples.SamplesKt "$API"

go test -tags clients -count 1 -v -run 'TestTheApp|TestTheSDKs' ../contract/e2e
