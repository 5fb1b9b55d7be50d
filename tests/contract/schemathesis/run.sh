#!/usr/bin/env bash
# Holds a service to its OpenAPI document with schemathesis, which the first
# argument's virtual environment has (requirements.txt). Further arguments go to
# schemathesis.
#
#   tests/support/servers/local.sh tests/contract/schemathesis/run.sh .build/schemathesis
set -euo pipefail
venv=$(realpath "$1")
shift
cd "$(dirname "$0")"
"$venv/bin/schemathesis" --config-file schemathesis.toml run "$API/openapi.json" \
  --phases examples,coverage,fuzzing --max-examples 25 "$@"
