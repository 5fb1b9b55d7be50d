#!/usr/bin/env bash
# oauth2-proxy before a site that knows nothing of log-ins.
#
#   ISSUER=http://127.0.0.1:8080 SECRET=… tests/clients/openid/proxy.sh PORT CLIENT [OPTION...]
set -euo pipefail
cd "$(dirname "$0")"
port=$1 client=$2
exec "${PROXY:-oauth2-proxy}" --provider=oidc --oidc-issuer-url="$ISSUER" --client-id="$client" --client-secret="$SECRET" \
  --redirect-url="http://127.0.0.1:$port/oauth2/callback" --code-challenge-method=S256 --scope="openid profile" \
  --email-domain='*' --oidc-email-claim=preferred_username --skip-provider-button \
  --cookie-secret="$(python3 -c 'import secrets; print(secrets.token_hex(16))')" --cookie-secure=false \
  --http-address="127.0.0.1:$port" --upstream="file://$PWD/site/#/" "${@:3}"
