"""Small generated pairs, dense in what real policies seldom hold: a few words, so that patterns meet each other."""

import random

ACTIONS = ["s3:GetObject", "s3:getobject", "s3:Get*", "s3:*", "s3:?et*", "S3:PutObject", "ec2:*", "*", "*:*", "s3:*Object"]
RESOURCES = [
    "*", "arn:aws:s3:::b", "arn:aws:s3:::b/*", "arn:aws:s3:::b*", "arn:aws:s3:::*/x", "arn:*:s3:::b?x",
    "arn:aws:s3:*:*:b", "arn:aws:s3", "arn:aws:s3:::*", "arn:aws:sqs:us-*:1:q:*", "arn:aws:sqs:*:1:*", "arn:aws:sqs:us-*:*:q:a",
    "arn:*", "arn:aws:s3:*:b", "arn:aws:*:::B", "arn:aws:s3:::${aws:PrincipalTag/t}", "arn:aws:s3:::b/${x:text}/*",
]
TEXTS = ["a", "A", "ab", "b", "a*", "*", "?", "a?", "*b", "", "true", "1"]
ARNS = ["arn:aws:s3:::b", "arn:aws:s3:::*", "arn:aws:*:*:*:*", "arn:aws:s3:*:1:b", "*:*:*:*:*:*", "arn:aws:sqs:u?:1:a:b", "arn:aws:s3:::B", "arn:*"]
NUMBERS = ["1", "2", "1.0", "1.5", "-3", 2]
TEXT_KEYS = ["x:text", "X:Text", "aws:UserAgent", "aws:PrincipalOrgID", "aws:RequestTag/t"]
SET_KEYS = ["x:set", "aws:TagKeys", "aws:PrincipalOrgID"]
ADDRESSES = ["10.0.0.0/8", "10.1.0.0/16", "10.1.2.3", "0.0.0.0/0", "128.0.0.0/1", "2001:db8::/32", "::/0"]
DATES = ["2020-06-30", "2020-06-30T00:00:00Z", "2020-06-30T02:00:00+02:00", "2021-01-01T12:00:00Z", "1593475200"]
VARIABLES = ["${aws:PrincipalTag/t}", "${aws:PrincipalTag/t}", "${aws:PrincipalTag/t, 'a'}", "${x:text}", "${*}"]
SHAPES = ["%s", "%s", "a%s", "%s*", "*%s", "b/%s"]
IF_EXISTS = ["", "", "IfExists"]


def some(rng, words, most=2):
    chosen = rng.sample(words, rng.randint(1, most))
    return chosen[0] if len(chosen) == 1 and rng.random() < 0.5 else chosen


def condition(rng):
    kind = rng.randrange(12)
    if kind < 2:
        operator = rng.choice(["StringEquals", "StringNotEquals", "StringLike", "StringNotLike",
                               "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"])
        return operator + rng.choice(IF_EXISTS), rng.choice(TEXT_KEYS), some(rng, TEXTS)
    if kind == 2:
        operator = rng.choice(["ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike", "StringLike", "StringNotLike"])
        return operator + rng.choice(IF_EXISTS), rng.choice(["x:arn", "aws:SourceArn"]), some(rng, ARNS)
    if kind == 3:
        return "Bool" + rng.choice(IF_EXISTS), rng.choice(["aws:SecureTransport", "x:flag", "aws:MultiFactorAuthPresent"]), \
            some(rng, ["true", "false", "True", True])
    if kind == 4:
        operator = rng.choice(["NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericLessThanEquals",
                               "NumericGreaterThan", "NumericGreaterThanEquals"])
        return operator + rng.choice(IF_EXISTS), rng.choice(["x:number", "aws:MultiFactorAuthAge"]), some(rng, NUMBERS)
    if kind in (5, 6):
        operator = rng.choice(["ForAnyValue:", "ForAllValues:"]) + rng.choice(
            ["StringEquals", "StringLike", "StringLike", "StringNotEquals", "StringNotLike"])
        return operator, rng.choice(SET_KEYS), some(rng, TEXTS)
    if kind == 7:
        operator = rng.choice(["IpAddress", "NotIpAddress"])
        return operator + rng.choice(IF_EXISTS), rng.choice(["aws:SourceIp", "x:ip"]), some(rng, ADDRESSES)
    if kind == 8:
        operator = rng.choice(["DateEquals", "DateNotEquals", "DateLessThan", "DateLessThanEquals",
                               "DateGreaterThan", "DateGreaterThanEquals"])
        return operator + rng.choice(IF_EXISTS), rng.choice(["aws:CurrentTime", "aws:TokenIssueTime", "x:date"]), some(rng, DATES)
    if kind in (9, 10):
        operator = rng.choice(["StringEquals", "StringLike", "StringLike", "StringNotEquals", "StringNotLike"])
        value = rng.choice(SHAPES) % rng.choice(VARIABLES)
        return operator + rng.choice(IF_EXISTS), rng.choice(TEXT_KEYS[:3]), rng.choice([value, value, value, [value, "a*"]])
    key = rng.choice([*TEXT_KEYS, *SET_KEYS, "aws:SourceIp", "aws:PrincipalTag/t", "x:number", "aws:MultiFactorAuthAge", "x:flag", "aws:SecureTransport", "aws:SourceArn"])
    return "Null", key, some(rng, ["true", "false"])


def statement(rng, effect):
    made = {"Effect": effect}
    made["NotAction" if rng.random() < 0.15 else "Action"] = some(rng, ACTIONS)
    made["NotResource" if rng.random() < 0.2 else "Resource"] = some(rng, RESOURCES, 3)
    blocks = {}
    for _ in range(rng.choice([0, 0, 1, 1, 2])):
        operator, key, values = condition(rng)
        if all(key.lower() != other.lower() for other in blocks.get(operator, {})):
            blocks.setdefault(operator, {})[key] = values
    if blocks:
        made["Condition"] = blocks
    return made


def policy(rng):
    allows = [statement(rng, "Allow") for _ in range(rng.randint(1, 3))]
    denies = [statement(rng, "Deny") for _ in range(rng.choice([0, 0, 1]))]
    return {"Version": "2012-10-17", "Statement": allows + denies}


def halves(rng):
    """Two condition blocks that between them hold of every request, or nearly."""
    key = rng.choice(TEXT_KEYS)
    texts = some(rng, TEXTS)
    number = rng.choice(NUMBERS)
    missing = rng.choice(["", "IfExists"])
    flag = rng.choice(["aws:SecureTransport", "aws:MultiFactorAuthPresent", "x:flag"])
    arns = some(rng, ARNS)
    a_set, address = rng.choice(SET_KEYS), rng.choice(["aws:SourceIp", "x:ip"])
    networks, moment, date = some(rng, ADDRESSES), rng.choice(DATES), rng.choice(["aws:CurrentTime", "x:date"])
    shape = rng.choice(SHAPES) % rng.choice(VARIABLES)
    return rng.choice([
        ({"StringEquals": {key: texts}}, {"StringNotEquals": {key: texts}}),
        ({"StringLike": {key: texts}}, {"StringNotLike": {key.lower(): texts}}),
        ({"StringEquals": {key: texts}}, {"StringNotEqualsIgnoreCase": {key: texts}}),
        ({"StringNotEquals": {key: texts}}, {"StringEqualsIgnoreCase": {key: texts}}),
        ({"StringLike": {key: "?*"}}, {"StringEquals" + missing: {key: ""}}),
        ({"Null": {key: "true"}}, {"StringLike": {key: "*"}}),
        ({"ArnLike": {"x:arn": arns}}, {"ArnNotEquals": {"x:arn": arns}}),
        ({"Bool": {flag: "true"}}, {"Bool" + missing: {flag: "false"}}),
        ({"NumericLessThan": {"x:number": number}}, {"NumericGreaterThanEquals" + missing: {"x:number": number}}),
        ({"NumericLessThan": {"aws:MultiFactorAuthAge": "2"}},
         {"NumericGreaterThan" + missing: {"aws:MultiFactorAuthAge": rng.choice(["1.5", "2", "1.99"])}}),
        ({"NumericEquals": {"x:number": number}}, {"NumericNotEquals": {"x:number": number}}),
        ({"ForAllValues:StringLike": {a_set: texts}}, {"ForAnyValue:StringNotLike": {a_set: rng.choice([texts, some(rng, TEXTS)])}}),
        ({"ForAnyValue:StringEquals": {a_set: texts}}, {"ForAllValues:StringNotEquals": {a_set: texts}}),
        ({"ForAllValues:StringEquals": {a_set: texts}}, {"Null": {a_set: rng.choice(["true", "false"])}}),
        ({"IpAddress" + missing: {address: networks}}, {"NotIpAddress": {address: rng.choice([networks, some(rng, ADDRESSES)])}}),
        ({"IpAddress": {address: "0.0.0.0/1"}}, {"IpAddress" + missing: {address: ["128.0.0.0/1", "::/0"]}}),
        ({"DateLessThan": {date: moment}}, {"DateGreaterThanEquals" + missing: {date: rng.choice([moment, *DATES])}}),
        ({"StringLike": {"x:text": shape}}, {"StringNotLike": {"x:text": shape}}),
        ({"StringEquals": {"x:text": shape}}, {"StringNotEquals": {"x:text": [shape, "a"]}}),
    ])


def loosened(rng, blocks):
    """Conditions that ask for less, or nearly so."""
    loose = {}
    for written, block in blocks.items():
        for key, values in block.items():
            operator = written
            values = values if isinstance(values, list) else [values]
            what = rng.randrange(1, 5)
            if "${" in str(values) and "Not" not in operator and rng.random() < 0.7:
                # Without a value for the variable nothing is equal to it; a prefix of it leaves the rest open.
                if rng.random() < 0.5:
                    loose.setdefault("Null", {})["aws:PrincipalTag/t"] = "false"
                    continue
                operator, values = "StringLike", [rng.choice([value + "*", "*" + value, "a*", "b/*"]) for value in values]
            elif operator.startswith("For") and rng.random() < 0.6:
                other = {"ForAnyValue": "ForAllValues", "ForAllValues": "ForAnyValue"}
                prefix, base = operator.split(":")
                operator = rng.choice([other[prefix], other[prefix], prefix]) + ":" + base
                values = rng.choice([values, [*values, rng.choice(TEXTS)]])
            elif what == 1 and operator.startswith(("String", "Numeric", "Date", "Arn", "Ip")) and "IfExists" not in operator:
                operator += "IfExists"
            elif what == 2 and len(values) > 1 and "Not" in operator:
                values = values[1:]
            elif what == 3 and operator.endswith(("StringEquals", "StringLike")):
                operator, values = operator.replace("StringEquals", "StringLike"), [*values, rng.choice(TEXTS)]
            elif what == 4 and operator != "Null":
                operator, values = "Null", ["false"]
            loose.setdefault(operator, {})[key] = values
    return loose


def broader(rng, narrow):
    """A policy that allows what the other allows, or nearly so: statements widened, or cut in two."""
    wide = []
    for one in narrow["Statement"]:
        if one["Effect"] == "Deny":
            if rng.random() < 0.7:
                wide.append(one)
            continue
        one = dict(one)
        if rng.random() < 0.4 and "Action" in one:
            del one["Action"]
            name, words = rng.choice([("Action", "*"), ("Action", "s3:*"), ("NotAction", "ec2:*"),
                                      ("NotAction", ["s3:getobject", "iam:*"])])
            one[name] = words
        if rng.random() < 0.3 and "Resource" in one:
            one["Resource"] = rng.choice(["*", ["*", "arn:aws:s3"], ["arn:aws:s3:::*", "arn:*:sqs:*:*:*"]])
        if rng.random() < 0.3:
            one.pop("Condition", None)
        elif "Condition" in one and rng.random() < 0.6:
            one["Condition"] = loosened(rng, one["Condition"])
        if rng.random() < 0.7 and "Condition" not in one:
            first, second = halves(rng)
            wide += [dict(one, Condition=first), dict(one, Condition=second)]
        else:
            wide.append(one)
    if not any(one["Effect"] == "Allow" for one in wide):
        wide.append(statement(rng, "Allow"))
    return {"Version": "2012-10-17", "Statement": wide}


def generate(count, seed):
    rng = random.Random(seed)
    for number in range(count):
        new = policy(rng)
        existing = broader(rng, new) if rng.random() < 0.7 else policy(rng)
        yield "generated %d" % number, new, existing
