#!/usr/bin/env bash
# Runs a command beside a local service that keeps nothing, whose address the
# command finds in $API. It knows the clients of tests/clients/openid.
set -euo pipefail
root=$(cd "$(dirname "$0")/../../.." && pwd)
work=$(mktemp -d)
go build -C "$root" -o "$work/local" ./infra/local
OPENID_CLIENTS=$(cat "$root/tests/clients/openid/clients.json") "$work/local" -memory -addr 127.0.0.1:0 >"$work/out" 2>"$work/log" &
service=$!
trap 'kill $service; rm -rf "$work"' EXIT
until grep -q '^listening on' "$work/out"; do
  kill -0 $service || { cat "$work/log"; exit 1; }
  sleep 0.1
done
API=$(sed -n 's/^listening on //p' "$work/out") "$@"
