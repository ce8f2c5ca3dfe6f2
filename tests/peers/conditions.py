"""Condition blocks: an operator, a key and its values as a formula over the variables of the key."""

import datetime
import ipaddress
import re
from decimal import Decimal

from keys import is_one_valued, number
from patterns import by_fields, matches, pieces, regular
from smt import Skip, both, either, in_order, negate, text

COMPARISONS = {
    "equals": "=", "lessthan": "<", "lessthanequals": "<=", "greaterthan": ">", "greaterthanequals": ">=",
}
NOT_COLON = '(re.* (re.union (re.range "\\u{0}" "9") (re.range ";" "\\u{2ffff}")))'
ONE_NOT_COLON = '(re.union (re.range "\\u{0}" "9") (re.range ";" "\\u{2ffff}"))'


def shown_value(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float, Decimal)):
        return str(value)
    if not isinstance(value, str):
        raise Skip("a condition value that is no text")
    return value


class Conditions:
    """`variables` says whether `${...}` is a variable in this document; `existential` whether a set operator with
    this prefix asks for a value of its own here."""

    def __init__(self, keys, variables):
        self.keys, self.variables = keys, variables

    def meaning(self, operator, name, values, existential):
        """`existential`: the set prefix that needs a value of its own where this statement stands."""
        prefix, _, base = operator.lower().rpartition(":")
        if_exists = base.endswith("ifexists")
        base = base.removesuffix("ifexists")
        key = self.keys[name]
        if base == "null":
            if prefix:
                raise Skip("Null with a set operator")
            return self.null(key, values)
        if not values:
            raise Skip("an empty list of condition values")
        negated = "not" in base
        base = base.replace("not", "")
        use = self.use(base)
        key.use(use)
        if prefix:
            return self.of_a_set(key, prefix, if_exists, negated, base, values, existential)
        if key.is_set:
            raise Skip("a key with and without set operators")
        test = self.test(key, 0, base, values)
        # Absent: true with IfExists and under a negated operator, else false.
        if negated:
            return either([negate(key.present()), negate(test)])
        return either([negate(key.present()), test]) if if_exists else both([key.present(), test])

    def of_a_set(self, key, prefix, if_exists, negated, base, values, existential):
        if prefix not in ("foranyvalue", "forallvalues"):
            raise Skip("an unknown set operator")
        if is_one_valued(key.name):
            elements = [0]
        else:
            key.is_set = True
            existential(prefix, (key.name, negated, base, tuple(sorted(values))))
            elements = range(key.elements)
        parts = []
        for element in elements:
            test = self.test(key, element, base, values)
            test = negate(test) if negated else test
            present = key.present(element)
            parts.append(both([present, test]) if prefix == "foranyvalue" else either([negate(present), test]))
        if prefix == "forallvalues":
            return both(parts)
        # What ForAnyValue with IfExists says of an absent key is open; this reading lets it be true.
        return either([*parts, negate(key.present())] if if_exists else parts)

    @staticmethod
    def use(base):
        for start, use in [("string", "text"), ("arn", "arn"), ("bool", "bool"), ("numeric", "number"),
                           ("date", "date"), ("ipaddress", "address"), ("binary", "binary")]:
            if base.startswith(start):
                if use == "binary":
                    raise Skip("a binary operator")
                return use
        raise Skip("an unknown operator")

    def null(self, key, values):
        meanings = {"true": negate(key.present()), "false": key.present()}
        if any(value.lower() not in meanings for value in values):
            raise Skip("a Null that is neither true nor false")
        return either([meanings[value.lower()] for value in values])

    def test(self, key, element, base, values):
        """One value of the request meets one of the policy's."""
        if base.startswith("numeric") or base.startswith("date"):
            return self.compared(key, base, values)
        if base.startswith("ipaddress"):
            return both(["r%d" % key.number, either([self.in_network(key, value) for value in values])])
        if key.held == "bool":
            return self.of_a_bool(key, base, values)
        if key.held == "arn":
            fields = [by_fields(self.pieces(value)) for value in values]
            whole = [key.arn.matches(each, self.keys) for each in fields if len(each) == 6]
            return both(["r%d" % key.number, either(whole)])
        name = key.variable("k", element)
        return either([self.of_a_text(name, base, value) for value in values])

    def pieces(self, value, wildcards=True):
        return pieces(value, wildcards, self.variables)

    def of_a_text(self, name, base, value):
        if base == "stringequals":
            return matches(name, self.pieces(value, wildcards=False), self.keys)
        if base == "stringlike":
            return matches(name, self.pieces(value), self.keys)
        if base in ("stringequalsignorecase", "bool"):
            if self.variables and "${" in value or not value.isascii():
                raise Skip("a policy variable or a foreign letter without case")
            if base == "bool" and value.lower() not in ("true", "false"):
                raise Skip("a Bool that is neither true nor false")
            return "(str.in_re %s %s)" % (name, in_order("re.++", [either_case(char) for char in value], '(str.to_re "")'))
        if base in ("arnequals", "arnlike"):
            fields = by_fields(self.pieces(value))
            # A pattern of fewer fields matches no ARN in this reading.
            if len(fields) < 6:
                return "false"
            if all(len(field) == 1 and field[0][0] == "text" for field in fields):
                return "(= %s %s)" % (name, text(value))
            parts = []
            for field in fields[:5]:
                parts += [regular(field, NOT_COLON, ONE_NOT_COLON), '(str.to_re ":")']
            return "(str.in_re %s (re.++ %s))" % (name, " ".join([*parts, regular(fields[5])]))
        raise Skip("an unknown operator")

    def of_a_bool(self, key, base, values):
        """A key that is true or false has only two texts to be tried."""
        if base == "bool":
            if any(value.lower() not in ("true", "false") for value in values):
                raise Skip("a Bool that is neither true nor false")
            met = {value.lower() for value in values}
        elif base in ("stringequals", "stringlike", "stringequalsignorecase"):
            if any("*" in value or "?" in value or "${" in value for value in values):
                raise Skip("a pattern for a key that is true or false")
            met = {value.lower() if base.endswith("case") else value for value in values}
        else:
            raise Skip("an operator on a key of another type")
        return either([part for word, part in [("true", "b%d" % key.number), ("false", "(not b%d)" % key.number)] if word in met])

    def compared(self, key, base, values):
        date = base.startswith("date")
        compare = COMPARISONS.get(base.removeprefix("date").removeprefix("numeric"))
        if compare is None:
            raise Skip("an unknown operator")
        parts = []
        for value in values:
            constant = moment(value) if date else value
            if not re.fullmatch(r"-?\d+(\.\d+)?", constant):
                raise Skip("a number that is hard to read")
            parts.append("(%s n%d %s)" % (compare, key.number, number(constant)))
        return both(["r%d" % key.number, either(parts)])

    def in_network(self, key, value):
        try:
            network = ipaddress.ip_network(value, strict=False)
        except ValueError:
            raise Skip("an address that is hard to read") from None
        n, six = key.number, network.version == 6
        family = "v%d" % n if six else negate("v%d" % n)
        if network.prefixlen == 0:
            return family
        bits, name = (128, "c%d" % n) if six else (32, "a%d" % n)
        start = bin(int(network.network_address) | 1 << bits)[3:][:network.prefixlen]
        return both([family, "(= ((_ extract %d %d) %s) #b%s)" % (bits - 1, bits - network.prefixlen, name, start)])


def either_case(char):
    if char.isascii() and char.isalpha():
        return "(re.union (str.to_re %s) (str.to_re %s))" % (text(char.lower()), text(char.upper()))
    return "(str.to_re %s)" % text(char)


def moment(value):
    """A date as seconds since 1970."""
    if re.fullmatch(r"\d{5,}", value):
        return value
    if not re.fullmatch(r"\d{4}-\d\d(-\d\d(T\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d))?)?", value):
        raise Skip("a date that is hard to read")
    whole = value.replace("Z", "+00:00") if "T" in value else (value + "-01")[:10] + "T00:00+00:00"
    try:
        return str(int(datetime.datetime.fromisoformat(whole).timestamp()))
    except ValueError:
        raise Skip("a date that is hard to read") from None
