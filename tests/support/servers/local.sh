#!/usr/bin/env bash
# Runs a command beside a local service, whose address is in $API and whose folder is
# in $DATA. The folder is in memory if there is room, and is deleted afterwards. The service knows the clients of tests/clients/openid.
set -euo pipefail
root=$(cd "$(dirname "$0")/../../.." && pwd)
work=$(mktemp -d) data=$work/data
free=$(df --output=avail -k /dev/shm 2>/dev/null | tail -1) || free=0
if [ "${free:-0}" -gt 500000 ]; then data=$(mktemp -d -p /dev/shm); fi
go build -C "$root" -o "$work/local" ./infra/local
OPENID_CLIENTS=$(cat "$root/tests/clients/openid/clients.json") "$work/local" -data "$data" -addr 127.0.0.1:0 >"$work/out" 2>"$work/log" &
service=$!
trap 'kill $service; rm -rf "$work" "$data"' EXIT
until grep -q '^listening on' "$work/out" 2>/dev/null; do
  kill -0 $service || { cat "$work/log"; exit 1; }
  sleep 0.1
done
API=$(sed -n 's/^listening on //p' "$work/out") DATA=$data "$@"
