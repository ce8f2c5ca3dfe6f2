"""Measures `can` over layers of managed policies beside z3 and cvc5, and writes the result to README.md."""

import argparse
import datetime
import json
import os
import sys
import time
from pathlib import Path

# Nothing is left behind in the source tree.
sys.dont_write_bytecode = True

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent.parent / "tests/peers")]

from environment import ROOT, with_solvers
from layered import Layered, questions
from measure import Iamsat, middle, table
from pairs import corpus_directory
from solvers import NAMES, Worker
from translate import Skip

VERDICTS = {"unsat": "CANNOT", "sat": "CAN"}
MARKS = "<!-- layers: begin -->", "<!-- layers: end -->"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=600, help="how many questions (default 600)")
    parser.add_argument("--timeout", type=float, default=10, help="CPU seconds for each solver and question (default 10)")
    parser.add_argument("--seed", type=int, default=1, help="which sample (default 1)")
    parser.add_argument("--times", type=int, default=3, help="how often each question is asked in a row (default 3)")
    parser.add_argument("--dry", action="store_true", help="print the tables only, leave README.md alone")
    parser.add_argument("--venv", type=Path, default=ROOT / "target/peers-venv", help="where the solvers are installed")
    return parser.parse_args()


def measure(args, corpus):
    workers = {name: Worker(name) for name in NAMES}
    iamsat = Iamsat()
    rows, skipped, wrong = [], {}, 0
    for each in questions(corpus, args.questions, args.seed):
        try:
            script = Layered(each["layers"], each["action"]).smt
        except Skip as reason:
            skipped[str(reason)] = skipped.get(str(reason), 0) + 1
            continue
        verdict, runs = iamsat.put(dict(each, times=args.times))
        read, check = middle(runs)
        row = {"name": each["name"], "iamsat": {"verdict": verdict, "read": read, "all": check}}
        for name in NAMES:
            answer = workers[name].ask(script, args.timeout, times=args.times)
            if answer["verdict"] == "error":
                sys.exit("%s: %s: %s" % (each["name"], name, answer["more"]))
            done = answer["verdict"] in VERDICTS
            build, solve = middle(answer["runs"]) if done else (None, None)
            said = VERDICTS.get(answer["verdict"], "timeout")
            row[name] = {"verdict": said, "build": build, "solve": solve, "all": build + solve if done else args.timeout}
            if done and verdict != "UNKNOWN" and said != verdict:
                wrong += 1
                print("DIFFERENT: iamsat %s, %s %s: %s" % (verdict, name, said, json.dumps(each)), file=sys.stderr)
        rows.append(row)
    return rows, skipped, wrong


def main():
    args = arguments()
    with_solvers(args.venv)
    corpus = corpus_directory(ROOT)
    if corpus is None:
        print("skipped: no corpus (set IAMSAT_CORPUS)")
        return 0
    began, load = time.monotonic(), os.getloadavg()[0]
    rows, skipped, wrong = measure(args, corpus)
    counts = {verdict: sum(row["iamsat"]["verdict"] == verdict for row in rows) for verdict in ("CAN", "CANNOT", "UNKNOWN")}
    lines = [
        "%s, `--questions %d --timeout %g --seed %d --times %d`: %d CPUs, load %.1f at the start and %.1f at the end, %d s."
        % (datetime.date.today(), args.questions, args.timeout, args.seed, args.times, os.cpu_count(), load,
           os.getloadavg()[0], time.monotonic() - began),
        "",
        "%d questions were measured (%s); %d were left out (%s). Answers of a solver that differ from iamsat's: %d."
        % (len(rows), ", ".join("%d %s" % (count, verdict) for verdict, count in counts.items()), sum(skipped.values()),
           ", ".join("%d %s" % (count, reason) for reason, count in skipped.items()), wrong),
        "",
        *table("can over layers of managed policies", rows, args),
    ]
    print("\n".join(lines))
    if not args.dry:
        readme = HERE / "README.md"
        before, rest = readme.read_text(encoding="utf-8").split(MARKS[0])
        after = rest.split(MARKS[1])[1]
        readme.write_text(before + "\n".join([MARKS[0], "", *lines]) + MARKS[1] + after, encoding="utf-8")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
