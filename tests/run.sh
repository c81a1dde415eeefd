#!/usr/bin/env bash
# Runs every test, on SQLite and on PostgreSQL: bash tests/run.sh [arguments of cargo test]
# The tests start a PostgreSQL server of their own and remove it, and read the journal with a second verifier in Python; here we
# only see to it that both are installed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

stop() {
    echo "tests/run.sh: $1" >&2
    exit 1
}

command -v cargo >/dev/null || stop "no cargo: install Rust"
command -v cc >/dev/null || stop "no C compiler: install one (Debian, Ubuntu: apt-get install build-essential)"
bash tests/install.sh postgresql python
exec cargo test --workspace --locked "$@"
