#!/usr/bin/env bash
# What /docs shows to copy for curl, from "# sample: NAME" to "# end", run in a
# folder with recordings:
#
#   API=http://127.0.0.1:8080 tests/clients/curl/samples.sh
set -euo pipefail

# An answer that is no success ends the script.
curl() { command curl -s --fail-with-body --max-time 60 "$@"; echo; }

# member NAME signs somebody up, and enrols them.
member() {
  TOKEN=$(curl "$API/members/create/" -d username="$1" -d 'password=tachy-cardia!' -d name=Hong | sed 's/.*"token":"\([0-9a-f]*\)".*/\1/')
  curl "$API/authenticate/make_model/" -H "Authorization: Token $TOKEN" -F sampling_rate=500 -F data=@enrolment.csv
}

# sample: quick-start
API=${API:-http://127.0.0.1:8080}

# 1. Sign up. Keep the token: it goes along with all that follows.
TOKEN=$(curl "$API/members/create/" -H 'Content-Type: application/json' \
  -d '{"username": "hong-gil-ja", "password": "tachy-cardia!", "name": "홍길자"}' |
  sed 's/.*"token":"\([0-9a-f]*\)".*/\1/')

# 2. Enrol with an ECG of at least ten seconds, better thirty.
curl "$API/authenticate/make_model/" -H "Authorization: Token $TOKEN" \
  -F sampling_rate=500 -F data=@enrolment.csv

# 3. Is it them? Ask with another recording.
curl "$API/authenticate/check_user/" -H "Authorization: Token $TOKEN" \
  -F sampling_rate=500 -F data=@probe.csv

# 4. Log out.
curl "$API/members/logout/" -H "Authorization: Token $TOKEN"
# end

# sample: signUp
curl "$API/members/create/" -H 'Content-Type: application/json' \
  -d '{"username": "park", "password": "tachy-cardia!", "name": "박민수", "age": 42}'
# end

# sample: logIn
curl "$API/members/login/" -H 'Content-Type: application/json' \
  -d '{"username": "park", "password": "tachy-cardia!"}'
# end
login() { TOKEN=$(curl "$API/members/login/" -d username=park -d "password=$1" | sed 's/.*"token":"\([0-9a-f]*\)".*/\1/'); }
login 'tachy-cardia!'

# sample: inspect
curl "$API/console/inspect/" -F sampling_rate=500 -F data=@enrolment.csv
# end

# sample: consent
curl "$API/members/consent/" -H "Authorization: Token $TOKEN"
# end
VERSION=$(curl "$API/members/consent/" -H "Authorization: Token $TOKEN" | sed 's/.*"current_version":"\([^"]*\)".*/\1/')
# sample: giveConsent
curl "$API/members/consent/" -H "Authorization: Token $TOKEN" \
  -H 'Content-Type: application/json' -d '{"version": "'"$VERSION"'"}'
# end

# sample: makeModel
curl "$API/authenticate/make_model/" -H "Authorization: Token $TOKEN" \
  -F sampling_rate=500 -F data=@enrolment.csv
# end

# sample: hasModel
curl "$API/authenticate/check_user/" -H "Authorization: Token $TOKEN"
# end

# sample: getModel
curl "$API/authenticate/get_model/" -H "Authorization: Token $TOKEN"
# end

# sample: checkUser
curl "$API/authenticate/check_user/" -H "Authorization: Token $TOKEN" \
  -F sampling_rate=500 -F data=@probe.csv
# end

# sample: challenge
curl -X POST "$API/authenticate/challenge/" -H "Authorization: Token $TOKEN"
# end

# sample: upload
curl "$API/authenticate/uploads/" -H "Authorization: Token $TOKEN" \
  -H 'Content-Type: application/json' -d '{"size": 12000000}'
# end

# sample: activity
curl "$API/members/activity/" -H "Authorization: Token $TOKEN"
# end

# sample: listSessions
curl "$API/members/sessions/" -H "Authorization: Token $TOKEN"
# end

# sample: export
curl "$API/members/me/export/" -H "Authorization: Token $TOKEN"
# end

# sample: changePassword
curl "$API/members/password/" -H "Authorization: Token $TOKEN" \
  -H 'Content-Type: application/json' -d '{"password": "tachy-cardia!", "new_password": "brady-cardia!"}'
# end

# sample: deleteModel
curl -X DELETE "$API/authenticate/model/" -H "Authorization: Token $TOKEN"
# end

# sample: withdrawConsent
curl -X DELETE "$API/members/consent/" -H "Authorization: Token $TOKEN"
# end

# sample: countRecoveryCodes
curl "$API/members/recovery_codes/" -H "Authorization: Token $TOKEN"
# end

# sample: makeRecoveryCodes
curl "$API/members/recovery_codes/" -H "Authorization: Token $TOKEN" \
  -H 'Content-Type: application/json' -d '{"password": "brady-cardia!"}'
# end
CODE=$(curl "$API/members/recovery_codes/" -H "Authorization: Token $TOKEN" -d 'password=brady-cardia!' | sed 's/.*\["\([^"]*\)".*/\1/')

# sample: endSession
curl "$API/members/sessions/end/" -H "Authorization: Token $TOKEN" \
  -H 'Content-Type: application/json' -d '{"session": "others"}'
# end

# sample: endSessions
curl -X DELETE "$API/members/sessions/" -H "Authorization: Token $TOKEN"
# end

# sample: recoverPassword
curl "$API/members/recover/" -d username=park -d "recovery_code=$CODE" -d 'new_password=brady-cardia!'
# end

login 'brady-cardia!'
# sample: logOut
curl "$API/members/logout/" -H "Authorization: Token $TOKEN"
# end

login 'brady-cardia!'
# sample: logOutByPost
curl -X POST "$API/members/logout/" -H "Authorization: Token $TOKEN"
# end

login 'brady-cardia!'
# sample: deleteAccount
curl -X DELETE "$API/members/me/" -H "Authorization: Token $TOKEN" \
  -H 'Content-Type: application/json' -d '{"password": "brady-cardia!"}'
# end

# sample: publicKeys
curl "$API/.well-known/jwks.json"
# end

# sample: openapi
curl "$API/openapi.json"
# end

# sample: sdk
curl -O "$API/sdk.js" -O "$API/sdk/sdk.d.ts" -O "$API/sdk/systole.py" -O "$API/sdk/Systole.kt"
# end
grep -q 'export class Systole' sdk.js sdk.d.ts

# sample: console
curl "$API/"
# end

# sample: docs
curl "$API/docs"
# end

member curl-1
# sample: large-files
# 1. Ask for a place: it answers upload, method, url and headers.
PLACE=$(curl "$API/authenticate/uploads/" -H "Authorization: Token $TOKEN" -d size="$(wc -c < probe.csv)")
UPLOAD=$(sed 's/.*"upload":"\([0-9a-f]*\)".*/\1/' <<< "$PLACE")
URL=$(sed 's/.*"url":"\([^"]*\)".*/\1/; s/\\u0026/\&/g' <<< "$PLACE")

# 2. Put the file there, with those headers. No token: the address is the permission.
#    If-None-Match is S3's: that nothing is overwritten.
curl -X PUT -H 'If-None-Match: *' -H 'Content-Type:' --data-binary @probe.csv "$URL"

# 3. Name it instead of sending a file; several with commas between.
curl "$API/authenticate/check_user/" -H "Authorization: Token $TOKEN" -F sampling_rate=500 -F upload="$UPLOAD"
# end

# sample: nonce
NONCE=$(curl -X POST "$API/authenticate/challenge/" -H "Authorization: Token $TOKEN" |
  sed 's/.*"nonce":"\([0-9a-f]*\)".*/\1/')

# Record now, then
curl "$API/authenticate/check_user/" -H "Authorization: Token $TOKEN" \
  -F sampling_rate=500 -F nonce="$NONCE" -F data=@second.csv
# end

member curl-3
BEFORE=$(date -u +%Y-%m-%dT%H:%M:%S.%NZ)
# sample: days
# On another day; until then it is refused with day_too_soon.
curl "$API/authenticate/make_model/" -H "Authorization: Token $TOKEN" \
  -F sampling_rate=500 -F mode=add -F data=@second.csv || true

# What was added then or later goes again.
curl -X DELETE "$API/authenticate/model/?since=$BEFORE" -H "Authorization: Token $TOKEN"
# end

member curl-2
ORDER_NONCE=n-0S6_WzA2Mj
# sample: assertion
curl "$API/authenticate/check_user/" -H "Authorization: Token $TOKEN" \
  -F sampling_rate=500 -F data=@probe.csv \
  -F audience=https://shop.example -F audience_nonce="$ORDER_NONCE"
# end

# sample: retries
# The same within a minute is one check with one answer. Retry-After is obeyed.
curl --retry 2 --retry-connrefused "$API/authenticate/check_user/" -H "Authorization: Token $TOKEN" \
  -F sampling_rate=500 -F data=@second.csv
# end
