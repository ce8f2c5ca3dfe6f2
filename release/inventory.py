#!/usr/bin/env python3
"""The crates of the program: `notices TARGET` prints their licences, `prune TARGET FILE` reduces a CycloneDX list to them."""

import collections
import json
import pathlib
import subprocess
import sys

# Facts of others that are part of the program.
DATA_NOTICES = {"The catalogue of AWS's services": "data/catalogue/NOTICE"}

LICENCE_FILES = ("license", "licence", "copying", "notice", "unlicense")


def cargo(*arguments):
    return subprocess.run(["cargo", *arguments], check=True, capture_output=True, text=True).stdout


def crates(target):
    """The name and version of each crate in the program, or that generates code of it."""
    tree = cargo("tree", "--locked", "--target", target, "--edges", "normal", "--prefix", "none", "--no-dedupe")
    found = {tuple(line.split()[:2]) for line in tree.splitlines()}
    return {(name, version.removeprefix("v")) for name, version in found if name != "iamsat"}


def texts(directory):
    """The licence texts of a crate."""
    files = [path for path in sorted(directory.iterdir()) if path.name.lower().startswith(LICENCE_FILES) and path.is_file()]
    return [path.read_text(encoding="utf-8", errors="replace").replace("\r\n", "\n").strip() for path in files]


def notices(target):
    metadata = json.loads(cargo("metadata", "--locked", "--format-version", "1", "--filter-platform", target))
    wanted = crates(target)
    packages = {(p["name"], p["version"]): p for p in metadata["packages"]}
    by_text = collections.defaultdict(list)
    print("iamsat contains the crates below, which are built into the program or generate parts of it.\n")
    for key in sorted(wanted):
        package = packages[key]
        if not package["license"]:
            sys.exit(f"error: {key[0]} {key[1]} names no licence")
        print(f"{key[0]} {key[1]}: {package['license']}; {', '.join(a.split(' <')[0] for a in package['authors']) or 'authors not named'}")
        found = texts(pathlib.Path(package["manifest_path"]).parent)
        for text in found or [f"The crate holds no text of its licence ({package['license']})."]:
            by_text[text].append(f"{key[0]} {key[1]}")
    print("\nThe standard library of Rust and the C library musl: MIT OR Apache-2.0, and MIT.")
    sections = [(names, text) for text, names in sorted(by_text.items(), key=lambda item: item[1])]
    sections += [([name], pathlib.Path(file).read_text(encoding="utf-8").strip()) for name, file in DATA_NOTICES.items()]
    for names, text in sections:
        print(f"\n{'=' * 100}\n{', '.join(names)}\n{'=' * 100}\n\n{text}")


def prune(target, file):
    """Prints the list without crates that other configurations need: cargo-cyclonedx does not evaluate every `cfg`."""
    with open(file, encoding="utf-8") as stream:
        document = json.load(stream)
    wanted = crates(target)
    listed = {(c["name"], c["version"]): c["bom-ref"] for c in document["components"]}
    if missing := sorted(wanted - listed.keys()):
        sys.exit(f"error: {file} does not list {', '.join(' '.join(crate) for crate in missing)}, which cargo tree lists")
    others = {listed[crate] for crate in listed.keys() - wanted}
    document["components"] = [c for c in document["components"] if c["bom-ref"] not in others]
    document["dependencies"] = [d for d in document["dependencies"] if d["ref"] not in others]
    for dependency in document["dependencies"]:
        if "dependsOn" in dependency:
            dependency["dependsOn"] = [d for d in dependency["dependsOn"] if d not in others]
    print(json.dumps(document, indent=2))


if __name__ == "__main__":
    {"notices": notices, "prune": prune}[sys.argv[1]](*sys.argv[2:])
