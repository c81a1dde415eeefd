#!/usr/bin/env python3
"""Takes mechanisms out, one at a time, and sees that the test that holds each fails: tests/taken-out/run.py [PART OF A PROMISE OR TEST ...]

Each line of faults.json is one mechanism: what stands in a file, and what is put in its place so that the program still builds and keeps the promise no longer. A test
that passes without its mechanism proves nothing; so it is named here, and this ends with 1. One that does not end counts only where the line says so (`hangs`). Needs a tree without changes, and leaves it so. The command of the tests
(`tests/scenarios/taken_out.rs`) looks with every run whether each mechanism still stands where faults.json says."""

import json
import pathlib
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).resolve().parent
LONGEST = 600
LONGEST_COMMAND = 2400


def binary(fault):
    """The arguments of cargo for the tests that hold this mechanism."""
    which = {"scenarios": ["--test", "scenarios"], "storage": ["--test", "storage"], "lib": ["--lib"], "": []}
    return ["-p", fault["package"], *which[fault["binary"]]]


def cargo(*arguments):
    """What cargo came to: its code, and what it wrote."""
    try:
        done = subprocess.run(["cargo", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=LONGEST, check=False)
    except subprocess.TimeoutExpired:
        return None, "it did not end"
    return done.returncode, done.stdout + done.stderr


def run(fault):
    """Builds without the mechanism and runs what holds it: what came of it, and whether that is as it should be."""
    if fault["binary"] == "command":
        command = ["bash", *fault["test"].split()]
        try:
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=LONGEST_COMMAND, check=False)
        except subprocess.TimeoutExpired:
            return "it did not end", False
        if done.returncode == 0:
            return "THE COMMAND PASSES", False
        # a command fails for many reasons: only what it says of this mechanism counts
        told = done.stdout + done.stderr
        if fault["says"] not in told:
            return "it fails for another reason:\n" + "\n".join(told.splitlines()[-20:]), False
        return "the command fails", True
    code, told = cargo("test", "-q", "--locked", *binary(fault), "--no-run")
    if code != 0:
        return "it does not build:\n" + "\n".join(told.splitlines()[-20:]), False
    code, told = cargo("test", "-q", "--locked", *binary(fault), fault["test"])
    if code is None:
        # it may hang for any reason: only where that is what comes of it without the mechanism does it count
        return "the test did not end", fault.get("hangs", False)
    if "0 passed" in told and "FAILED" not in told:
        return "no such test was run", False
    return ("the test fails", True) if "FAILED" in told else ("THE TEST PASSES", False)


def took_out(fault):
    """Takes a mechanism out, and puts it back whatever comes of it."""
    before = {}
    try:
        for one in [fault, *fault.get("also", [])]:
            file = ROOT / one["file"]
            before.setdefault(file, file.read_text())
            if file.read_text().count(one["find"]) != 1:
                return "what is to be taken out stands there not once", False
            file.write_text(file.read_text().replace(one["find"], one["put"]))
        return run(fault)
    finally:
        for file, text in before.items():
            file.write_text(text)


def main():
    wished = sys.argv[1:]
    if subprocess.run(["git", "diff", "--quiet"], cwd=ROOT, check=False).returncode:
        sys.exit("tests/taken-out/run.py: there are changes that are not kept; keep them first")
    faults = json.loads((HERE / "faults.json").read_text())
    faults = [one for one in faults if not wished or any(word in one["promise"] + " " + one["test"] for word in wished)]
    wrong = 0
    for fault in faults:
        begun = time.monotonic()
        told, right = took_out(fault)
        wrong += not right
        print(f"{fault['promise']} | {fault['what']} | {fault['test']} | {told} | {time.monotonic() - begun:.0f} s", flush=True)
    print(f"{len(faults) - wrong} of {len(faults)} as they should be")
    sys.exit(bool(wrong))


main()
