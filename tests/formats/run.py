"""Reads what iamsat writes for pipelines with programs that are not ours.

SARIF, GitLab's code quality report and the JSON of each command by their JSON schemas (jsonschema), Markdown by a renderer of GitHub's dialect (markdown-it-py, with
links and HTML) and by Python-Markdown: after either, only the elements that the format itself writes exist, and none has an attribute.
JUnit by junitparser, which has to count what the report says it holds. Templates in YAML that iamsat rewrote by PyYAML: only policies differ.
"""

import html.parser
import json
import os
import pathlib
import subprocess
import shutil
import sys
import tempfile

import jsonschema
import junitparser
import markdown
import markdown_it
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ["IAMSAT_BIN"]
ELEMENTS = {"h3", "p", "code", "table", "thead", "tbody", "tr", "th", "td", "details", "summary", "pre"}


def output(case, arguments, form):
    """Returns what a run prints in a format."""
    done = subprocess.run(
        [PROGRAM, *arguments, "--format", form],
        cwd=ROOT / "tests/cases" / case,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
        check=False,
    )
    return done.stdout.decode()


class Elements(html.parser.HTMLParser):
    """Collects the faults of a page: elements and attributes that the format does not write."""

    def __init__(self):
        super().__init__()
        self.faults = []

    def handle_starttag(self, tag, attrs):
        if tag not in ELEMENTS or attrs:
            self.faults.append(self.get_starttag_text())

    def handle_comment(self, data):
        self.faults.append(data)


def faults_of_page(page):
    """Returns the elements of a page that a policy must have brought in."""
    elements = Elements()
    elements.feed(page)
    elements.close()
    return elements.faults


def faults_of_junit(text):
    """Returns the counts of a JUnit report that are not those of its test cases."""
    report = junitparser.JUnitXml.fromstring(text.encode())
    cases = [case for suite in report for case in suite]
    held = {
        "tests": len(cases),
        "failures": sum(isinstance(result, junitparser.Failure) for case in cases for result in case.result),
        "errors": sum(isinstance(result, junitparser.Error) for case in cases for result in case.result),
        "skipped": sum(isinstance(result, junitparser.Skipped) for case in cases for result in case.result),
    }
    return [f"{name}: {getattr(report, name)} instead of {count}" for name, count in held.items() if getattr(report, name) != count]


class Template(yaml.SafeLoader):
    """Reads CloudFormation's functions as what they are applied to."""


Template.add_multi_constructor("!", lambda loader, suffix, node: loader.construct_scalar(node))


def without_policies(value):
    """Returns a template without its policies."""
    if isinstance(value, dict):
        return {key: without_policies(member) for key, member in value.items() if key != "PolicyDocument"}
    return value


def faults_of_rewriting():
    """Rewrites templates in YAML; returns those that are not YAML any more, or differ elsewhere."""
    faults = []
    for name in ["block.yaml", "merged.yaml"]:
        for arguments in [["lint", "--fix"], ["minimise", "--write"], ["minimise", "--write", "--drop-sids"]]:
            with tempfile.TemporaryDirectory() as directory:
                file = pathlib.Path(directory, name)
                shutil.copy(ROOT / "tests/cases/rewrite" / name, file)
                before = file.read_text()
                subprocess.run([PROGRAM, *arguments, name], cwd=directory, capture_output=True, env={}, check=False)
                after = file.read_text()
                old, new = (yaml.load(text, Template) for text in (before, after))
                if before == after or without_policies(old) != without_policies(new):
                    faults.append(f"PyYAML: {name}: {' '.join(arguments)}")
    return faults


def main():
    schemas = {
        "sarif": json.loads((ROOT / "tests/data/sarif-2.1.0.schema.json").read_text()),
        "gitlab": json.loads((ROOT / "tests/formats/gitlab.schema.json").read_text()),
    }
    github = markdown_it.MarkdownIt("gfm-like", {"html": True})
    faults = read = 0
    # The checker has to notice what a careless format would let through.
    for bad in ["<b onclick=x>y</b>", "see https://example.com", "![i](x.png)", "*a*"]:
        assert faults_of_page(github.render(bad)), bad
    for run in json.loads((ROOT / "tests/formats/runs.json").read_text()):
        case, arguments = run["case"], run["arguments"]
        found = []
        for form, schema in schemas.items():
            value = json.loads(output(case, arguments, form))
            validator = jsonschema.validators.validator_for(schema)(schema)
            found += [f"{form}: {error.json_path}: {error.message}" for error in validator.iter_errors(value)]
        schema = json.loads((ROOT / "docs/schema" / f"{arguments[0]}.json").read_text())
        for error in jsonschema.Draft7Validator(schema).iter_errors(json.loads(output(case, arguments, "json"))):
            found.append(f"json: {error.json_path}: {error.message[:300]}")
        text = output(case, arguments, "markdown")
        found += [f"markdown-it: {fault}" for fault in faults_of_page(github.render(text))]
        page = markdown.markdown(text, extensions=["tables", "md_in_html"])
        found += [f"Python-Markdown: {fault}" for fault in faults_of_page(page)]
        found += [f"junitparser: {fault}" for fault in faults_of_junit(output(case, arguments, "junit"))]
        if "<table>" not in github.render(text) and "\n|" in text:
            found.append("markdown-it: the table is none")
        for fault in found:
            print(f"{case}: {' '.join(arguments)}: {fault}")
        faults += len(found)
        read += 1
    for fault in faults_of_rewriting():
        print(fault)
        faults += 1
    print(f"{read} runs in 5 formats, {faults} faults")
    sys.exit(1 if faults else 0)


main()
