#!/usr/bin/env bash
# Sees to it that programs are there, with apt-get where they are not: bash tests/install.sh NAME...
# Names: postgresql, python, venv, node, chromium, shell (curl, jq, openssl). Without apt-get or the right to use it, says in one line what to do.
set -euo pipefail

there() {
    case $1 in
    postgresql)
        [[ -n ${TEST_DATABASE_URL:-} ]] || command -v initdb >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null
        ;;
    node) command -v npm >/dev/null ;;
    chromium) command -v chromium >/dev/null ;;
    shell) command -v curl >/dev/null && command -v jq >/dev/null && command -v openssl >/dev/null ;;
    python) command -v python3 >/dev/null ;;
    venv) python3 -c 'import ensurepip, venv' 2>/dev/null ;;
    *)
        echo "tests/install.sh: unknown: $1" >&2
        exit 2
        ;;
    esac
}

packages() {
    case $1 in
    postgresql) echo postgresql ;;
    node) echo nodejs npm ;;
    chromium) echo chromium ;;
    shell) echo curl jq openssl ;;
    python) echo python3 ;;
    venv) echo python3 python3-venv ;;
    esac
}

missing=()
for name in "$@"; do
    there "$name" || read -ra missing <<<"${missing[*]-} $(packages "$name")"
done
((${#missing[@]})) || exit 0

advice="missing: ${missing[*]}; install them (Debian, Ubuntu: apt-get install ${missing[*]})"
[[ " ${missing[*]} " != *" postgresql "* ]] || advice+=", or set TEST_DATABASE_URL to a PostgreSQL superuser's URL"
stop() {
    echo "tests/install.sh: $advice" >&2
    exit 1
}
root=()
command -v apt-get >/dev/null || stop
if [[ $EUID -ne 0 ]]; then
    sudo -n true 2>/dev/null || stop
    root=(sudo -n)
fi
echo "tests/install.sh: installing with apt-get: ${missing[*]}" >&2
"${root[@]}" apt-get update -qq || stop
"${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null || stop
