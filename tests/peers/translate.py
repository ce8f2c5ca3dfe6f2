"""Two policies to one SMT-LIB question: does the new one allow a request that the existing one does not?

The encoding is the classical one, in the form that the solvers do best with: string variables for the parts of a
request (service and name of the action, the six fields of the resource, each condition key), a Boolean for the
presence of a key, and one test of a variable for each pattern; a variable that is only compared with texts becomes
a number. It shares no code and no technique with iamsat. Where
AWS leaves a meaning open, one of the possible readings is taken: a PASS or FAIL of iamsat holds under all of them, so
it must hold under this one too.
"""

import re

from conditions import Conditions, shown_value
from keys import Arn, Keys
from patterns import by_fields, matches, pieces
from smt import Skip, both, either, negate, numbered, text

# A character of actions that no pattern may name, so that a solver may take any other in its place.
SPARE = "~"


def listed(value):
    return value if isinstance(value, list) else [value]


class Question:
    """One question; `smt` is the script for the solvers."""

    def __init__(self, new, existing, policy_type):
        self.policy_type = policy_type
        self.keys = Keys()
        self.resource = Arn("r")
        statements = [s for document in (new, existing) for s in self.statements(document)]
        named = ["Resource" in s or "NotResource" in s for s in statements]
        if any(named) and not all(named):
            raise Skip("a statement without Resource beside others with it")
        self.with_resource = any(named)
        # The first reading notes how each key is used, the second one writes.
        self.occurrences = {}
        self.goal(new, existing)
        for name, key in self.keys.items():
            key.elements = 1 + len(self.occurrences.get(name, ()))
            key.settle()
        self.lines = self.script(self.goal(new, existing))
        self.smt = numbered(self.lines)

    @staticmethod
    def statements(document):
        statements = listed(document.get("Statement", []))
        if not statements:
            raise Skip("a policy without a statement")
        return statements

    def goal(self, new, existing):
        """The parts of the goal, each to be asserted."""
        return [*self.allows(new, True), negate(both(self.allows(existing, False)))]

    def allows(self, document, wanted):
        """The document allows the request; `wanted` is whether the goal asks for that or for its opposite."""
        parts = {"Allow": [], "Deny": []}
        conditions = Conditions(self.keys, document.get("Version") == "2012-10-17")
        for statement in self.statements(document):
            effect = statement.get("Effect")
            if effect not in parts:
                raise Skip("an Effect that is neither Allow nor Deny")
            has_to_hold = wanted == (effect == "Allow")
            parts[effect].append(self.applies(statement, conditions, has_to_hold))
        return [either(parts["Allow"]), negate(either(parts["Deny"]))]

    def applies(self, statement, conditions, has_to_hold):
        parts = [self.action(statement)]
        if self.with_resource:
            parts.append(self.element(statement, "Resource", lambda found: self.resource_is(found, conditions)))
        if self.policy_type == "RESOURCE_POLICY":
            parts.append(self.principal(statement))

        def existential(prefix, occurrence):
            if has_to_hold == (prefix == "foranyvalue"):
                self.occurrences.setdefault(occurrence[0], set()).add(occurrence)

        for operator, block in (statement.get("Condition") or {}).items():
            for name, values in block.items():
                values = [shown_value(value) for value in listed(values)]
                parts.append(conditions.meaning(operator, name.lower(), values, existential))
        return both(parts)

    @staticmethod
    def element(statement, name, matches_one):
        if name in statement:
            return either([matches_one(value) for value in listed(statement[name])])
        values = listed(statement["Not" + name])
        if not values:
            raise Skip("an empty NotAction or NotResource")
        return negate(either([matches_one(value) for value in values]))

    def action(self, statement):
        """The action is one of the list, or none of it; the names of one service stand together."""
        if "Action" not in statement and "NotAction" not in statement:
            raise Skip("a statement without Action")
        patterns = listed(statement["Action"] if "Action" in statement else statement["NotAction"])
        if "Action" not in statement and not patterns:
            raise Skip("an empty NotAction or NotResource")
        services = {}
        for pattern in patterns:
            pattern = pattern.lower()
            if pattern.strip("*") in ("", ":"):
                pattern = "*:*"
            if ":" not in pattern:
                raise Skip("an action without a colon")
            if SPARE in pattern:
                raise Skip("an action with a character that is needed here")
            service, name = pattern.split(":", 1)
            # No action holds two colons, or anything but visible ASCII.
            if re.fullmatch(r"[!-9;-~]*", service + name):
                services.setdefault(service, []).append(pieces(name))
        found = either([
            both([matches("service", pieces(service)), either([matches("name", name) for name in names])])
            for service, names in services.items()
        ])
        return found if "Action" in statement else negate(found)

    def resource_is(self, pattern, conditions):
        if pattern and not pattern.strip("*"):
            return "true"
        if not pattern.startswith("arn:"):
            raise Skip("a resource that is neither * nor an ARN")
        fields = by_fields(conditions.pieces(pattern))
        # `arn:aws:sqs` is `arn:aws:sqs:*:*:*`.
        fields += [[("any",)]] * (6 - len(fields))
        return both(["(not star)", self.resource.matches(fields, self.keys)])

    def principal(self, statement):
        if "Principal" not in statement and statement.get("Effect") == "Deny":
            raise Skip("NotPrincipal in a Deny")
        if "Principal" not in statement and "NotPrincipal" not in statement:
            raise Skip("no Principal")
        principal = statement["Principal"] if "Principal" in statement else statement["NotPrincipal"]
        parts = []
        for kind, values in (principal.items() if isinstance(principal, dict) else [("AWS", principal)]):
            if kind not in ("AWS", "Service", "Federated"):
                raise Skip("a canonical user")
            of_kind = self.aws_principal if kind == "AWS" else lambda value, kind=kind: self.named(kind, value)
            parts += [of_kind(value) for value in listed(values)]
        found = either(parts)
        return found if "Principal" in statement else negate(found)

    @staticmethod
    def named(kind, value):
        kind = kind.lower()
        return both(["is_" + kind, matches("of_" + kind, pieces(value))])

    @staticmethod
    def aws_principal(value):
        if value == "*":
            return "true"
        whole = re.fullmatch(r"(?:arn:[a-z-]+:iam::)?(\d{12})(:root)?", value)
        if whole and value.startswith("arn:") == bool(whole[2]):
            return "(and is_aws (= account %s))" % text(whole[1])
        one = re.fullmatch(r"arn:[a-z-]+:iam::(\d{12}):(?:user|role)/[^*?]+", value)
        if one:
            return "(and is_aws (= account %s) (= principal %s))" % (text(one[1]), text(value))
        raise Skip("a principal that is neither an account, a user nor a role")

    def script(self, goal):
        lines = ["(set-logic ALL)", "(declare-const service String)", "(declare-const name String)"]
        lines += ['(assert (not (= service "")))', '(assert (not (= name "")))']
        if self.with_resource:
            lines += ["(declare-const star Bool)", *self.resource.declared(), '(assert (= %s "arn"))' % self.resource.start]
        if self.policy_type == "RESOURCE_POLICY":
            kinds = ["is_aws", "is_service", "is_federated"]
            lines += ["(declare-const %s Bool)" % kind for kind in kinds]
            lines += ["(assert (not (and %s %s)))" % two for two in zip(kinds, kinds[1:] + kinds[:1])]
            lines += ["(declare-const %s String)" % name for name in ("account", "principal", "of_service", "of_federated")]
        for key in self.keys.values():
            lines += key.declared()
        return lines + ["(assert %s)" % part for part in goal]

    def at(self, witness):
        """The question for one request alone: even a slow solver answers that."""
        service, name = witness["action"].lower().split(":", 1)
        facts = ["(= service %s)" % text(service), "(= name %s)" % text(name)]
        if self.with_resource:
            star = witness["resource"] == "*"
            facts.append("star" if star else both(["(not star)", self.resource.equals(witness["resource"])]))
        context = {key.lower(): values for key, values in witness["context"].items()}
        facts += [key.at(context.get(name)) for name, key in self.keys.items()]
        return numbered([*self.lines, "(assert %s)" % both(facts)])
