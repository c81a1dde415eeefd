#!/usr/bin/env bash
# Puts the first signing key in the folder that replicas share, readable by its owner only. A key that is there already is left
# alone: those that a rotation put beside it go on from it.
set -euo pipefail
umask 077

seed=${NAAST_SIGNING_KEY_SEED:-/run/secrets/signing_key}
file=${NAAST_SIGNING_KEY_FILE:-/keys/signing-key.pk8}
if [[ -e $file ]]; then
    echo "$file is there already"
    exit 0
fi
# whole or not at all: a replica may look at any moment
cp "$seed" "$file.unfinished"
mv "$file.unfinished" "$file"
echo "$file is the first signing key"
