"""Reads what iamsat writes for pipelines with programs that are not ours.

SARIF, GitLab's code quality report and the JSON of each command by their JSON schemas (jsonschema), Markdown by a renderer of GitHub's dialect (markdown-it-py, with
links and HTML) and by Python-Markdown: after either, only the elements that the format itself writes exist, and none has an attribute.
"""

import html.parser
import json
import os
import pathlib
import subprocess
import sys

import jsonschema
import markdown
import markdown_it

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
        if "<table>" not in github.render(text) and "\n|" in text:
            found.append("markdown-it: the table is none")
        for fault in found:
            print(f"{case}: {' '.join(arguments)}: {fault}")
        faults += len(found)
        read += 1
    print(f"{read} runs in 4 formats, {faults} faults")
    sys.exit(1 if faults else 0)


main()
