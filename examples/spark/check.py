"""Checks pairs of policies with `iamsat batch` on the workers of a Spark cluster. See README.md.

The binary goes to each worker with `addFile`, the documents with a broadcast; a record is a pair of names. On the
workers records become lines of `iamsat batch`, go through `rdd.pipe`, and come back as answers that are joined to the
records by their ids. A record without an answer, or an id answered twice, makes the job fail.
"""

import argparse
import itertools
import json
import operator
import shutil
import sys
import time
from pathlib import Path

from pyspark import SparkConf, SparkContext

# One thread for each core that Spark gives out. `iamsat batch` ends with 2 if a line was an error, which is in the
# answers; any other end but 0 makes Spark try the task again.
PIPE = """sh -c './iamsat batch --jobs 1; end=$?; test $end -eq 2 || exit $end'"""


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--policies", type=Path, required=True, help="a directory of policies, *.json")
    parser.add_argument("--iamsat", type=Path, required=True, help="the static binary")
    parser.add_argument("--output", required=True,
                        help="where the answers go, a file for each partition: a URL that all workers reach, or a directory, "
                             "which is replaced")
    parser.add_argument("--pairs", type=int, default=100_000, help="at least as many pairs (default 100000)")
    parser.add_argument("--partitions", type=int, default=32, help="tasks that the pairs are cut into (default 32)")
    parser.add_argument("--master", help="the cluster, unless spark-submit says it")
    return parser.parse_args()


def less_one_allow(text):
    """The policy without its last Allow statement, or None if it has no other."""
    policy = json.loads(text)
    statements = policy.get("Statement")
    if not isinstance(statements, list) or len(statements) < 2:
        return None
    allows = [place for place, statement in enumerate(statements) if statement.get("Effect") == "Allow"]
    if not allows:
        return None
    return json.dumps(dict(policy, Statement=statements[:allows[-1]] + statements[allows[-1] + 1:]))


def read(directory):
    """The documents by name, each policy also with one Allow less, and one that is no policy."""
    whole = {file.stem: file.read_text(encoding="utf-8") for file in sorted(directory.glob("*.json"))}
    documents = dict(whole)
    for name, text in whole.items():
        less = less_one_allow(text)
        if less is not None:
            documents[name + " (one Allow less)"] = less
    documents["(broken)"] = '{"Version": "2012-10-17", "Statement": [{"Effect": "Maybe"}]}'
    return list(whole), documents


def pairs(names, documents, count):
    """Records (id, (kind, new, existing)): one Allow less or more, each policy and those that follow it by name, and a
    broken document now and then."""
    made = []
    for name in names:
        less = name + " (one Allow less)"
        if less in documents:
            made.append(("one Allow less", less, name))
            made.append(("one Allow more", name, less))
    for step in itertools.count():
        if len(made) >= count or step >= len(names):
            break
        kind = "itself" if step == 0 else "another policy"
        made += [(kind, name, names[(place + step) % len(names)]) for place, name in enumerate(names)]
    made += [("broken", "(broken)", name) for name in names[:10]]
    return list(enumerate(made))


def question(documents):
    """Makes the line of `iamsat batch` from a record."""

    def line(record):
        identity, (_, new, existing) = record
        return json.dumps({
            "id": identity, "check": "check-no-new-access", "policyType": "IDENTITY_POLICY",
            "newPolicyDocument": documents.value[new], "existingPolicyDocument": documents.value[existing],
        })

    return line


def answered(line):
    answer = json.loads(line)
    return answer["id"], answer


def joined(entry):
    """One line of the output: the record with its answer."""
    identity, (records, answers) = entry
    (kind, new, existing), answer = next(iter(records)), next(iter(answers))
    return dict(answer, id=identity, kind=kind, new=new, existing=existing)


def main():
    args = arguments()
    names, documents = read(args.policies)
    if not names:
        sys.exit("no policies (*.json) in %s" % args.policies)
    records = pairs(names, documents, args.pairs)
    conf = SparkConf().setAppName("iamsat").set("spark.ui.enabled", "false").set("spark.ui.showConsoleProgress", "false")
    if args.master:
        conf.setMaster(args.master)
    context = SparkContext(conf=conf)
    context.setLogLevel("ERROR")
    context.addFile(str(args.iamsat.resolve()))
    shared = context.broadcast(documents)
    output = args.output
    if "://" not in output:
        shutil.rmtree(output, ignore_errors=True)
        output = Path(output).resolve().as_uri()

    start = time.monotonic()
    asked = context.parallelize(records, args.partitions)
    answers = asked.map(question(shared)).pipe(PIPE, checkCode=True).map(answered)
    both = asked.cogroup(answers, args.partitions).cache()
    wrong = both.filter(lambda entry: [len(side) for side in entry[1]] != [1, 1]).keys().take(10)
    if wrong:
        print("records without one answer, or answers without one record: %s" % wrong, file=sys.stderr)
        return 1
    results = both.map(joined)
    results.map(json.dumps).saveAsTextFile(output)
    counts = results.map(lambda answer: ((answer["kind"], answer.get("result", "error")), 1)).reduceByKey(operator.add)
    counts = dict(counts.collect())
    took = time.monotonic() - start

    print("%d pairs of %d documents, %d tasks, %.1f s, %.0f pairs a second on %d workers" % (
        sum(counts.values()), len(documents), args.partitions, took, sum(counts.values()) / took,
        context._jsc.sc().getExecutorMemoryStatus().size() - 1))
    for (kind, verdict), count in sorted(counts.items()):
        print("  %-16s %-8s %7d" % (kind, verdict, count))
    context.stop()
    return 0 if sum(counts.values()) == len(records) else 1


if __name__ == "__main__":
    sys.exit(main())
