#!/usr/bin/env bash
# Runs each client and holds what it prints to what all of them have to print,
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
mvn -q -B -f kotlin package
for client in "go run ./golang" "python3 python/client.py" "node javascript/client.mjs" "java -cp kotlin/target/app.jar:kotlin/target/lib/* ClientKt"; do
  echo "$client"
  got=$(set -f; $client "$API" "$recordings")
  diff <(echo "$want") <(echo "$got")
done
go test -tags clients -count 1 -v -run TestTheApp ../contract/e2e
