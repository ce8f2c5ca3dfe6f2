"""Measures who-can beside iamprover over one account of many roles, and writes the result to README.md. See there for what is timed."""

import argparse
import datetime
import json
import os
import re
import subprocess
import sys
import time
import venv
from importlib import metadata
from pathlib import Path

# Nothing is left behind in the source tree.
sys.dont_write_bytecode = True

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
MARKS = "<!-- principals: begin -->", "<!-- principals: end -->"
PACKAGE = "iamprover==0.7.1"
ACCOUNT = "111122223333"
# Name, actions, resource: one question of who-can, and one invariant.
QUESTIONS = (
    ("prod-data", ["s3:GetObject"], "arn:aws:s3:::prod-data/*"),
    ("iam", ["iam:Put*", "iam:Attach*", "iam:Create*"], "*"),
    ("pass-role", ["iam:PassRole"], "*"),
)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--principals", type=int, default=10_000, help="how many roles the mix has (default 10000)")
    parser.add_argument("--worst", type=int, default=10_000, help="how many roles the worst case has (default 10000)")
    parser.add_argument("--dry", action="store_true", help="print the table only, leave README.md alone")
    parser.add_argument("--venv", type=Path, default=ROOT / "target/principals-venv", help="where iamprover is installed")
    return parser.parse_args()


def with_iamprover(directory):
    """Goes on in a virtual environment that has iamprover; makes it first if it is not there."""
    python = directory / "bin/python"
    if Path(sys.prefix).resolve() == directory.resolve():
        return
    if not python.exists():
        venv.create(directory, with_pip=True)
    if subprocess.run([python, "-c", "import iamprover"], capture_output=True).returncode:
        print("installing iamprover (once)", file=sys.stderr)
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", PACKAGE]
        subprocess.run(install, check=True)
    os.execv(python, [str(python), *sys.argv])


def allow(actions, resources, effect="Allow"):
    return {"Effect": effect, "Action": actions, "Resource": resources}


def mixed(number):
    """Of 100 roles, 96 are narrow, 3 are broad with a Deny, and 1 reaches the bucket: the shares of iamprover's own benchmark."""
    if number % 100 == 7:
        return [allow(["s3:*"], ["arn:aws:s3:::*"])]
    if number % 33 == 5:
        return [allow(["s3:List*", "ec2:Describe*", "logs:Get*"], ["*"]),
                allow(["s3:GetObject"], ["arn:aws:s3:::prod-data/*"], "Deny")]
    return [allow(["s3:GetObject", "s3:PutObject"], ["arn:aws:s3:::team-%d-bucket/*" % (number % 20)]),
            allow(["logs:CreateLogStream", "logs:PutLogEvents"], ["arn:aws:logs:*:%s:*" % ACCOUNT])]


def wild(number):
    """Every role has wildcards of its own that may match each question, and every other one a Deny of its own."""
    statements = [allow(["s3:*", "iam:*"], ["arn:aws:s3:::*%d*" % number, "arn:aws:iam::*:*%d*" % number]),
                  allow(["s3:*%d*" % (number % 7), "iam:*%d*" % (number % 7)], ["*"])]
    if number % 2 == 0:
        statements.append(allow(["s3:Get*", "iam:*"], ["arn:aws:s3:::prod-data/*%d*" % number], "Deny"))
    return statements


def written(directory, count, statements):
    """Writes the files of a snapshot, which are the account for both."""
    directory.mkdir(parents=True, exist_ok=True)
    trust = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}]}
    roles = [{
        "Arn": "arn:aws:iam::%s:role/bench-%d" % (ACCOUNT, number), "RoleName": "bench-%d" % number,
        "AssumeRolePolicyDocument": trust, "AttachedManagedPolicies": [], "Tags": [],
        "RolePolicyList": [{"PolicyName": "p", "PolicyDocument": {"Version": "2012-10-17", "Statement": statements(number)}}],
    } for number in range(count)]
    details = {"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": roles, "Policies": []}
    bucket = {"Resource": "arn:aws:s3:::prod-data", "Account": ACCOUNT, "Policy": None, "ObjectOwnership": "BucketOwnerEnforced"}
    for name, value in (("gaad", details), ("not-in-use", {"Organization": None}), ("resources", [bucket])):
        (directory / (name + ".json")).write_text(json.dumps(value), encoding="utf-8")


def theirs(directory):
    """Seconds of reading, and for each question its seconds and how many principals were found."""
    from iamprover.engine.solver import check_all
    from iamprover.invariants import Invariant
    from iamprover.parsers.aws import load_gaad
    start = time.perf_counter()
    account = load_gaad(directory / "gaad.json")
    found = {"read": time.perf_counter() - start}
    for name, actions, resource in QUESTIONS:
        invariant = Invariant(id=name, description=name, actions=actions, resources=[resource])
        start = time.perf_counter()
        [result] = check_all(account, [invariant])
        found[name] = (time.perf_counter() - start, len(result.counterexamples), 0)
    return found


def seconds(text):
    number, unit = re.fullmatch(r"([\d.]+)(s|ms|µs|ns)", text).groups()
    return float(number) * {"s": 1, "ms": 1e-3, "µs": 1e-6, "ns": 1e-9}[unit]


def ours(binary, directory):
    run = subprocess.run([binary, "peer", str(directory)], stdout=subprocess.PIPE, text=True, check=True)
    found = {"read": seconds(re.search(r"loaded in (\S+)", run.stdout).group(1))}
    for name, took, entries, unknown in re.findall(r"who-can (\S+) cold: (\S+), (\d+) entries, (\d+) open", run.stdout):
        found[name] = (seconds(took), int(entries), int(unknown))
    return found


def built():
    build = ["cargo", "bench", "--bench", "organizations", "--no-run", "--message-format=json-render-diagnostics"]
    run = subprocess.run(build, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    return next(m["executable"] for m in lines if m.get("executable") and m["target"]["name"] == "organizations")


def shown(value):
    return "%.2f s" % value if value >= 1 else "%.0f ms" % (value * 1e3)


def main():
    args = arguments()
    with_iamprover(args.venv)
    binary, began, load = built(), time.monotonic(), [os.getloadavg()[0]]
    lines = []
    for title, count, statements in (("Mix", args.principals, mixed), ("Worst case", args.worst, wild)):
        directory = ROOT / "target/principals" / title.split()[0].lower()
        written(directory, count, statements)
        us, them = ours(binary, directory), theirs(directory)
        lines += ["### %s: %d roles" % (title, count), "",
                  "| | iamsat | found, not known | iamprover | found |", "|---|---|---|---|---|",
                  "| reading | %s | | %s | |" % (shown(us["read"]), shown(them["read"]))]
        for name, actions, resource in QUESTIONS:
            (one, entries, unknown), (other, found, _) = us[name], them[name]
            lines.append("| `%s` on `%s` | %s | %d, %d | %s | %d |" % (
                "`, `".join(actions), resource, shown(one), entries, unknown, shown(other), found))
        whole = [sum(each[name][0] for name, *_ in QUESTIONS) for each in (us, them)]
        lines += ["| the three questions | %s | | %s | |" % tuple(map(shown, whole)), ""]
        print("\n".join(lines[-9:]))
    load.append(os.getloadavg()[0])
    head = "%s, `--principals %d --worst %d`: iamprover %s, z3-solver %s, %d CPUs, load %.1f at the start and %.1f at the end, %d s." % (
        datetime.date.today(), args.principals, args.worst, metadata.version("iamprover"), metadata.version("z3-solver"),
        os.cpu_count(), load[0], load[1], time.monotonic() - began)
    if not args.dry:
        readme = HERE / "README.md"
        whole = readme.read_text(encoding="utf-8")
        before, rest = whole.split(MARKS[0])
        after = rest.split(MARKS[1])[1]
        readme.write_text(before + "\n".join([MARKS[0], "", head, "", *lines]) + MARKS[1] + after, encoding="utf-8")


if __name__ == "__main__":
    main()
