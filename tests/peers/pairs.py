"""The pairs of policies: a seeded sample of the corpus, in equal shares of each kind."""

import json
import os
import random
from pathlib import Path

from generated import generate


def corpus_directory(root):
    named = os.environ.get("IAMSAT_CORPUS")
    places = [Path(named)] if named else [root / "../shared/corpus", root / "../../shared/corpus"]
    return next((place for place in places if (place / "managed").is_dir()), None)


def pair(kind, name, new, existing, policy_type="IDENTITY_POLICY"):
    return {"kind": kind, "name": name, "new": new, "existing": existing, "type": policy_type}


def neighbours(policies):
    for (name, policy), (next_name, next_policy) in zip(policies, policies[1:]):
        yield pair("neighbour by name", "%s / %s" % (name, next_name), policy, next_policy)


def less_one_allow(policies, rng):
    for name, policy in policies:
        statements = policy.get("Statement", [])
        if not isinstance(statements, list) or len(statements) < 2:
            continue
        allows = [i for i, statement in enumerate(statements) if statement.get("Effect") == "Allow"]
        if not allows:
            continue
        gone = rng.choice(allows)
        less = dict(policy, Statement=statements[:gone] + statements[gone + 1:])
        yield pair("itself less one Allow", "%s / without statement %d" % (name, gone), policy, less)
        yield pair("less one Allow against itself", "%s without statement %d / whole" % (name, gone), less, policy)


def recorded(path, kind):
    if not path.is_file():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        if case["check"] == "check-no-new-access":
            documents = case["newPolicyDocument"], case["existingPolicyDocument"]
            yield pair(kind, case["id"], *documents, case["policyType"])


def sample(corpus, count, seed):
    rng = random.Random(seed)
    files = sorted((corpus / "managed").glob("*.json"), key=lambda path: path.name)
    policies = [(path.stem, json.loads(path.read_text(encoding="utf-8"))) for path in files]
    kinds = {}
    for each in neighbours(policies):
        kinds.setdefault(each["kind"], []).append(each)
    for each in less_one_allow(policies, rng):
        kinds.setdefault(each["kind"], []).append(each)
    for name in ("reference_cases", "mutants"):
        for each in recorded(corpus / (name + ".ndjson"), name.replace("_", " ")):
            kinds.setdefault(each["kind"], []).append(each)
    chosen = []
    for left, kind in zip(range(len(kinds), 0, -1), sorted(kinds, key=lambda kind: len(kinds[kind]))):
        share = min(len(kinds[kind]), (count - len(chosen)) // left)
        chosen += rng.sample(kinds[kind], share)
    return chosen


def generated(count, seed):
    return [pair("generated", *each) for each in generate(count, seed)]
