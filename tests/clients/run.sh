#!/usr/bin/env bash
# Runs each client and holds what it prints to what all of them have to print.
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
mvn -q -B -f kotlin package
for client in "go run ./golang" "python3 python/client.py" "node javascript/client.mjs" "java -jar kotlin/target/client.jar"; do
  echo "$client"
  got=$($client "$API" "$recordings")
  diff <(echo "$want") <(echo "$got")
done
