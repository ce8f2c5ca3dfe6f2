"""Runs cargo-mutants over a random sample of the mutants of the rooms that decide. See README.md beside this file."""

import argparse
import json
import os
import random
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "target" / "mutants"

# A mutant that the quick tests miss goes on to all others. Each stage: its name, which targets it builds, seconds until it counts as
# timed out, and smaller samples for the tests that draw some.
STAGES = [
    ("quick", ["--lib", "--test=traps"], 120, {}),
    ("all", ["--test=*"], 600, {"IAMSAT_PAIRS": "150", "IAMSAT_CASES": "60"}),
]
KINDS = {"CaughtMutant": "caught", "MissedMutant": "survived", "Timeout": "timed out", "Unviable": "unviable"}


def listed():
    """All mutants, by file and place."""
    text = subprocess.run(["cargo", "mutants", "--list", "--json"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [mutant["name"] for mutant in json.loads(text)]


def exactly(name):
    return "^" + re.sub(r"([\\.+*?()|\[\]{}^$&~#-])", r"\\\1", name) + "$"


def run(names, stage, where, profile="mutants"):
    """What becomes of these mutants in one stage, by name."""
    name, targets, seconds, smaller = stage
    where.mkdir(parents=True, exist_ok=True)
    command = ["cargo", "mutants", "--in-place", "--baseline=skip", "--no-times", f"--timeout={seconds}", "--build-timeout=900"]
    command += [f"--output={where}", *(f"--cargo-arg={target}" for target in targets)]
    for mutant in names:
        command += ["--re", exactly(mutant)]
    environment = os.environ | {"NEXTEST_PROFILE": profile} | smaller
    with open(where / "log.txt", "w") as log:
        subprocess.run(command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT)
    found = {}
    for outcome in json.loads((where / "mutants.out" / "outcomes.json").read_text())["outcomes"]:
        found[outcome["scenario"]["Mutant"]["name"]] = KINDS[outcome["summary"]]
    missing = set(names) - set(found)
    if missing:
        sys.exit(f"{where}: no outcome for {sorted(missing)}")
    return found


def through_all_stages(names, where):
    found = {}
    for stage in STAGES:
        left = [name for name in names if found.get(name, "survived") == "survived"]
        if left:
            found |= run(left, stage, where / stage[0])
    return found


def summary(found, seed, total):
    count = {kind: sum(1 for k in found.values() if k == kind) for kind in KINDS.values()}
    viable = len(found) - count["unviable"]
    killed = count["caught"] + count["timed out"]
    lines = [f"seed {seed}: {len(found)} drawn of {total}, {viable} viable, {count['caught']} caught, {count['timed out']} timed out, "
             f"{count['survived']} survived: {100 * killed / max(viable, 1):.1f} % of the viable ones noticed"]
    for kind in ("survived", "timed out"):
        lines += [f"{kind}: {name}" for name, k in found.items() if k == kind]
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=20261125)
    parser.add_argument("--viable", type=int, default=300, help="go on until as many mutants could be built")
    parser.add_argument("--at-once", type=int, default=40, help="how many go through the stages together")
    parser.add_argument("--only", metavar="FILE", help="no sample: the mutants named in FILE, one a line")
    arguments = parser.parse_args()
    if subprocess.run(["git", "diff", "--quiet", "HEAD"], cwd=ROOT).returncode:
        sys.exit("the sources are changed in place while this runs: commit first, and run it in a clone")
    names = listed()
    total = len(names)
    found = {}
    if arguments.only:
        wanted = Path(arguments.only).read_text().splitlines()
        found = through_all_stages([name for name in wanted if name in set(names)], OUT / "only")
        sys.stdout.write(summary(found, "none", total))
        return
    order = random.Random(arguments.seed).sample(names, total)
    start = 0
    while sum(1 for kind in found.values() if kind != "unviable") < arguments.viable and start < total:
        group = order[start : start + arguments.at_once]
        found |= through_all_stages(group, OUT / f"{start:04}")
        start += len(group)
        (OUT / "summary.txt").write_text(summary(found, arguments.seed, total))
        (OUT / "outcomes.json").write_text(json.dumps(found, indent=1) + "\n")
    sys.stdout.write((OUT / "summary.txt").read_text())


if __name__ == "__main__":
    main()
