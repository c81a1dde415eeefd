#!/usr/bin/env bash
# Schemathesis as the roles of the demo: bash tests/schemathesis/run.sh [--long] [ROLE...]
# Short, the five roles that together may do everything, turn by turn on one of the databases, with the same cases in every run. With
# --long every role works on both, with EXAMPLES drawn calls of each operation (5) and new cases each time; the seed in its log repeats
# them. ROLES that are named are the only ones. Every phase comes to its end, however long it takes.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)

databases=()
roles=(administrator coordinator parent-matched buddy school-leader)
arguments=(--seed 1 --max-examples 2)
if [[ ${1-} == --long ]]; then
    shift
    databases=(sqlite postgres)
    roles=()
    arguments=(--max-examples "${EXAMPLES:-5}")
fi

bash "$root/tests/install.sh" postgresql venv
venv=${CARGO_TARGET_DIR:-$root/target}/schemathesis
if ! cmp -s "$here/requirements.txt" "$venv/.installed" 2>/dev/null; then
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$here/requirements.txt"
    cp "$here/requirements.txt" "$venv/.installed"
fi

reports=$(mktemp -d)
(($# == 0)) || roles=("$@")
((${#roles[@]})) || read -ra roles < <(bash "$root/tests/with-demo.sh" python3 -c '
import json, os
print(*json.load(open(os.environ["NAAST_DEMO_FILE"]))["roles"])')
turn=0
for role in "${roles[@]}"; do
    turns=(sqlite postgres)
    on=("${databases[@]}")
    ((${#on[@]})) || on=("${turns[turn++ % 2]}")
    for database in "${on[@]}"; do
        beside=()
        [[ $database == sqlite ]] || beside=(--postgres)
        bash "$root/tests/with-demo.sh" "${beside[@]}" "$venv/bin/python" "$here/one_role.py" "$role" \
            "$reports/${database}_$role.json" "${arguments[@]}"
    done
done
"$venv/bin/python" "$here/verdict.py" "$reports" || {
    echo "what each role met, with calls to repeat it: $reports/*.log" >&2
    exit 1
}
rm -rf "$reports"
