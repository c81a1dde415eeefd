#!/usr/bin/env bash
# Makes the secrets of a trial in deploy/secrets: the database's password and address, and what the replicas share, the
# signing key and the master keys. What is there already is left alone. Needs openssl.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

command -v openssl >/dev/null || {
    echo "deploy/make-secrets.sh: install openssl" >&2
    exit 1
}
# Nobody else can enter the folder. The files can be read by whoever is let in: the containers run as other users.
mkdir -p -m 700 secrets
cd secrets

if [[ ! -e database_password || ! -e database_url ]]; then
    password=$(openssl rand -hex 24)
    printf '%s' "$password" >database_password
    # inside the trial's own network; across another one: sslmode=verify-full
    printf 'postgres://naast:%s@database:5432/naast?sslmode=disable' "$password" >database_url
fi
if [[ ! -e signing_key ]]; then
    openssl genpkey -algorithm ed25519 -outform DER -out signing_key
fi
if [[ ! -e master_keys ]]; then
    openssl rand -base64 32 >master_keys
fi
chmod 444 database_password database_url signing_key master_keys
echo "the secrets stand in deploy/secrets"
