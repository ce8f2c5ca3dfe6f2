"""Draws a sample of the mutants that cargo-mutants lists, and runs the tests against each. See README.md beside this file."""

import argparse
import json
import os
import random
import re
import resource
import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "target" / "mutants"
TREE = OUT / "tree"
ENVIRONMENT = os.environ | {
    "CARGO_TARGET_DIR": str(OUT / "build"),
    "CARGO_TERM_COLOR": "never",
    # Built once, run some hundreds of times.
    "CARGO_PROFILE_DEV_OPT_LEVEL": "1",
    "IAMSAT_CORPUS": os.environ.get("IAMSAT_CORPUS", str(ROOT.parent / "shared" / "corpus")),
}

# What is slow comes last, for the mutants that all else misses, with fewer random cases.
SLOW = ("test(/^(small_world|laws|widened)::/) | test(search_and_referee_know_the_same_facts) | test(only_documented_gaps) | test(corpus_of_real_policies)"
        " | test(managed_policies) | test(two_readers_read_whole_dates) | test(hostile_certificates_end) | test(check_holds)")
FEWER = {"IAMSAT_PAIRS": "150", "IAMSAT_CASES": "60"}
# Seconds of CPU that one test may take; it takes less than a third of them without a mutant.
QUICK_SECONDS, SLOW_SECONDS = 4, 30
BYTES_OF_MEMORY = 6 << 30

# Added to the library: which mutant is on. A file, because some tests start the program without an environment.
SWITCH = """
/// Which mutant is on.
pub mod mutants {
    static ON: std::sync::LazyLock<usize> = std::sync::LazyLock::new(|| {
        let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/mutant")).unwrap_or_default();
        text.trim().parse().unwrap_or(0)
    });
    /// Whether this one is.
    pub fn on(number: usize) -> bool {
        *ON == number
    }
}
"""


def listed():
    command = ["cargo", "mutants", "--list", "--json"]
    return json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout)


def fresh_tree():
    """The files of the project as they are now, beside the build."""
    shutil.rmtree(TREE, ignore_errors=True)
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    for name in names:
        if (ROOT / name).is_file():
            (TREE / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, TREE / name)


def offset(text, place):
    lines = text.split("\n")
    return sum(len(line) + 1 for line in lines[: place["line"] - 1]) + place["column"] - 1


def span(text, of):
    return offset(text, of["start"]), offset(text, of["end"])


def body_start(text, start):
    """The brace that opens the body of the function that starts here."""
    depth = 0
    for at in range(start, len(text)):
        if text[at] in "([":
            depth += 1
        elif text[at] in ")]":
            depth -= 1
        elif text[at] == "{" and depth == 0:
            return at
    raise ValueError("a function without a body")


def is_apart(mutant, text):
    """Whether the mutant cannot share a function with the original: outside functions, or where both would need one opaque type."""
    if not mutant["function"]:
        return True
    start, _ = span(text, mutant["function"]["span"])
    signature = text[start : body_start(text, start)]
    return "impl " in mutant["function"]["return_type"] or "const fn" in signature


class Together:
    """A tree in which each function with mutants has the body of each beside its own, chosen by the number of the mutant."""

    def __init__(self, mutants):
        self.numbered = dict(enumerate(mutants, 1))

    def write(self, left_out):
        """Writes the sources; says where each mutant's body is, and each function that has some."""
        places, functions = [], []
        by_file = defaultdict(lambda: defaultdict(list))
        for number, mutant in self.numbered.items():
            if number not in left_out:
                where = mutant["function"]["span"]
                text = (ROOT / mutant["file"]).read_text()
                by_file[mutant["file"]][span(text, where)].append(number)
        for file in {mutant["file"] for mutant in self.numbered.values()}:
            text = (ROOT / file).read_text()
            out, done, line = [], 0, 1
            for (start, end), numbers in sorted(by_file[file].items()):
                opens = body_start(text, start)

                def put(part):
                    nonlocal line
                    out.append(part)
                    line += part.count("\n")

                put(text[done:opens] + "{ ")
                first = line
                for number in numbers:
                    mutant = self.numbered[number]
                    begins, ends = span(text, mutant["span"])
                    put(f"if crate::mutants::on({number})\n")
                    at = line
                    put(text[opens:begins] + mutant["replacement"] + text[ends:end])
                    places.append((file, at, line, number))
                    put("\nelse ")
                put("\n" + text[opens:end])
                functions.append((file, first, line, numbers))
                put(" }")
                done = end
            out.append(text[done:])
            (TREE / file).write_text("".join(out))
        (TREE / "src/lib.rs").write_text((ROOT / "src/lib.rs").read_text() + SWITCH)
        return places, functions

    def nested(self):
        """The mutants of functions inside another function that has some."""

        def inside(inner, outer):
            ends = [(of["line"], of["column"]) for of in (outer["start"], inner["start"], inner["end"], outer["end"])]
            return inner != outer and ends == sorted(ends)

        of = {number: (mutant["file"], mutant["function"]["span"]) for number, mutant in self.numbered.items()}
        return {n for n, (file, inner) in of.items() if any(file == f and inside(inner, outer) for f, outer in of.values())}

    def build(self):
        """Builds it; which mutants are unviable, and which have to be built by themselves."""
        unviable, apart = set(), self.nested()
        while True:
            places, functions = self.write(unviable | apart)
            errors = check()
            if not errors:
                return unviable, apart
            found = set()
            for spans in errors:
                inside = {n for f, a, b, n in places for file, at in spans if file == f and a <= at <= b}
                around = {n for f, a, b, ns in functions for file, at in spans if file == f and a <= at <= b for n in ns}
                if inside:
                    unviable |= inside
                else:
                    apart |= around
                found |= inside | around
            if not found:
                sys.exit(f"does not build, whatever is left out: {errors[:3]}")


def check():
    """The places of each error of the compiler."""
    command = ["cargo", "check", "--lib", "--message-format=json"]
    done = subprocess.run(command, cwd=TREE, env=ENVIRONMENT, capture_output=True, text=True)
    errors = []
    for line in done.stdout.splitlines():
        message = json.loads(line).get("message")
        if message and message["level"] == "error" and message["spans"]:
            primary = [(s["file_name"], s["line_start"]) for s in message["spans"] if s["is_primary"]]
            errors.append(primary)
    if done.returncode and not errors:
        sys.exit(done.stderr)
    return errors


def build_tests():
    """Builds all tests, so that running them starts no compiler. False if something does not build."""
    command = ["cargo", "nextest", "list", "--list-type=binaries-only", "--message-format=json"]
    done = subprocess.run(command, cwd=TREE, env=ENVIRONMENT, capture_output=True, text=True)
    if done.returncode:
        return False
    (OUT / "binaries.json").write_text(done.stdout)
    metadata = ["cargo", "metadata", "--format-version=1"]
    (OUT / "metadata.json").write_text(
        subprocess.run(metadata, cwd=TREE, env=ENVIRONMENT, check=True, capture_output=True, text=True).stdout
    )
    return True


def tests(tests, seconds, environment):
    """Runs some tests until one fails: 'survived', 'timed out' or the name of a test that failed."""

    def limited():
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
        resource.setrlimit(resource.RLIMIT_AS, (BYTES_OF_MEMORY, BYTES_OF_MEMORY))

    command = ["cargo-nextest", "nextest", "run", "--profile=mutants", f"--binaries-metadata={OUT / 'binaries.json'}"]
    command += [f"--cargo-metadata={OUT / 'metadata.json'}", "-E", tests]
    done = subprocess.run(command, cwd=TREE, env=ENVIRONMENT | environment, capture_output=True, text=True, preexec_fn=limited)
    if done.returncode == 0:
        return "survived"
    failed = re.search(r"^\s*(FAIL|ABORT|SIG\w+|TIMEOUT)\s*\[[^]]*\]\s*(?:\([^)]*\)\s*)?(.*)$", done.stderr, re.MULTILINE)
    if not failed:
        sys.exit(done.stderr)
    return "timed out" if failed.group(1) == "SIGXCPU" else failed.group(2)


def choose(number):
    """Turns a mutant on; 0 is none."""
    (TREE / "mutant").write_text(str(number))


def quick():
    return tests(f"not ({SLOW})", QUICK_SECONDS, {})


def slow():
    return tests(SLOW, SLOW_SECONDS, FEWER)


def apply(mutant):
    """A tree with this mutant alone. False if it does not build."""
    fresh_tree()
    text = (ROOT / mutant["file"]).read_text()
    start, end = span(text, mutant["span"])
    (TREE / mutant["file"]).write_text(text[:start] + mutant["replacement"] + text[end:])
    return build_tests()


def summary(found, seed, total):
    count = defaultdict(int)
    for kind in found.values():
        count[kind if kind in ("survived", "timed out", "unviable") else "caught"] += 1
    viable = len(found) - count["unviable"]
    noticed = 100 * (viable - count["survived"]) / max(viable, 1)
    lines = [
        f"seed {seed}: {len(found)} drawn of {total}, {viable} viable, {count['caught']} caught, {count['timed out']} timed out, "
        f"{count['survived']} survived; {noticed:.1f} % of the viable ones noticed"
    ]
    for kind in ("survived", "timed out"):
        lines += [f"{kind}: {name}" for name, k in found.items() if k == kind]
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=20261125)
    parser.add_argument("--drawn", type=int, default=380, help="how many mutants to draw")
    parser.add_argument("--only", metavar="FILE", help="no sample: the mutants whose names FILE holds, one a line")
    arguments = parser.parse_args()
    OUT.mkdir(parents=True, exist_ok=True)
    mutants = listed()
    if arguments.only:
        wanted = set(Path(arguments.only).read_text().splitlines())
        drawn = [mutant for mutant in mutants if mutant["name"] in wanted]
    else:
        drawn = random.Random(arguments.seed).sample(mutants, min(arguments.drawn, len(mutants)))
    texts = {mutant["file"]: (ROOT / mutant["file"]).read_text() for mutant in drawn}
    found = {}

    def note(mutant, kind):
        found[mutant["name"]] = kind
        print(f"{len(found)}/{len(drawn)} {kind}: {mutant['name']}", flush=True)
        (OUT / "outcomes.json").write_text(json.dumps(found, indent=1) + "\n")

    fresh_tree()
    together = Together([mutant for mutant in drawn if not is_apart(mutant, texts[mutant["file"]])])
    unviable, apart = together.build()
    if not build_tests():
        sys.exit("the tests do not build")
    choose(0)
    for sound in (quick(), slow()):
        if sound != "survived":
            sys.exit(f"without a mutant: {sound}")
    here = {number: mutant for number, mutant in together.numbered.items() if number not in apart}
    for number, mutant in here.items():
        choose(number)
        note(mutant, "unviable" if number in unviable else quick())
    for number, mutant in here.items():
        if found[mutant["name"]] == "survived":
            choose(number)
            note(mutant, slow())
    for mutant in drawn:
        if mutant["name"] not in found:
            kind = quick() if apply(mutant) else "unviable"
            note(mutant, slow() if kind == "survived" else kind)
    text = summary(found, arguments.seed if not arguments.only else "none", len(mutants))
    (OUT / "summary.txt").write_text(text)
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
