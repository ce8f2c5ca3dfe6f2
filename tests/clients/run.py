#!/usr/bin/env python3
"""Drives unmodified clients of IAM Access Analyzer against `iamsat serve`.

`calls.json` holds calls of boto3, `commands.json` command lines of the AWS CLI and of AWS's validators; each with what has to come
back. An expected object may leave members out, an expected list may not. `.ci/clients` installs the clients and runs this file.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
FILES = HERE / "files"


def differs(expected, actual, place=""):
    """Returns the first difference, or None."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        for name, value in expected.items():
            if name not in actual:
                return f"{place}/{name} is missing"
            found = differs(value, actual[name], f"{place}/{name}")
            if found:
                return found
        return None
    if isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        for number, (one, other) in enumerate(zip(expected, actual)):
            found = differs(one, other, f"{place}/{number}")
            if found:
                return found
        return None
    return None if expected == actual else f"{place}: {actual!r} instead of {expected!r}"


def as_sent(name, value, inside=False):
    """Writes policies as strings."""
    if isinstance(value, dict) and (inside or name.endswith(("Document", "Policy"))):
        return json.dumps(value)
    if isinstance(value, dict):
        return {key: as_sent(key, inner, name == "keyPolicies") for key, inner in value.items()}
    return value


def call(case, endpoint):
    import boto3
    import botocore.exceptions

    client = boto3.client(case["client"], region_name="us-east-1")
    arguments = as_sent("", case.get("arguments", {}))
    try:
        if case.get("paginate"):
            pages = list(client.get_paginator(case["operation"]).paginate(**arguments))
            answer = {"pages": pages}
        else:
            answer = getattr(client, case["operation"])(**arguments)
    except botocore.exceptions.ClientError as error:
        metadata = error.response["ResponseMetadata"]
        answer = {"error": {**error.response["Error"], "status": metadata["HTTPStatusCode"], "retries": metadata["RetryAttempts"]}}
        for name in ("reason", "fieldList"):
            if name in error.response:
                answer["error"][name] = error.response[name]
    return differs(case["expect"], answer), json.loads(json.dumps(answer, default=str))


def findings(answer):
    """Sorts the findings of a validator, whose order changes from run to run."""
    for name in ("BlockingFindings", "NonBlockingFindings"):
        if isinstance(answer, dict) and name in answer:
            answer[name].sort(key=lambda finding: json.dumps(finding, sort_keys=True))
    return answer


def command(case):
    words = [word.replace("{site}", SITE) for word in case["command"]]
    program = pathlib.Path(sys.executable).parent / words[0]
    done = subprocess.run([program, *words[1:]], cwd=FILES, capture_output=True, text=True, timeout=120)
    try:
        answer = findings(json.loads(done.stdout))
    except ValueError:
        answer = done.stdout
    actual = {"exit": done.returncode, "answer": answer, "errors": done.stderr}
    expected = {name: value for name, value in case["expect"].items() if name != "errors"}
    found = differs(expected, actual)
    part = case["expect"].get("errors", "")
    if not found and part not in done.stderr:
        found = f"{part!r} is not in the errors"
    return found, actual


def guide():
    """Runs the blocks of the guide as one script, beside the files that it shows; returns the number of failures."""
    text = (HERE.parent.parent / "docs/guides/server.md").read_text()
    script = ["set -eu"]
    with tempfile.TemporaryDirectory() as directory:
        for block in re.findall(r"^```(\S+)(?: title=\"(.*?)\")?\n(.*?)^```$", text, re.DOTALL | re.MULTILINE):
            language, title, content = block
            if title:
                (pathlib.Path(directory) / title).write_text(content)
            elif language == "sh":
                script.append(content)
        binaries = [str(pathlib.Path(sys.executable).parent), str(pathlib.Path(os.environ["IAMSAT_BIN"]).parent)]
        path = os.pathsep.join([*binaries, os.environ["PATH"]])
        script = "\n".join([*script, "kill %1", "wait"])
        done = subprocess.run(
            ["bash", "-m", "-c", script], cwd=directory, env={"PATH": path, "HOME": directory},
            capture_output=True, text=True, timeout=300,
        )
    print(f"{'differs' if done.returncode else 'ok':8} the guide")
    if done.returncode:
        print(done.stdout, done.stderr)
    return done.returncode != 0


def site():
    import iam_check

    return str(pathlib.Path(iam_check.__file__).parent)


def main():
    global SITE
    SITE = site()
    server = subprocess.Popen(
        [os.environ["IAMSAT_BIN"], "serve", "--listen", "127.0.0.1:0", "--log", "none", "--account-id", "111122223333",
         "--managed-policies", FILES / "managed", "--ssm-parameters", FILES / "parameters.json",
         "--exports", FILES / "exports.json"],
        stdout=subprocess.PIPE, text=True,
    )
    endpoint = server.stdout.readline().split()[-1]
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update({
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "offline",
        "AWS_SECRET_ACCESS_KEY": "offline",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "NO_PROXY": "127.0.0.1",
    })
    wrong = 0
    for kind, run in (("calls", lambda case: call(case, endpoint)), ("commands", command)):
        cases = json.loads((HERE / f"{kind}.json").read_text())
        for case in cases:
            if len(sys.argv) > 1 and sys.argv[1] not in case["name"]:
                continue
            found, actual = run(case)
            print(f"{'differs' if found else 'ok':8} {case['name']}")
            if found:
                wrong += 1
                print(f"    {found}\n{json.dumps(actual, indent=2)}")
        print(f"{kind}: {len(cases)}")
    server.terminate()
    ended = server.wait(20)
    wrong += guide()
    sys.exit(1 if wrong or ended else 0)


main()
