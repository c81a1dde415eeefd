#!/usr/bin/env python3
"""A second verifier of the journal. It shares no code with the program: what it knows is what docs/OPERATIONS.md says.

    naast journal export | python3 tests/verifier/journal.py [--anchors FILE --keys FILE]

Needs nothing but Python 3.8. `--anchors` is the file of signed heads, `--keys` what /.well-known/jwks.json answers; without
keys the signatures of the anchors are not checked, and that is said. Prints a line for each damage (chain, row, kind).
Exit code 0: everything fits; 3: the journal is damaged; 2: it was asked wrongly.
"""

import argparse
import base64
import datetime
import hashlib
import json
import sys
import uuid

GENESIS = bytes(32)
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def micros(text):
    moment = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    return (moment - EPOCH) // datetime.timedelta(microseconds=1)


def digest(row):
    """What a row says, each part behind its length."""
    parts = [
        b"naast.journal.v1",
        uuid.UUID(row["chain"]).bytes,
        micros(row["at"]).to_bytes(8, "big", signed=True),
        uuid.UUID(row["actor"]).bytes if row["actor"] else b"",
    ]
    parts += [row[word].encode() for word in ("role", "purpose", "action", "objectKind", "objectId")]
    for state in (row["before"], row["after"]):
        parts += [bytes([state is not None]), (state or "").encode()]
    hasher = hashlib.sha256()
    for part in parts:
        hasher.update(len(part).to_bytes(8, "big") + part)
    return hasher.digest()


def follows(previous, row):
    """The hash that a row must carry after the one before."""
    return hashlib.sha256(previous + row["seq"].to_bytes(8, "big", signed=True) + digest(row)).digest()


class Chain:
    """What was read of one chain up to its first damage."""

    def __init__(self):
        self.last, self.previous, self.head, self.damage = 0, GENESIS, None, None

    def take(self, line, anchors):
        if self.damage:
            return
        seq = line["seq"]
        if seq != self.last + 1 and not line.get("unreadable"):
            self.damage = (seq, "gap")
        elif line.get("unreadable") or follows(self.previous, line) != base64.b64decode(line["hash"]):
            self.damage = (seq, "altered")
        elif any(anchor != base64.b64decode(line["hash"]) for anchor in anchors.get(seq, [])):
            self.damage = (seq, "anchor-differs")
        else:
            self.last, self.previous = seq, base64.b64decode(line["hash"])

    def end(self, anchors):
        if self.damage:
            return
        if (self.head or (0, GENESIS)) != (self.last, self.previous):
            self.damage = (self.last, "head-differs")
        elif max(anchors, default=0) > self.last:
            self.damage = (self.last, "anchor-differs")


# Ed25519, the check of a signature (RFC 8032, 5.1.7). Slow and plain: an anchor file is short.
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def point(encoded):
    y = int.from_bytes(encoded, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - square) % P or (x == 0 and sign):
        return None
    x = x if x & 1 == sign else P - x
    return x, y, 1, x * y % P


def add(a, b):
    s, t = (a[1] - a[0]) * (b[1] - b[0]), (a[1] + a[0]) * (b[1] + b[0])
    c, d = 2 * a[3] * b[3] * D, 2 * a[2] * b[2]
    e, f, g, h = t - s, d - c, d + c, t + s
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(number, a):
    total = (0, 1, 1, 0)
    while number:
        if number & 1:
            total = add(total, a)
        a, number = add(a, a), number >> 1
    return total


BASE = point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def attests(key, text, signature):
    if len(signature) != 64 or len(key) != 32:
        return False
    public, commitment = point(key), point(signature[:32])
    answer = int.from_bytes(signature[32:], "little")
    if not public or not commitment or answer >= ORDER:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + key + text).digest(), "little") % ORDER
    left, right = times(answer, BASE), add(commitment, times(challenge, public))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0


def read_anchors(path, keys):
    """The heads of the file by chain and row. A line whose signature does not hold attests nothing."""
    found, unsigned = {}, 0
    with open(path, encoding="utf-8") as lines:
        for line in filter(str.strip, lines):
            anchor = json.loads(line)
            hash_, chain = base64.b64decode(anchor["hash"]), uuid.UUID(anchor["chain"])
            text = b"naast.anchor.v1" + chain.bytes + anchor["seq"].to_bytes(8, "big", signed=True)
            text += hash_ + micros(anchor["at"]).to_bytes(8, "big", signed=True)
            if keys is not None and not any(attests(key, text, base64.b64decode(anchor["signature"])) for key in keys):
                unsigned += 1
                continue
            found.setdefault(str(chain), {}).setdefault(anchor["seq"], []).append(hash_)
    return found, unsigned


def read_keys(path):
    with open(path, encoding="utf-8") as file:
        sets = json.load(file)["keys"]
    return [base64.urlsafe_b64decode(key["x"] + "=" * (-len(key["x"]) % 4)) for key in sets if key.get("crv") == "Ed25519"]


def main():
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--anchors")
    words.add_argument("--keys")
    asked = words.parse_args()
    keys = read_keys(asked.keys) if asked.keys else None
    anchors, unsigned = read_anchors(asked.anchors, keys) if asked.anchors else ({}, 0)
    if asked.anchors and keys is None:
        print("the signatures of the anchors are not checked: no --keys", file=sys.stderr)

    chains = {chain: Chain() for chain in anchors}
    rows, damages = 0, []
    for line in map(json.loads, sys.stdin):
        name = line["chain"]
        chain = chains.setdefault(name, Chain())
        if line.get("misspelt"):
            damages.append((name, 0, "gap"))
        elif "head" in line:
            chain.head = (line["head"]["seq"], base64.b64decode(line["head"]["hash"]))
        else:
            rows += 1
            chain.take(line, anchors.get(name, {}))
    for name, chain in sorted(chains.items()):
        chain.end(anchors.get(name, {}))
        damages += [(name, *chain.damage)] if chain.damage else []
    for name, seq, kind in damages:
        print(f"chain {name} at row {seq}: {kind}")
    if unsigned:
        print(f"{unsigned} anchors carry no signature of these keys")
    print(f"{rows} rows in {len(chains)} chains", file=sys.stderr)
    return 3 if damages or unsigned else 0


if __name__ == "__main__":
    sys.exit(main())
