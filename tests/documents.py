"""Pastes the calls of a document into a shell beside the demo, as its reader would: documents.py FILE.md

Every block that begins with ```bash runs, one after the other, in one shell. A comment with a status, such as `# 404: ...`, says that
the call above or beside it is refused with it; every other call must be answered kindly, and every command must succeed.
"""

import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

SHIM = """#!/bin/sh
exec {curl} -w '%{{stderr}}%{{http_code}} %{{method}} %{{url_effective}}\\n' "$@" 2>>"$STATUSES"
"""


def blocks(text):
    return re.findall(r"^```bash\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def main():
    document = Path(sys.argv[1])
    found = blocks(document.read_text())
    home = Path(tempfile.mkdtemp())
    (home / "data").symlink_to(os.environ["NAAST_DEMO_DATA"])
    (home / "bin").mkdir()
    shim = home / "bin" / "curl"
    shim.write_text(SHIM.format(curl=shutil.which("curl")))
    shim.chmod(shim.stat().st_mode | stat.S_IXUSR)
    statuses = home / "statuses"
    script = "set -e\n"
    for number, block in enumerate(found):
        script += f'echo "block {number}" >>"$STATUSES"\n{block}\n'
    script = script.replace("http://127.0.0.1:8080", os.environ["BASE"])
    environment = os.environ | {"PATH": f"{home / 'bin'}:{os.environ['PATH']}", "STATUSES": str(statuses)}
    ran = subprocess.run(["bash", "-c", script], cwd=home, env=environment, check=False, capture_output=True, text=True)

    told = statuses.read_text().split("block ")[1:]
    calls, faults = 0, []
    for block, lines in zip(found, told):
        answered = [line.split(" ", 2) for line in lines.splitlines()[1:]]
        calls += len(answered)
        refused = [status for status, *_ in answered if not status.startswith("2")]
        expected = re.findall(r"#\s+([345]\d\d)\b", block)
        if refused != expected:
            faults.append(f"the document says {expected}, and the server said {refused}:\n{block}\n{lines}")
    if ran.returncode or len(told) != len(found):
        faults.append(f"a command failed in block {len(told)} of {len(found)}:\n{found[len(told) - 1]}")
    if faults:
        print(ran.stdout[-2000:], ran.stderr[-2000:], *faults, sep="\n", file=sys.stderr)
        sys.exit(1)
    shutil.rmtree(home)
    if calls == 0:
        sys.exit(f"{document}: nothing to paste")
    print(f"{document}: {len(found)} blocks pasted, {calls} calls answered as it says")


if __name__ == "__main__":
    main()
