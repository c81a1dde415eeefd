"""Reads the reports of all roles on all databases, and says what was found: verdict.py FOLDER

Fails on any failure of a check, on anything that the server logged as an error, and on what a single run cannot see: an operation
that was closed to every role (then nobody tested it), or whose input was mostly refused although it fits its schema.
"""

import json
import sys
from pathlib import Path

# Nobody draws a code or a token that holds (RFC 6749, 5.2: that is a 400).
CODES_THAT_HOLD = {"POST /oauth/token"}


def only_refused(rates):
    """Whether every drawn call that fits was refused for its input."""
    return bool(rates) and rates["rejected"] > 0 and sum(rates.values()) == rates["rejected"]


def main():
    folder = Path(sys.argv[1])
    faults, cases, closed, mismatched = [], 0, [], []
    print(f"{'database':10} {'role':26} {'cases':>7} {'operations':>10} {'failures':>8}")
    reports = sorted(folder.glob("*.json"))
    for report in reports:
        database, role = report.stem.split("_", 1)
        found = json.loads(report.read_text())
        generated, failures = found["test_cases"]["generated"], found["failures"]
        cases += generated
        print(f"{database:10} {role:26} {generated:7} {found['operations']['tested']:10} {found['test_cases']['unique_failures']:8}")
        for one in failures + found["errors"]:
            faults.append(f"{database} {role}: {one.get('title') or one}: {', '.join(one.get('operations', []))}")
        faults += [f"{database} {role}: the server logged {line}" for line in found["server_errors"]]
        if not found["server_alive"]:
            faults.append(f"{database} {role}: the server did not survive")
        if not found["role_stands"]:
            faults.append(f"{database} {role}: the role was gone before the end, so that what came after it tested nothing")
        if generated == 0 or found["operations"]["tested"] != found["operations"]["total"]:
            faults.append(f"{database} {role}: not every operation was tested")
        cut = [name for name, phase in found["phases"].items() if phase["status"] not in ("success", "failure")]
        if cut or found.get("stop_reason") != "completed":
            faults.append(f"{database} {role}: it did not come to its end ({found.get('stop_reason')}): {', '.join(cut)}")
        closed.append(set(found["warnings"].get("missing_auth", [])))
        mismatched.append({name for name, rates in found["valid_rates"].items() if only_refused(rates.get("fuzzing"))})
    # a handful of drawn calls proves nothing of the kind: this is for a long run
    whole = len(reports) >= 20
    for operation in sorted(set.intersection(*closed)) if whole else []:
        faults.append(f"closed to every role: {operation}")
    for operation in sorted(set.intersection(*mismatched) - CODES_THAT_HOLD) if whole else []:
        faults.append(f"input that fits is mostly refused, for every role: {operation}")
    for fault in faults:
        print(fault)
    print(f"schemathesis: {cases} cases, {len(faults)} faults")
    sys.exit(1 if faults or not reports else 0)


if __name__ == "__main__":
    main()
