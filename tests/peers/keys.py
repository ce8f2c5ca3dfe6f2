"""The variables of the question: the action, the resource, and the values of condition keys."""

import re

from patterns import matches
from smt import Skip, both, negate, text

# Present in every request, whoever makes it.
ALWAYS = {
    "aws:viaawsservice", "aws:currenttime", "aws:epochtime",
    "aws:requestedregion", "aws:securetransport", "aws:useragent",
}
# Global keys with values that are not any text.
KINDS = {
    "bool": {
        "aws:principalisawsservice", "aws:assumedroot", "aws:multifactorauthpresent", "aws:viaawsservice",
        "aws:viaawsmcpservice", "aws:ismcpserviceaction", "aws:securetransport",
    },
    "arn": {
        "aws:principalarn", "aws:signinsessionarn", "aws:chatbotsourcearn", "ec2:sourceinstancearn",
        "lambda:sourcefunctionarn", "ssm:sourceinstancearn", "codebuild:buildarn", "codebuild:projectarn",
        "aws:sourcevpcarn", "aws:sourcearn",
    },
    "number": {"aws:multifactorauthage", "ec2:roledelivery", "aws:currenttime", "aws:epochtime", "aws:tokenissuetime"},
    "address": {"aws:sourceip", "aws:vpcsourceip", "aws:ec2instancesourceprivateipv4"},
}
KIND_OF = {key: kind for kind, keys in KINDS.items() for key in keys}
# Global keys with several values; the other global keys have one.
SEVERAL = {
    "aws:principalorgpaths", "aws:principalservicenameslist", "aws:vpceorgpaths", "aws:resourceorgpaths",
    "aws:calledvia", "aws:tagkeys", "aws:sourceorgpaths",
}
MOST_ELEMENTS = 8


def is_one_valued(name):
    known = name.startswith("aws:") or name in KIND_OF
    return known and name not in SEVERAL


class Arn:
    """An ARN as six string variables: five without a colon, and the rest.

    No pattern of the first five holds a colon, so a solver may put one there without any effect: another character
    that no pattern names would do as well. Only an equation with a policy variable needs it to be ruled out.
    """

    def __init__(self, prefix):
        self.fields = ["%s_%s" % (prefix, part) for part in ("partition", "service", "region", "account", "rest")]
        self.start = prefix + "_arn"
        self.without_colon = set()

    def declared(self):
        lines = ["(declare-const %s String)" % name for name in [self.start, *self.fields]]
        return lines + ['(assert (not (str.contains %s ":")))' % name for name in sorted(self.without_colon)]

    def matches(self, fields, keys):
        names = [self.start, *self.fields]
        for name, field in zip(names[:5], fields):
            if any(piece[0] == "variable" for piece in field):
                self.without_colon.add(name)
        return both([matches(name, field, keys) for name, field in zip(names, fields)])

    def equals(self, value):
        return both(["(= %s %s)" % (name, text(field)) for name, field in zip([self.start, *self.fields], value.split(":", 5))])


class Key:
    """A condition key: whether it is there, and its values."""

    def __init__(self, number, name):
        self.number, self.name = number, name
        self.kind = KIND_OF.get(name)
        self.uses = set()
        self.held = "text"
        self.elements = 1
        self.is_set = False
        self.arn = Arn("k%d" % number)

    def variable(self, letter, element=0):
        return "%s%d" % (letter, self.number) + ("_%d" % element if self.is_set else "")

    def present(self, element=0):
        return self.variable("p", element)

    def use(self, use):
        """Notes how the key is read, and gives its kind: text, bool, arn, number or address."""
        self.uses.add(use)

    def settle(self):
        """How the key is held, once all of its uses are known."""
        if self.is_set:
            if self.elements > MOST_ELEMENTS:
                raise Skip("a set operator on too many values")
            if self.kind in ("bool", "number", "address") or not self.uses <= {"text", "arn"}:
                raise Skip("a set operator on values that are no text")
            self.held = "text"
        elif self.uses <= {"arn"} and self.uses:
            self.held = "arn"
        elif self.uses <= {"text", "arn"} and self.kind not in ("bool", "number", "address"):
            self.held = "text"
        elif self.kind == "bool" and self.uses <= {"text", "bool"}:
            self.held = "bool"
        elif self.kind is None and self.uses == {"bool"}:
            self.held = "text"
        elif self.kind is None and self.uses <= {"text", "bool", "arn"}:
            self.held = "text"
        elif self.uses <= {"number", "date"} and (self.kind == "number" or self.kind is None and len(self.uses) == 1):
            self.held = "number"
        elif self.uses == {"address"} and self.kind in (None, "address"):
            self.held = "address"
        else:
            raise Skip("a key that is read as values of two types")

    def declared(self):
        elements = range(self.elements if self.is_set else 1)
        lines = ["; %s" % ascii(self.name)]
        for element in elements:
            lines.append("(declare-const %s Bool)" % self.present(element))
            if element:
                lines.append("(assert (=> %s %s))" % (self.present(element), self.present(element - 1)))
        if self.name in ALWAYS:
            lines.append("(assert %s)" % self.present())
        if not self.uses:
            return lines
        n = self.number
        if self.held == "text":
            for element in elements:
                name = self.variable("k", element)
                lines.append("(declare-const %s String)" % name)
                if self.kind == "arn":
                    field = '(re.* (re.union (re.range "\\u{0}" "9") (re.range ";" "\\u{2ffff}")))'
                    parts = " ".join([field, '(str.to_re ":")'] * 5)
                    lines.append("(assert (str.in_re %s (re.++ %s re.all)))" % (name, parts))
        elif self.held == "arn":
            lines += ["(declare-const r%d Bool)" % n, *self.arn.declared()]
            lines += ["(assert r%d)" % n] if self.kind == "arn" else []
        elif self.held == "bool":
            lines.append("(declare-const b%d Bool)" % n)
        elif self.held == "number":
            lines += ["(declare-const n%d Real)" % n, "(declare-const r%d Bool)" % n]
            lines += ["(assert r%d)" % n] if self.kind == "number" else []
        elif self.held == "address":
            lines += ["(declare-const a%d (_ BitVec 32))" % n, "(declare-const c%d (_ BitVec 128))" % n]
            lines += ["(declare-const v%d Bool)" % n, "(declare-const r%d Bool)" % n]
            lines += ["(assert r%d)" % n] if self.kind == "address" else []
        return lines

    def at(self, values):
        """What a request with these values says of the key."""
        if not values:
            return negate(self.present())
        if not self.uses:
            return self.present()
        if self.is_set:
            if len(values) > self.elements:
                return "true"
            parts = []
            for element in range(self.elements):
                if element < len(values):
                    parts += [self.present(element), "(= %s %s)" % (self.variable("k", element), text(values[element]))]
                else:
                    parts.append(negate(self.present(element)))
            return both(parts)
        parts, value = [self.present()], values[0]
        if self.held == "text":
            parts.append("(= %s %s)" % (self.variable("k"), text(value)))
        elif self.held == "arn":
            whole = value.count(":") >= 5
            parts += ["r%d" % self.number, self.arn.equals(value)] if whole else [negate("r%d" % self.number)]
        elif self.held == "bool":
            parts.append("b%d" % self.number if value.lower() == "true" else "(not b%d)" % self.number)
        elif self.held == "number" and re.fullmatch(r"-?\d+(\.\d+)?", value):
            parts.append("(and r%d (= n%d %s))" % (self.number, self.number, number(value)))
        return both(parts)


class Keys(dict):
    """The condition keys of a question by their names in lower case."""

    def __missing__(self, name):
        self[name] = Key(len(self), name)
        return self[name]

    def value(self, name, default):
        """Presence and value of a policy variable."""
        key = self[name]
        if key.is_set or name in SEVERAL:
            raise Skip("a policy variable with several values")
        key.use("text")
        if key.kind == "bool":
            value = '(ite b%d "true" "false")' % key.number
        else:
            value = key.variable("k")
        if default is None:
            return key.present(), value
        return "true", "(ite %s %s %s)" % (key.present(), value, text(default))


def number(value):
    """A decimal as an SMT-LIB constant."""
    constant = value.lstrip("-") + ("" if "." in value else ".0")
    return "(- %s)" % constant if value.startswith("-") else constant
