"""Compares iamsat with z3 and cvc5 on pairs of real policies. See README.md beside this file."""

import argparse
import collections
import json
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

# Nothing is left behind in the source tree.
sys.dont_write_bytecode = True

from environment import ROOT, with_solvers
from pairs import corpus_directory, generated, sample
from solvers import NAMES, Worker
from translate import Question, Skip

VERDICTS = {"unsat": "PASS", "sat": "FAIL"}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=300, help="how many pairs (default 300)")
    parser.add_argument("--generated", type=int, default=0, help="compare as many small generated pairs instead")
    parser.add_argument("--timeout", type=float, default=10, help="CPU seconds for each solver and query (default 10)")
    parser.add_argument("--solvers", nargs="+", choices=NAMES, default=NAMES, help="which solvers (default: all)")
    parser.add_argument("--seed", type=int, default=1, help="which sample (default 1)")
    parser.add_argument("--jobs", type=int, default=2, help="queries at a time (default 2)")
    parser.add_argument("--iamsat", type=Path, default=ROOT / "target/release/iamsat", help="the binary")
    parser.add_argument("--venv", type=Path, default=ROOT / "target/peers-venv", help="where the solvers are installed")
    parser.add_argument("--show", action="store_true", help="print each pair with its verdicts")
    return parser.parse_args()


def judge_with_iamsat(args, pairs):
    """The verdicts of iamsat, in order. `--aws-compat`: the script knows no facts about requests beyond it."""
    lines = []
    for number, each in enumerate(pairs):
        lines.append(json.dumps({
            "id": number, "check": "check-no-new-access", "policyType": each["type"],
            "newPolicyDocument": each["new"], "existingPolicyDocument": each["existing"],
        }))
    command = [args.iamsat, "batch", "--aws-compat", "--timeout", "%dms" % (args.timeout * 1000)]
    run = subprocess.run(command, input="\n".join(lines) + "\n", capture_output=True, text=True)
    answers = [json.loads(line) for line in run.stdout.splitlines()]
    if len(answers) != len(pairs):
        sys.exit("iamsat gave %d answers to %d questions: %s" % (len(answers), len(pairs), run.stderr))
    return [(answer.get("result", "error"), answer) for answer in answers]


class Solvers(threading.local):
    """The solvers of one thread, a process each."""

    def __init__(self):
        self.workers = {}

    def ask(self, name, script, seconds, with_model=False):
        """`sat`, `unsat`, `timeout` or `error`, the model or the reason, and the CPU seconds."""
        worker = self.workers.setdefault(name, Worker(name))
        answer = worker.ask(script, seconds, with_model)
        return answer["verdict"], answer["more"], sum(answer["runs"][0]) if answer["runs"] else seconds


def judge_with_solvers(args, solvers, each, answer):
    """A skip reason, or what each solver says, with its seconds.

    If neither answers, a FAIL is asked again at its witness.
    """
    try:
        question = Question(each["new"], each["existing"], each["type"])
    except Skip as reason:
        return {"skip": str(reason)}
    answers = {name: solvers.ask(name, question.smt, args.timeout) for name in args.solvers}
    judged = {"script": question.smt, "answers": answers, "at witness": set()}
    silent = all(answers[name][0] not in VERDICTS for name in args.solvers)
    if silent and answer.get("result") == "FAIL" and "witness" in answer:
        pinned = question.at(answer["witness"])
        judged["at witness"] = {VERDICTS.get(solvers.ask(name, pinned, args.timeout)[0]) for name in args.solvers} - {None}
    return judged


def print_disagreement(args, solvers, each, ours, answer, judged):
    print("\nDISAGREEMENT: %s: %s" % (each["kind"], each["name"]))
    print("  iamsat: %s %s" % (ours, json.dumps(answer.get("witness") or answer.get("message"))))
    if judged["at witness"]:
        print("  solvers at this request: %s" % sorted(judged["at witness"]))
    for name in args.solvers:
        verdict, more, _ = judged["answers"][name]
        if verdict == "sat":
            more = solvers.ask(name, judged["script"], args.timeout, with_model=True)[1]
        print("  %s: %s %s" % (name, verdict, more.replace("\n", "\n    ")))
    print("  new:      " + json.dumps(each["new"]))
    print("  existing: " + json.dumps(each["existing"]))


def table(title, counts):
    print("\n" + title)
    for name, count in counts:
        print("  %-58s %5d" % (name, count))


def main():
    args = arguments()
    with_solvers(args.venv)
    if args.generated:
        pairs = generated(args.generated, args.seed)
    else:
        corpus = corpus_directory(ROOT)
        if corpus is None:
            print("skipped: no corpus (set IAMSAT_CORPUS)")
            return 0
        pairs = sample(corpus, args.pairs, args.seed)
    start = time.monotonic()
    ours = judge_with_iamsat(args, pairs)
    iamsat_seconds = time.monotonic() - start
    solvers = Solvers()
    with ThreadPoolExecutor(args.jobs) as pool:
        answers = [answer for _, answer in ours]
        judged = list(pool.map(lambda *both: judge_with_solvers(args, solvers, *both), pairs, answers))

    skipped, agree, open_, peers = (collections.Counter() for _ in range(4))
    seconds = collections.Counter()
    wrong = []
    for each, (verdict, answer), theirs in zip(pairs, ours, judged):
        if args.show:
            said = theirs.get("skip") or {name: theirs["answers"][name][0] for name in args.solvers}
            print("%s: %s: iamsat %s, %s" % (each["kind"], each["name"], verdict, said))
        if "skip" in theirs:
            skipped[theirs["skip"]] += 1
            continue
        if verdict == "error":
            skipped["iamsat finds an error in a document"] += 1
            continue
        said = set()
        for name in args.solvers:
            answered, _, took = theirs["answers"][name]
            peers[name, VERDICTS.get(answered, answered)] += 1
            seconds[name] += took
            said.add(VERDICTS.get(answered))
        said.discard(None)
        pinned = theirs["at witness"]
        if pinned == {"FAIL"}:
            agree[verdict, "at witness"] += 1
        elif pinned or len(said) > 1 or (said and verdict != "UNKNOWN" and said != {verdict}):
            wrong.append((each, verdict, answer, theirs))
        elif verdict == "UNKNOWN":
            open_["iamsat UNKNOWN"] += 1
        elif not said:
            open_["iamsat %s, neither solver answers in time" % verdict] += 1
        else:
            agree[verdict, len([1 for name in args.solvers if theirs["answers"][name][0] in VERDICTS])] += 1

    for each, verdict, answer, theirs in wrong:
        print_disagreement(args, solvers, each, verdict, answer, theirs)
    compared = len(pairs) - sum(skipped.values())
    print("\n%d pairs, %d compared, %g s of CPU time for each solver and query, seed %d"
          % (len(pairs), compared, args.timeout, args.seed))
    table("Verdicts", [
        ("agree PASS, with both solvers", agree["PASS", 2]),
        ("agree PASS, with the one that answers in time", agree["PASS", 1]),
        ("agree FAIL, with both solvers", agree["FAIL", 2]),
        ("agree FAIL, with the one that answers in time", agree["FAIL", 1]),
        ("agree FAIL, at the request that iamsat names", agree["FAIL", "at witness"]),
        *sorted(open_.items()),
        ("disagreements", len(wrong)),
    ])
    for name in args.solvers:
        table("%s, %.1f s of CPU time in all" % (name, seconds[name]),
              [(what, peers[name, what]) for what in ("PASS", "FAIL", "timeout", "error")])
    table("iamsat, %.1f s (wall) for all %d pairs" % (iamsat_seconds, len(pairs)), sorted(
        collections.Counter(verdict for verdict, _ in ours).items()))
    table("Skipped, by reason", sorted(skipped.items(), key=lambda item: (-item[1], item[0])))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
