"""Measures iamsat beside z3 and cvc5, pair by pair, and writes the result to README.md. See there for what is timed."""

import argparse
import datetime
import json
import os
import subprocess
import sys
import time
from importlib import metadata
from pathlib import Path

# Nothing is left behind in the source tree.
sys.dont_write_bytecode = True

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent / "tests/peers"))

from environment import ROOT, with_solvers
from pairs import corpus_directory, sample
from solvers import NAMES, Worker
from translate import Question, Skip

VERDICTS = {"unsat": "PASS", "sat": "FAIL"}
MARKS = "<!-- measured: begin -->", "<!-- measured: end -->"
GROUPS = {
    "Managed policies": ("neighbour by name", "itself less one Allow", "less one Allow against itself"),
    "Labelled cases and mutants": ("reference cases", "mutants"),
}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=600, help="how many pairs (default 600)")
    parser.add_argument("--timeout", type=float, default=10, help="CPU seconds for each solver and question (default 10)")
    parser.add_argument("--seed", type=int, default=1, help="which sample (default 1)")
    parser.add_argument("--times", type=int, default=3, help="how often each question is asked in a row (default 3)")
    parser.add_argument("--option", action="append", default=[], metavar="SOLVER:NAME=VALUE",
                        help="another option for a solver, such as z3:smt.arith.solver=2")
    parser.add_argument("--dry", action="store_true", help="print the tables only, leave README.md alone")
    parser.add_argument("--venv", type=Path, default=ROOT / "target/peers-venv", help="where the solvers are installed")
    return parser.parse_args()


class Iamsat:
    """The bench `peers` of this crate, built for release: a question a line, an answer a line."""

    def __init__(self):
        build = ["cargo", "bench", "--bench", "peers", "--no-run", "--message-format=json-render-diagnostics"]
        run = subprocess.run(build, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
        built = [json.loads(line) for line in run.stdout.splitlines()]
        binary = next(m["executable"] for m in built if m.get("executable") and m["target"]["name"] == "peers")
        self.process = subprocess.Popen([binary, "--answer"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, each, times):
        """The verdict, and CPU seconds of reading and of checking for each time."""
        question = {
            "new": json.dumps(each["new"]), "existing": json.dumps(each["existing"]), "type": each["type"],
            # The translator knows no facts about requests beyond what this keeps.
            "awsCompat": True, "times": times,
        }
        return self.put(dict(question, name=each["name"]))

    def put(self, question):
        """Does the same for a question as the bench reads it, with its name."""
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            sys.exit("iamsat ended at %s" % question["name"])
        answer = json.loads(line)
        return answer["verdict"], [[part / 1e9 for part in run] for run in answer["runs"]]


def middle(runs):
    """The run whose time is in the middle."""
    return sorted(runs, key=sum)[len(runs) // 2]


def measure(args, pairs):
    """For each pair that is translated: its verdicts and times, by who answered. And the reasons for the others."""
    extra = {name: {} for name in NAMES}
    for option in args.option:
        name, _, rest = option.partition(":")
        key, _, value = rest.partition("=")
        extra[name][key] = value
    solvers = {name: Worker(name, extra[name]) for name in NAMES}
    iamsat = Iamsat()
    rows, skipped = [], {}
    for number, each in enumerate(pairs):
        print("\r%d of %d" % (number + 1, len(pairs)), end="", file=sys.stderr)
        try:
            script = Question(each["new"], each["existing"], each["type"]).smt
        except Skip as reason:
            skipped[str(reason)] = skipped.get(str(reason), 0) + 1
            continue
        row = {"kind": each["kind"], "name": each["name"]}
        for name in NAMES:
            answer = solvers[name].ask(script, args.timeout, times=args.times)
            if answer["verdict"] == "error":
                sys.exit("%s: %s: %s" % (each["name"], name, answer["more"]))
            done = answer["verdict"] in VERDICTS
            build, solve = middle(answer["runs"]) if done else (None, None)
            row[name] = {"verdict": VERDICTS.get(answer["verdict"], "timeout"), "build": build, "solve": solve,
                         "all": build + solve if done else args.timeout}
        verdict, runs = iamsat.ask(each, args.times)
        read, check = middle(runs)
        row["iamsat"] = {"verdict": verdict, "read": read, "all": check}
        rows.append(row)
    print(file=sys.stderr)
    return rows, skipped


def at(values, part):
    values = sorted(values)
    return values[int((len(values) - 1) * part)]


def shown(seconds, limit=None):
    if limit is not None and seconds >= limit:
        return "> %g s" % limit
    for unit, size, digits in (("s", 1, 1), ("ms", 1e-3, 1), ("µs", 1e-6, 0)):
        if seconds >= size:
            return "%.*f %s" % (digits if seconds < 100 * size else 0, seconds / size, unit)
    return "%.1f µs" % (seconds * 1e6)


def ratio(value):
    return "1/%.0f" % (1 / value) if value < 0.5 else "%.1f" % value


def table(title, rows, args):
    lines = ["### %s: %d" % (title, len(rows)), ""]
    lines += ["| CPU time | median | p90 | p99 | slowest | timeouts |", "|---|---|---|---|---|---|"]
    parts = (0.5, 0.9, 0.99, 1)

    def line(name, values, limit, timeouts):
        cells = [shown(at(values, part), limit) for part in parts]
        lines.append("| %s | %s | %s |" % (name, " | ".join(cells), timeouts))

    line("**iamsat**", [row["iamsat"]["all"] for row in rows], None, 0)
    line("reading the documents, apart", [row["iamsat"]["read"] for row in rows], None, "")
    for name in NAMES:
        timeouts = sum(row[name]["verdict"] == "timeout" for row in rows)
        line("**%s**" % name, [row[name]["all"] for row in rows], args.timeout, timeouts)
        done = [row[name] for row in rows if row[name]["verdict"] != "timeout"]
        line("building its terms, without timeouts", [answer["build"] for answer in done], None, "")
        line("solving, without timeouts", [answer["solve"] for answer in done], None, "")
    lines += ["", "| ratio | at the median | at p90 | at p99 | pair by pair: median | pair by pair: worst |",
              "|---|---|---|---|---|---|"]
    for name in NAMES:
        ours, theirs = [row["iamsat"]["all"] for row in rows], [row[name]["all"] for row in rows]
        each = [one / other for one, other in zip(ours, theirs)]
        cells = [ratio(at(ours, part) / at(theirs, part)) for part in parts[:3]] + [ratio(at(each, 0.5)), ratio(max(each))]
        lines.append("| iamsat / %s | %s |" % (name, " | ".join(cells)))
    return lines + [""]


def report(args, rows, skipped, began, load):
    """The lines for the README, and how many pairs are answered differently."""
    wrong = [row for row in rows for name in NAMES
             if row[name]["verdict"] != "timeout" and row[name]["verdict"] != row["iamsat"]["verdict"]]
    slower = [(name, row) for row in rows for name in NAMES if row["iamsat"]["all"] > row[name]["all"]]
    versions = ", ".join("%s %s" % (package, metadata.version(package)) for package in ("z3-solver", "cvc5"))
    counts = {verdict: sum(row["iamsat"]["verdict"] == verdict for row in rows) for verdict in ("PASS", "FAIL", "UNKNOWN")}
    left_out = ", ".join("%d %s" % (count, reason) for reason, count in sorted(skipped.items(), key=lambda item: -item[1]))
    lines = [
        "%s, `--pairs %d --timeout %g --seed %d --times %d`%s: %s, %d CPUs, load %.1f at the start and %.1f at the end, %d s."
        % (datetime.date.today(), args.pairs, args.timeout, args.seed, args.times,
           "".join(" `--option %s`" % option for option in args.option),
           versions, os.cpu_count(), load[0], load[1], time.monotonic() - began),
        "",
        "%d pairs were measured (%s); %d were left out%s."
        % (len(rows), ", ".join("%d %s" % (count, verdict) for verdict, count in counts.items() if count),
           sum(skipped.values()), " (%s)" % left_out if left_out else ""),
        "Answers of a solver that differ from iamsat's: %d. Pairs on which iamsat was slower than a solver: %d%s."
        % (len(wrong), len(slower), "".join("; %s against %s, %s and %s" % (
            row["name"], name, shown(row["iamsat"]["all"]), shown(row[name]["all"])) for name, row in slower[:10])),
        "",
    ]
    for title, kinds in GROUPS.items():
        chosen = [row for row in rows if row["kind"] in kinds]
        if chosen:
            lines += table("Pairs: " + title.lower(), chosen, args)
    for row in wrong:
        print("DIFFERENT: %s: %s" % (row["name"], {name: row[name]["verdict"] for name in ("iamsat", *NAMES)}), file=sys.stderr)
    return lines, len(wrong)


def main():
    args = arguments()
    with_solvers(args.venv)
    corpus = corpus_directory(ROOT)
    if corpus is None:
        print("skipped: no corpus (set IAMSAT_CORPUS)")
        return 0
    pairs = sample(corpus, args.pairs, args.seed)
    began, load = time.monotonic(), [os.getloadavg()[0]]
    rows, skipped = measure(args, pairs)
    load.append(os.getloadavg()[0])
    raw = ROOT / "target/peers.ndjson"
    raw.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    lines, wrong = report(args, rows, skipped, began, load)
    print("\n".join(lines) + "every pair: target/%s" % raw.name)
    if not args.dry:
        readme = HERE / "README.md"
        whole = readme.read_text(encoding="utf-8")
        before, rest = whole.split(MARKS[0])
        after = rest.split(MARKS[1])[1]
        readme.write_text(before + "\n".join([MARKS[0], "", *lines]) + MARKS[1] + after, encoding="utf-8")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
