#!/usr/bin/env bash
# Runs sam local on a machine that has no container engine and needs none afterwards:
# Debian's docker.io is unpacked below .build, not installed, and its daemon lives in
# network and mount namespaces that end with this script. No registry is asked for an
# image: it is busybox, which Debian has, and Lambda's own runtime interface emulator,
# which SAM's wheel has. The functions use the stack in the emulated cloud.
#
#   tests/support/cloud/containers.sh             invokes a function, then pastes the README's session into start-api
#   tests/support/cloud/containers.sh COMMAND...  runs the command there, such as
#       sam local invoke MembersCreate --event events/members/create/ok.json $SAM_LOCAL
#
# As root, on x86-64, with .build/sam (infra/README.md).
set -euo pipefail
cd "$(dirname "$0")/../../.."
root=$PWD engine=$PWD/.build/engine commands=$PWD/.build/containers
export PATH=$engine/usr/bin:$engine/usr/sbin:$root/.build/sam/bin:$PATH
export SAM_CLI_TELEMETRY=0 SYSTOLE_CONTAINERS=${SYSTOLE_CONTAINERS:-outside}

outside() {
  if [ ! -x "$engine/usr/sbin/dockerd" ]; then
    mkdir -p "$engine/packages"
    (cd "$engine/packages" && apt-get update -qq && apt-get download -qq docker.io containerd runc busybox-static)
    for package in "$engine"/packages/*.deb; do dpkg -x "$package" "$engine"; done
  fi
  # As infra/Makefile does, for this machine: the image has no C library.
  for package in $(go list -tags lambda.norpc -f '{{if eq .Name "main"}}{{.ImportPath}}{{end}}' ./functions/...); do
    CGO_ENABLED=0 go build -buildvcs=false -tags lambda.norpc -trimpath -ldflags "-s -w" -o "$commands/${package#systole/functions/}" "$package"
  done
  exec env SYSTOLE_CONTAINERS=inside unshare --net --mount "$0" "$@"
}

# inside starts the engine, and goes on beside the stack.
inside() {
  "$engine/bin/busybox" ifconfig lo up
  run=$(mktemp -d)
  mount -t tmpfs tmpfs "$run"
  dockerd --iptables=false --ip6tables=false --storage-driver overlay2 --data-root "$run/data" --exec-root "$run/exec" \
    --pidfile "$run/pid" --host "unix://$run/socket" >"$run/log" 2>&1 &
  daemon=$!
  trap 'kill $daemon; wait $daemon || true; umount -l "$run"; rmdir "$run"' EXIT
  export DOCKER_HOST=unix://$run/socket
  until docker version >/dev/null 2>&1; do
    kill -0 $daemon || { cat "$run/log"; exit 1; }
    sleep 0.2
  done
  SYSTOLE_CONTAINERS=beside go run ./tests/support/cloud/with "$0" "$@"
}

# beside makes image, template and variables, and runs the command.
beside() {
  work=$(mktemp -d)
  trap '[ -z "${api:-}" ] || kill $api; rm -rf "$work"' EXIT
  mkdir -p "$work/image"/{bin,etc/ssl/certs}
  cp "$engine/bin/busybox" "$work/image/bin/"
  for name in sh chmod mv; do ln -s busybox "$work/image/bin/$name"; done
  cp "$SSL_CERT_FILE" "$work/image/etc/ssl/certs/ca-certificates.crt"
  tar -C "$work/image" -c . | docker import - public.ecr.aws/lambda/provided:al2023-x86_64 >/dev/null
  python3 tests/support/cloud/containers.py template.yaml "$commands" "$work"
  export AWS_DEFAULT_REGION=$AWS_REGION
  export SAM_LOCAL="--template $work/template.yaml --env-vars $work/variables.json --skip-pull-image"
  # The emulator's address is for the functions alone: the engine's isn't there.
  unset AWS_ENDPOINT_URL
  if [ $# -gt 0 ]; then
    "$@"
    return
  fi
  sam local invoke MembersCreate --event events/members/create/ok.json $SAM_LOCAL | tee "$work/answer"
  grep -q '"statusCode": 200' "$work/answer"
  sam local start-api --port 3000 --warm-containers LAZY $SAM_LOCAL >"$work/api" 2>&1 &
  api=$!
  until curl -s -o "$work/page" http://127.0.0.1:3000/openapi.json; do
    kill -0 $api || { cat "$work/api"; exit 1; }
    sleep 1
  done
  block() { awk -v kind="$1" '/^## A first session/ {in_section = 1} in_section && $0 == "```" kind {in_block = 1; next} in_block && $0 == "```" {exit} in_block' README.md; }
  timeless() { sed -E 's/[0-9a-f]{40}/<token>/g; s/hong[0-9]+/hong<n>/g'; }
  block sh | sed 's|http://127.0.0.1:8080|http://127.0.0.1:3000|' | bash | tee "$work/session"
  diff <(block json | timeless) <(timeless <"$work/session") && echo "the session is the README's"
}

"$SYSTOLE_CONTAINERS" "$@"
