#!/usr/bin/env bash
# Starts naast in its container. The address of the database holds a password, so it comes as a file where there is one.
set -euo pipefail
umask 077

url_file=${DATABASE_URL_FILE:-/run/secrets/database_url}
if [[ -z ${DATABASE_URL:-} && -e $url_file ]]; then
    DATABASE_URL=$(<"$url_file")
    export DATABASE_URL
fi
if [[ -z ${NAAST_SIGNING_KEY_FILE:-} && -e /run/secrets/signing_key ]]; then
    export NAAST_SIGNING_KEY_FILE=/run/secrets/signing_key
fi
if [[ -z ${NAAST_MASTER_KEY_FILE:-} && -e /run/secrets/master_keys ]]; then
    export NAAST_MASTER_KEY_FILE=/run/secrets/master_keys
fi
exec naast "$@"
