#!/usr/bin/env python3
"""Compares two builds of the bench `pairs` by turns: `turns.py TURNS BEFORE AFTER PART...`.

A machine that others use too is up to twice as slow from one second to the next, which hides a difference of a few per cent. Each
build times every pair in every turn, and of each pair the fastest turn counts.
"""

import collections
import subprocess
import sys


def fastest(builds, parts, turns):
    """By build and title, the nanoseconds of each pair."""
    found = {build: collections.defaultdict(dict) for build in builds}
    for turn in range(turns):
        for build in builds if turn % 2 == 0 else builds[::-1]:
            run = subprocess.run([build, "--each", *parts], check=True, capture_output=True, text=True)
            for line in run.stdout.splitlines():
                if line.count("\t") == 2:
                    title, pair, nanoseconds = line.split("\t")
                    times = found[build][title]
                    times[pair] = min(int(nanoseconds), times.get(pair, sys.maxsize))
    return found


def main():
    turns, before, after, *parts = sys.argv[1:]
    found = fastest([before, after], parts, int(turns))
    for title, old in found[before].items():
        new = found[after][title]
        print(f"{title}, {len(old)} pairs: microseconds before and after, and the ratio")
        old, new = sorted(old.values()), sorted(new.values())
        rows = [(f"p{q}", [times[(len(times) - 1) * q // 100] for times in (old, new)]) for q in (50, 90, 99)]
        rows.append(("mean", [sum(times) / len(times) for times in (old, new)]))
        for name, (a, b) in rows:
            print(f"    {name:5} {a / 1000:9.1f} {b / 1000:9.1f} {b / a:6.3f}")


main()
