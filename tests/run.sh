#!/usr/bin/env bash
# Runs every test, on SQLite and on PostgreSQL: bash tests/run.sh [arguments of cargo test]
# The tests start a PostgreSQL server of their own and remove it; here we only see to it that one is installed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

stop() {
    echo "tests/run.sh: $1" >&2
    exit 1
}

has_postgresql() {
    [[ -n ${TEST_DATABASE_URL:-} ]] || command -v initdb >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null
}

install_postgresql() {
    local advice="no PostgreSQL server: install one (Debian, Ubuntu: apt-get install postgresql) or set TEST_DATABASE_URL to a superuser's URL"
    local root=()
    command -v apt-get >/dev/null || stop "$advice"
    if [[ $EUID -ne 0 ]]; then
        sudo -n true 2>/dev/null || stop "$advice"
        root=(sudo -n)
    fi
    echo "tests/run.sh: installing the PostgreSQL server with apt-get" >&2
    "${root[@]}" apt-get update -qq || stop "$advice"
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql >/dev/null || stop "$advice"
}

command -v cargo >/dev/null || stop "no cargo: install Rust"
command -v cc >/dev/null || stop "no C compiler: install one (Debian, Ubuntu: apt-get install build-essential)"
has_postgresql || install_postgresql
exec cargo test --workspace --locked "$@"
