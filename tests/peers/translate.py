"""Two policies to one SMT-LIB question: does the new one allow a request that the existing one does not?

The encoding is the classical one: the action, the resource and each condition key are string variables, a pattern is
a regular expression, and a key that may be absent has a Boolean beside its string. It shares no code and no
technique with iamsat. Where AWS leaves a meaning open, one of the possible readings is taken: a PASS or FAIL of
iamsat holds under all of them, so it must hold under this one too.
"""

import re
from decimal import Decimal


class Skip(Exception):
    """The pair holds something that this translator does not speak; the text says what."""


# Present in every request, whoever makes it.
ALWAYS = {
    "aws:viaawsservice", "aws:currenttime", "aws:epochtime",
    "aws:requestedregion", "aws:securetransport", "aws:useragent",
}
# Global keys with values that are not any text.
BOOL_KEYS = {
    "aws:principalisawsservice", "aws:assumedroot", "aws:multifactorauthpresent", "aws:viaawsservice",
    "aws:viaawsmcpservice", "aws:ismcpserviceaction", "aws:securetransport",
}
ARN_KEYS = {
    "aws:principalarn", "aws:signinsessionarn", "aws:chatbotsourcearn", "ec2:sourceinstancearn",
    "lambda:sourcefunctionarn", "ssm:sourceinstancearn", "codebuild:buildarn", "codebuild:projectarn",
    "aws:sourcevpcarn", "aws:sourcearn",
}
NUMBER_KEYS = {"aws:multifactorauthage", "ec2:roledelivery"}

COMPARISONS = {
    "numericequals": "=", "numericnotequals": "=", "numericlessthan": "<", "numericlessthanequals": "<=",
    "numericgreaterthan": ">", "numericgreaterthanequals": ">=",
}
ANY = "re.all"
NOT_COLON = '(re.* (re.union (re.range "\\u{0}" "9") (re.range ";" "\\u{2ffff}")))'
ONE_NOT_COLON = '(re.union (re.range "\\u{0}" "9") (re.range ";" "\\u{2ffff}"))'


def text(value):
    """A string literal of SMT-LIB 2.6."""
    shown = []
    for char in value:
        if char == '"':
            shown.append('""')
        elif 32 <= ord(char) < 127 and char != "\\":
            shown.append(char)
        else:
            shown.append("\\u{%x}" % ord(char))
    return '"' + "".join(shown) + '"'


def many(operator, parts, empty):
    parts = list(dict.fromkeys(parts))
    if not parts:
        return empty
    return parts[0] if len(parts) == 1 else "(%s %s)" % (operator, " ".join(parts))


def either(parts):
    return many("or", parts, "false")


def both(parts):
    return many("and", parts, "true")


def negate(part):
    return "(not %s)" % part


def is_literal(pattern):
    return "*" not in pattern and "?" not in pattern


def glob(pattern, anything=ANY, one="re.allchar", letter=None):
    """A glob as a regular expression: `*` is `anything`, `?` is `one`, any other character is itself."""
    parts = []
    for piece in re.findall(r"\*+|\?|[^*?]+", pattern):
        if piece[0] == "*":
            parts.append(anything)
        elif piece == "?":
            parts.append(one)
        elif letter is None:
            parts.append("(str.to_re %s)" % text(piece))
        else:
            parts.extend(letter(char) for char in piece)
    return many_in_order(parts)


def many_in_order(parts):
    if not parts:
        return '(str.to_re "")'
    return parts[0] if len(parts) == 1 else "(re.++ %s)" % " ".join(parts)


def either_case(char):
    if char.isascii() and char.isalpha():
        return "(re.union (str.to_re %s) (str.to_re %s))" % (text(char.lower()), text(char.upper()))
    return "(str.to_re %s)" % text(char)


def by_fields(pattern):
    """Six or more fields: a wildcard of the first five does not match a colon."""
    fields = pattern.split(":", 5)
    parts = []
    for field in fields[:5]:
        parts += [glob(field, NOT_COLON, ONE_NOT_COLON), '(str.to_re ":")']
    return many_in_order(parts + [glob(fields[5])])


def one_of(variable, literals, languages):
    """The variable is one of the literals or in one of the languages."""
    parts = ["(= %s %s)" % (variable, text(value)) for value in dict.fromkeys(literals)]
    languages = list(dict.fromkeys(languages))
    if languages:
        parts.append("(str.in_re %s %s)" % (variable, many("re.union", languages, "re.none")))
    return either(parts)


def listed(value):
    return value if isinstance(value, list) else [value]


def shown_value(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float, Decimal)):
        return str(value)
    if not isinstance(value, str):
        raise Skip("a condition value that is no text")
    return value


class Question:
    """One question; `smt` is the script for the solvers."""

    def __init__(self, new, existing, policy_type):
        self.policy_type = policy_type
        self.documents = [new, existing]
        self.keys = {}
        statements = [s for document in self.documents for s in self.statements(document)]
        named = ["Resource" in s or "NotResource" in s for s in statements]
        if any(named) and not all(named):
            raise Skip("a statement without Resource beside others with it")
        self.with_resource = any(named)
        goal = both([self.allows(new), negate(self.allows(existing))])
        self.smt = self.script(goal)

    @staticmethod
    def statements(document):
        statements = listed(document.get("Statement", []))
        if not statements:
            raise Skip("a policy without a statement")
        return statements

    def allows(self, document):
        parts = {"Allow": [], "Deny": []}
        for statement in self.statements(document):
            if statement.get("Effect") not in parts:
                raise Skip("an Effect that is neither Allow nor Deny")
            parts[statement["Effect"]].append(self.applies(statement))
        return both([either(parts["Allow"]), negate(either(parts["Deny"]))])

    def applies(self, statement):
        parts = [self.action(statement)]
        if self.with_resource:
            parts.append(self.resource(statement))
        if self.policy_type == "RESOURCE_POLICY":
            parts.append(self.principal(statement))
        condition = statement.get("Condition") or {}
        for operator, block in condition.items():
            for key, values in block.items():
                parts.append(self.condition(operator, key.lower(), [shown_value(v) for v in listed(values)]))
        return both(parts)

    def element(self, statement, name, matches):
        if name in statement:
            return matches(listed(statement[name]))
        values = listed(statement["Not" + name])
        if not values:
            raise Skip("an empty NotAction or NotResource")
        return negate(matches(values))

    def action(self, statement):
        if "Action" not in statement and "NotAction" not in statement:
            raise Skip("a statement without Action")
        return self.element(statement, "Action", self.actions)

    @staticmethod
    def actions(patterns):
        literals, languages = [], []
        for pattern in patterns:
            pattern = pattern.lower()
            if not pattern.strip("*") or pattern == "*:*":
                return "true"
            if ":" not in pattern:
                raise Skip("an action without a colon")
            if is_literal(pattern):
                literals.append(pattern)
            else:
                languages.append(glob(pattern))
        return one_of("action", literals, languages)

    def resource(self, statement):
        return self.element(statement, "Resource", self.resources)

    @staticmethod
    def resources(patterns):
        literals, languages = [], []
        for pattern in patterns:
            if "${" in pattern:
                raise Skip("a policy variable")
            if pattern and not pattern.strip("*"):
                return "true"
            if not pattern.startswith("arn:"):
                raise Skip("a resource that is neither * nor an ARN")
            missing = 5 - pattern.count(":")
            # `arn:aws:sqs` is `arn:aws:sqs:*:*:*`.
            pattern += ":*" * max(missing, 0)
            if is_literal(pattern):
                literals.append(pattern)
            else:
                languages.append(by_fields(pattern))
        return one_of("resource", literals, languages)

    def principal(self, statement):
        if "Principal" not in statement:
            raise Skip("NotPrincipal, or no Principal")
        principal = statement["Principal"]
        if principal == "*":
            return "true"
        parts = []
        for kind, values in principal.items():
            if kind != "AWS":
                raise Skip("a principal that is no AWS principal")
            parts += [self.aws_principal(value) for value in listed(values)]
        return either(parts)

    @staticmethod
    def aws_principal(value):
        if value == "*":
            return "true"
        whole = re.fullmatch(r"(?:arn:[a-z-]+:iam::)?(\d{12})(:root)?", value)
        if whole and value.startswith("arn:") == bool(whole[2]):
            return "(and principal_is_aws (= principal_account %s))" % text(whole[1])
        one = re.fullmatch(r"arn:[a-z-]+:iam::(\d{12}):(?:user|role)/[^*?]+", value)
        if one:
            place = (text(one[1]), text(value))
            return "(and principal_is_aws (= principal_account %s) (= principal_arn %s))" % place
        raise Skip("a principal that is neither an account, a user nor a role")

    def key(self, name, use):
        """The number of the key; texts and numbers are not mixed under one key."""
        number, uses = self.keys.setdefault(name, (len(self.keys), set()))
        if use:
            uses.add(use)
        if len(uses) > 1:
            raise Skip("a key that is read both as a number and as a text")
        return number

    def condition(self, operator, key, values):
        if ":" in operator:
            raise Skip("a set operator")
        operator = operator.lower()
        if_exists = operator.endswith("ifexists")
        operator = operator.removesuffix("ifexists")
        if operator.startswith(("ipaddress", "notipaddress")):
            raise Skip("an IP operator")
        if operator.startswith("date"):
            raise Skip("a date operator")
        if operator.startswith("binary"):
            raise Skip("a binary operator")
        if not values:
            raise Skip("an empty list of condition values")
        if any("${" in value for value in values):
            raise Skip("a policy variable")
        if operator == "null":
            return self.null(key, values)
        numeric = operator in COMPARISONS
        number = self.key(key, "number" if numeric else "text")
        negated = "not" in operator
        if numeric:
            test = self.numbers(operator, number, values)
        else:
            test = self.texts(operator.replace("not", ""), "k%d" % number, values)
        if negated:
            test = negate(test)
        # Absent: true with IfExists and under a negated operator, else false.
        if if_exists or negated:
            return either([negate("p%d" % number), test])
        return both(["p%d" % number, test])

    def null(self, key, values):
        present = "p%d" % self.key(key, None)
        meanings = {"true": negate(present), "false": present}
        if any(value.lower() not in meanings for value in values):
            raise Skip("a Null that is neither true nor false")
        return either([meanings[value.lower()] for value in values])

    @staticmethod
    def number(value):
        if not re.fullmatch(r"-?\d+(\.\d+)?", value):
            return None
        constant = value.lstrip("-") + ("" if "." in value else ".0")
        return "(- %s)" % constant if value.startswith("-") else constant

    @staticmethod
    def numbers(operator, number, values):
        parts = []
        for value in values:
            constant = Question.number(value)
            if constant is None:
                raise Skip("a number that is hard to read")
            parts.append("(%s n%d %s)" % (COMPARISONS[operator], number, constant))
        return both(["r%d" % number, either(parts)])

    @staticmethod
    def texts(operator, variable, values):
        literals, languages = [], []
        for value in values:
            if operator == "stringequals":
                literals.append(value)
            elif operator == "stringequalsignorecase":
                languages.append(glob_of_literal(value))
            elif operator == "stringlike":
                if is_literal(value):
                    literals.append(value)
                else:
                    languages.append(glob(value))
            elif operator in ("arnequals", "arnlike"):
                # A pattern of fewer fields matches no ARN in this reading.
                if value.count(":") >= 5:
                    languages.append(by_fields(value))
            elif operator == "bool":
                if value.lower() not in ("true", "false"):
                    raise Skip("a Bool that is neither true nor false")
                languages.append(glob_of_literal(value))
            else:
                raise Skip("an unknown operator")
        return one_of(variable, literals, languages)

    def script(self, goal):
        lines = ["(set-logic ALL)", "(declare-const action String)"]
        # Visible ASCII without capitals; one colon, something on both sides.
        part = '(re.+ (re.union (re.range "!" "9") (re.range ";" "@") (re.range "[" "~")))'
        lines.append('(assert (str.in_re action (re.++ %s (str.to_re ":") %s)))' % (part, part))
        arn = "(re.++ %s %s)" % (" ".join(['(str.to_re ":") ' + NOT_COLON] * 4), '(str.to_re ":")')
        if self.with_resource:
            lines.append("(declare-const resource String)")
            lines.append('(assert (or (= resource "*") (str.in_re resource (re.++ (str.to_re "arn") %s re.all))))' % arn)
        if self.policy_type == "RESOURCE_POLICY":
            lines.append("(declare-const principal_is_aws Bool)")
            lines.append("(declare-const principal_account String)")
            lines.append("(declare-const principal_arn String)")
        for name, (number, uses) in self.keys.items():
            lines.append("; %s" % ascii(name))
            lines.append("(declare-const p%d Bool)" % number)
            if name in ALWAYS:
                lines.append("(assert p%d)" % number)
            if "number" in uses:
                lines.append("(declare-const n%d Real)" % number)
                # Whether the text of the request is a number at all.
                lines.append("(declare-const r%d Bool)" % number)
                if name in NUMBER_KEYS:
                    lines.append("(assert r%d)" % number)
            elif uses:
                lines.append("(declare-const k%d String)" % number)
                if name in BOOL_KEYS:
                    lines.append('(assert (or (= k%d "true") (= k%d "false")))' % (number, number))
                if name in ARN_KEYS:
                    lines.append("(assert (str.in_re k%d (re.++ %s %s re.all)))" % (number, NOT_COLON, arn))
        return "\n".join(lines + ["(assert %s)" % goal, "(check-sat)", ""])

    def at(self, witness):
        """The question for one request alone: even a slow solver answers that."""
        facts = ["(= action %s)" % text(witness["action"].lower())]
        if self.with_resource:
            facts.append("(= resource %s)" % text(witness["resource"]))
        context = {key.lower(): values for key, values in witness["context"].items()}
        for name, (number, uses) in self.keys.items():
            if name not in context:
                facts.append(negate("p%d" % number))
                continue
            value = context[name][0]
            facts.append("p%d" % number)
            if "text" in uses:
                facts.append("(= k%d %s)" % (number, text(value)))
            elif "number" in uses:
                constant = self.number(value)
                facts.append("(and r%d (= n%d %s))" % (number, number, constant) if constant else negate("r%d" % number))
        return self.smt.replace("(check-sat)", "(assert %s)\n(check-sat)" % both(facts))


def glob_of_literal(value):
    return many_in_order([either_case(char) for char in value])
