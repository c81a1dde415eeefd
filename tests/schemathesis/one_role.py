"""Runs Schemathesis against the demo as one of its roles: one_role.py ROLE REPORT [arguments of st run]

Beside a demo of its own (tests/with-demo.sh), because a run ends matches, withdraws requests and takes roles away. The report gets
what the server complained of in its log as well.
"""

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

HERE = Path(__file__).parent

# With this a person ends her own account, and everybody may do it: it is tried when everything else was.
LAST = "/me/erasure"


def get(base, token, path):
    request = urllib.request.Request(f"{base}/v1{path}", headers={"Authorization": f"Bearer {token}"})
    try:
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)
    except urllib.error.HTTPError:
        return {}


def things(base, demo, role):
    """What this role can see, by collection; and what nobody lists for her, such as her own membership, is left alone."""
    token = demo["roles"][role]["token"]
    contract = get(base, token, "/openapi.json")
    programmes = [one["id"] for one in get(base, token, "/programmes").get("data", [])]
    found = {}

    def keep(collection, page):
        names = ("id", "locationCode", "boardNumber", "partnershipCode")
        for one in page.get("data", []):
            name = next((one[name] for name in names if isinstance(one.get(name), str)), None)
            # whoever takes her own role away tests nothing any more
            if name and one.get("personId") != demo["roles"][role]["subject"]:
                found.setdefault(collection, []).append(name)
            # a municipality is there with the schools in it
            if one.get("municipalityCode") and collection == "schools":
                found.setdefault("municipalities", []).append(one["municipalityCode"])

    for path, item in contract["paths"].items():
        if "get" not in item or "{" in path:
            continue
        asks = {one.get("name") for one in item["get"].get("parameters", [])}
        queries = [f"?programmeId={one}" for one in programmes] if "programmeId" in asks else [""]
        if "locationCode" in asks and path == "/conversations":
            queries = [f"?locationCode={demo['things']['locationCode']}"]
        for query in queries:
            keep(path.strip("/"), get(base, token, path + query))
    for buddy in found.get("buddies", [])[:5] + [demo["things"]["buddy"]]:
        keep("ties", get(base, token, f"/buddies/{buddy}/ties"))
        keep("proposals", get(base, token, f"/proposals?buddyId={buddy}"))
    for request in found.get("support-requests", [])[:20]:
        keep("proposals", get(base, token, f"/support-requests/{request}/proposals"))
    for organisation in found.get("organisations", [])[:10]:
        keep("memberships", get(base, token, f"/organisations/{organisation}/memberships"))
    # a body that names a programme gets further where it is her own
    own = get(base, token, "/me/memberships").get("data", [])
    found["own-programmes"] = [one["programmeId"] for one in own if one.get("programmeId")]
    # nobody lists people; those of the other roles are there
    found["people"] = [one["subject"] for name, one in demo["roles"].items() if name != role]
    kinds = {"request": "support-requests", "match": "matches", "proposal": "proposals", "conversation": "conversations"}
    kinds |= {"programme": "programmes", "buddy": "buddies", "locationCode": "schools"}
    for name, thing in demo["things"].items():
        for kind, collection in kinds.items():
            if name.startswith(kind):
                found.setdefault(collection, []).append(thing)
    return {collection: sorted(set(names)) for collection, names in found.items()}


def texts(base, demo, role):
    """The words in use, by kind of consent and language: their version, and their SHA-256."""
    current = [one for one in get(base, demo["roles"][role]["token"], "/consent-texts")["data"] if one["current"]]
    return {f"{one['kind']} {one['language']}": {"version": one["version"], "hash": one["textHash"]} for one in current}


def add(found, more):
    """Puts what a further run found with what the first one did."""
    for name in ("failures", "errors"):
        found[name] += more[name]
    for name, count in more["test_cases"].items():
        found["test_cases"][name] += count
    # each of the two knows of all operations, and tests its own
    found["operations"]["tested"] += more["operations"]["tested"]
    found["valid_rates"].update(more["valid_rates"])
    found["warnings"].setdefault("missing_auth", []).extend(more["warnings"].get("missing_auth", []))


def main():
    role, report, *rest = sys.argv[1:]
    base, demo = os.environ["BASE"], json.loads(Path(os.environ["NAAST_DEMO_FILE"]).read_text())
    log = Path(report).with_suffix(".log")
    contract = get(base, "", "/openapi.json")
    headers = contract["paths"]["/programmes/{id}/schools/{locationCode}"]["put"]["parameters"]
    tag = next(one for one in headers if one.get("name") == "If-Match")
    environment = os.environ | {
        "NAAST_KEY": contract["components"]["parameters"]["IdempotencyKey"]["schema"]["pattern"],
        "NAAST_TAG": tag["schema"]["pattern"],
        "NAAST_THINGS": json.dumps(things(base, demo, role)),
        "NAAST_TEXTS": json.dumps(texts(base, demo, role)),
        "SCHEMATHESIS_HOOKS": "naast",
        "PYTHONPATH": str(HERE),
    }

    def run(report, *arguments):
        with log.open("a") as output:
            subprocess.run(
                [
                    str(Path(sys.executable).parent / "st"), "--config-file", str(HERE / "schemathesis.toml"), "run",
                    f"{base}/v1/openapi.json", "--url", f"{base}/v1", "--no-color",
                    "--header", f"Authorization: Bearer {demo['roles'][role]['token']}",
                    "--report", "json", "--report-json-path", report, *arguments,
                ],
                stdout=output, stderr=subprocess.STDOUT, env=environment, check=False, cwd=os.environ["NAAST_DEMO_DATA"],
            )
        return json.loads(Path(report).read_text())

    log.write_text("")
    found = run(report, "--exclude-path", LAST, *rest)
    # whoever is nobody any more tested nothing: every answer was 401, and nothing was wrong with it
    found["role_stands"] = bool(get(base, demo["roles"][role]["token"], "/me").get("id"))
    add(found, run(f"{report}.last", "--include-path", LAST, *rest))
    Path(f"{report}.last").unlink()
    lines = Path(os.environ["NAAST_DEMO_LOG"]).read_text().splitlines()
    found["server_errors"] = [line for line in lines if '"level":"ERROR"' in line]
    alive = get(base, demo["roles"][role]["token"], "/problems")
    found["server_alive"] = bool(alive.get("data"))
    Path(report).write_text(json.dumps(found))


if __name__ == "__main__":
    main()
