#!/usr/bin/env bash
# A frontend team's day: the contract is linted, two clients are generated from it and checked, both do their part of the main job
# against the demo, and somebody tries the pages at /docs in a browser. bash tests/frontend/run.sh
# It installs npm and Chromium where it can; the tools are those of package-lock.json, in this folder.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
root=$(cd ../.. && pwd)

bash "$root/tests/install.sh" node chromium
# only what the lock file names, and only when it changed
if ! cmp -s package-lock.json node_modules/.installed 2>/dev/null; then
    npm ci --no-audit --no-fund --loglevel=error
    cp package-lock.json node_modules/.installed
fi
# these tools want a newer Node.js than Debian's; it comes with them
for own in node_modules/node-linux-*/bin; do
    PATH=$PWD/$own:$PATH
done
PATH=$PWD/node_modules/.bin:$PATH
export PATH REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true

echo "the contract: Spectral, with the Dutch API rules"
spectral lint --ruleset rules/spectral.yaml --fail-severity hint --quiet "$root/openapi.yaml"
echo "the contract: Redocly"
# what it says of a good contract goes to the same place as its complaints
redocly lint --config rules/redocly.yaml --max-problems 1000 "$root/openapi.yaml" 2>redocly.log || {
    cat redocly.log >&2
    exit 1
}
! grep -qi warning redocly.log || {
    cat redocly.log >&2
    exit 1
}

echo "clients: openapi-typescript and @hey-api/openapi-ts, with tsc --strict"
rm -rf generated
openapi-typescript "$root/openapi.yaml" --output generated/schema.ts >/dev/null
openapi-ts --silent
tsc --project .

use() {
    set -e
    node client/main-job.ts
    node client/own-request.ts
    node browser/docs.ts
}
export -f use
bash "$root/tests/with-demo.sh" bash -c use
