#!/usr/bin/env bash
# Runs a command beside a fresh demo of its own: bash tests/with-demo.sh [--postgres] COMMAND...
# The command finds the demo by BASE (its address) and NAAST_DEMO_FILE (tokens and ids). Limits are off, unless NAAST_RATE_* say
# otherwise. Everything is gone when the command has ended.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}

postgres=
if [[ ${1-} == --postgres ]]; then
    postgres=yes
    shift
fi

cd "$root"
cargo build -q --locked -p naast-api
if [[ -n $postgres ]]; then
    bash tests/install.sh postgresql
    cargo build -q --locked -p naast-tests --bin empty-database
fi
cd - >/dev/null

home=$(mktemp -d)
children=()
finish() {
    exec 9>&-
    for child in "${children[@]}"; do
        kill "$child" 2>/dev/null || true
        wait "$child" 2>/dev/null || true
    done
    rm -rf "$home"
}
trap finish EXIT
trap 'exit 130' INT TERM

# waits until a file has something in it, as long as the process that writes it lives
await() {
    local tries=0
    until [[ -s $1 ]]; do
        kill -0 "$2" 2>/dev/null || { cat "$home/log" >&2; echo "tests/with-demo.sh: it ended by itself" >&2; exit 1; }
        ((tries += 1)) && ((tries < 1200)) || { echo "tests/with-demo.sh: it says nothing" >&2; exit 1; }
        sleep 0.1
    done
}

unset DATABASE_URL NAAST_DATA NAAST_LISTEN NAAST_SIGNING_KEY_FILE NAAST_MASTER_KEY_FILE NAAST_ANCHORS_FILE
if [[ -n $postgres ]]; then
    # the database goes when this end of the pipe closes
    mkfifo "$home/hold"
    "$target/debug/empty-database" <"$home/hold" >"$home/url" 2>"$home/log" &
    children+=($!)
    exec 9>"$home/hold"
    await "$home/url" $!
    DATABASE_URL=$(<"$home/url")
    export DATABASE_URL
fi

export NAAST_RATE_SUBJECT=${NAAST_RATE_SUBJECT:-off} NAAST_RATE_ADDRESS=${NAAST_RATE_ADDRESS:-off}
export NAAST_RATE_ATTEMPTS=${NAAST_RATE_ATTEMPTS:-off}
"$target/debug/naast" demo --listen 127.0.0.1:0 --data "$home/data" >"$home/out" 2>"$home/log" 9>&- &
# the demo first: it must not lose its database under its feet
children=($! "${children[@]}")
await "$home/data/demo.json" $!
unset DATABASE_URL

export NAAST=$target/debug/naast NAAST_DEMO_FILE=$home/data/demo.json NAAST_DEMO_DATA=$home/data NAAST_DEMO_LOG=$home/log
BASE=$(sed -n 's/.*"address": *"\([^"]*\)".*/\1/p' "$NAAST_DEMO_FILE")
export BASE
"$@" 9>&-
