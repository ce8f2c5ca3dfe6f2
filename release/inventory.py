#!/usr/bin/env python3
"""The crates of the program: `notices TARGET` prints their licences, `compare TARGET FILE` holds a CycloneDX list against them."""

import collections
import json
import pathlib
import subprocess
import sys

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
    for text, names in sorted(by_text.items(), key=lambda item: item[1]):
        print(f"\n{'=' * 100}\n{', '.join(names)}\n{'=' * 100}\n\n{text}")


def compare(target, file):
    with open(file, encoding="utf-8") as stream:
        listed = {(c["name"], c["version"]) for c in json.load(stream)["components"]}
    wanted = crates(target)
    if listed != wanted:
        missing = ", ".join(" ".join(crate) for crate in sorted(wanted - listed))
        others = ", ".join(" ".join(crate) for crate in sorted(listed - wanted))
        sys.exit(f"error: {file} and `cargo tree` differ; not listed: {missing or 'none'}; not in the tree: {others or 'none'}")
    print(f"{file}: {len(listed)} crates, those of cargo tree")


if __name__ == "__main__":
    {"notices": notices, "compare": compare}[sys.argv[1]](*sys.argv[2:])
