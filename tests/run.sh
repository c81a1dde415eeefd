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

has_postgresql() {
    [[ -n ${TEST_DATABASE_URL:-} ]] || command -v initdb >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null
}

# Installs a package of Debian or Ubuntu, or says in one line what to do.
install() {
    local advice="no $1: install it (Debian, Ubuntu: apt-get install $1)"
    [[ $1 != postgresql ]] || advice+=" or set TEST_DATABASE_URL to a superuser's URL"
    local root=()
    command -v apt-get >/dev/null || stop "$advice"
    if [[ $EUID -ne 0 ]]; then
        sudo -n true 2>/dev/null || stop "$advice"
        root=(sudo -n)
    fi
    echo "tests/run.sh: installing $1 with apt-get" >&2
    "${root[@]}" apt-get update -qq || stop "$advice"
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$1" >/dev/null || stop "$advice"
}

command -v cargo >/dev/null || stop "no cargo: install Rust"
command -v cc >/dev/null || stop "no C compiler: install one (Debian, Ubuntu: apt-get install build-essential)"
has_postgresql || install postgresql
command -v python3 >/dev/null || install python3
exec cargo test --workspace --locked "$@"
