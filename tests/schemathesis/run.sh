#!/usr/bin/env bash
# Holds a local service to its OpenAPI document with schemathesis, which the
# first argument's virtual environment has (requirements.txt). Further
# arguments go to schemathesis.
set -euo pipefail
venv=$(realpath "$1")
shift
cd "$(dirname "$0")"
work=$(mktemp -d)
go build -o "$work/local" ../../infra/local
"$work/local" -memory -addr 127.0.0.1:0 >"$work/out" 2>"$work/log" &
service=$!
trap 'kill $service; rm -rf "$work"' EXIT
until grep -q '^listening on' "$work/out"; do
  kill -0 $service || { cat "$work/log"; exit 1; }
  sleep 0.1
done
API=$(sed -n 's/^listening on //p' "$work/out")
export API
"$venv/bin/schemathesis" --config-file schemathesis.toml run "$API/openapi.json" \
  --phases examples,coverage,fuzzing --max-examples 25 "$@"
