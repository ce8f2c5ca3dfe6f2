"""Questions over several layers, and their SMT-LIB text: may a role of the account that owns the resources make some
request with this action, under identity policies, a boundary, a session policy, levels of SCPs and a bucket-like policy?

The encoding of statements is that of `translate.py`; this file says how layers combine in one account. Services with rules
of their own (roles, keys, organizations) are not asked about, nor are policies that test facts about the requester.
"""

import json
import random

from conditions import Conditions
from translate import Question, Skip, listed
from smt import both, either, negate, text

ACCOUNT = "111122223333"
ROLE = "arn:aws:iam::%s:role/app" % ACCOUNT
FULL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
# Their calls are decided by further rules, or need no permission.
OWN_RULES = {"iam", "sts", "kms", "organizations", "cloudfront"}
# Of the other global keys iamsat knows facts that the translator does not.
FREE_KEYS = ("aws:requestedregion", "aws:requesttag/", "aws:resourcetag/", "aws:securetransport")


class Layered(Question):
    """One question; `smt` is the script for the solvers."""

    def __init__(self, layers, action):
        self.layers, self.action_asked = layers, action
        super().__init__(FULL, FULL, "RESOURCE_POLICY")
        names = [name for name in self.keys if name.startswith("aws:") and not name.startswith(FREE_KEYS)]
        if names:
            raise Skip("a key about the requester or the way of a request")

    def script(self, goal):
        requester = ["is_aws", "(= account %s)" % text(ACCOUNT), "(= principal %s)" % text(ROLE)]
        return super().script([*requester, *goal])

    def goal(self, *_):
        layers = self.layers
        resource = [layers["resource"]] if "resource" in layers else []
        limits = [self.set_of(layers[name], "Allow") for name in ("boundary", "session")]
        by_identity = self.set_of(layers["identity"], "Allow")
        direct, by_role = (self.set_of(resource, "Allow", forms) for forms in (("star",), ("star", "role")))
        granted = either([direct, both([*limits, either([by_role, by_identity])])])
        scps = [self.set_of(level, "Allow") for level in layers["scp"]]
        everywhere = [*layers["identity"], *layers["boundary"], *layers["session"], *resource]
        everywhere += [policy for level in layers["scp"] for policy in level]
        conditions = Conditions(self.keys, True)
        own = [self.resource_is("arn:*:*:*:%s:*" % account, conditions) for account in (ACCOUNT, "")]
        return [self.action({"Action": self.action_asked}), either(own), negate(self.set_of(everywhere, "Deny")), *scps, granted]

    def set_of(self, policies, effect, forms=None):
        """Some statement with this effect applies; of a policy with principals, by an entry of one of these forms."""
        parts = []
        for policy in policies:
            conditions = Conditions(self.keys, policy.get("Version") == "2012-10-17")
            for statement in self.statements(policy):
                if "Resource" not in statement and "NotResource" not in statement:
                    raise Skip("a statement without Resource")
                if statement.get("Effect") != effect:
                    continue
                parts.append(self.in_form(statement, conditions, forms))
        return either(parts)

    def in_form(self, statement, conditions, forms):
        self.policy_type = "RESOURCE_POLICY" if "Principal" in statement else "IDENTITY_POLICY"
        if forms is not None:
            values = listed(statement["Principal"].get("AWS", []) if isinstance(statement["Principal"], dict) else "*")
            kept = [value for value in values if (value == "*" and "star" in forms) or (value == ROLE and "role" in forms)]
            if not kept:
                return "false"
            statement = dict(statement, Principal={"AWS": kept})
        applies = self.applies(statement, conditions, statement["Effect"] == "Allow")
        self.policy_type = "RESOURCE_POLICY"
        return applies


def services(policy):
    """The services whose actions a policy names, without those with rules of their own."""
    found = set()
    for statement in listed(policy.get("Statement", [])):
        for action in listed(statement.get("Action", [])):
            service = action.split(":")[0].lower()
            if ":" in action and "*" not in service and service not in OWN_RULES:
                found.add(service)
    return sorted(found)


def denying(policy):
    statements = [dict(one, Effect="Deny") for one in listed(policy["Statement"]) if one.get("Effect") == "Allow"]
    return dict(policy, Statement=statements)


def of_resource(policy, principal):
    statements = [dict(one, Principal=principal) for one in listed(policy["Statement"])]
    return dict(policy, Statement=statements)


def questions(corpus, count, seed):
    """Random questions over managed policies that are about one service."""
    rng = random.Random(seed)
    files = sorted((corpus / "managed").glob("*.json"), key=lambda path: path.name)
    policies = [(path.stem, json.loads(path.read_text(encoding="utf-8"))) for path in files]
    by_service = {}
    for name, policy in policies:
        for service in services(policy):
            by_service.setdefault(service, []).append((name, policy))
    shared = sorted(service for service, own in by_service.items() if len(own) >= 4)
    for number in range(count):
        service = rng.choice(shared)
        names, (own, other, third, fourth) = zip(*rng.sample(by_service[service], 4))
        actions = [action for one in listed(own["Statement"]) if one.get("Effect") == "Allow"
                   for action in listed(one.get("Action", [])) if action.lower().startswith(service + ":")]
        if not actions:
            continue
        layers = {
            "identity": [own, rng.choice([other, fourth])],
            "boundary": [rng.choice([own, other, FULL])],
            "session": [rng.choice([own, third, FULL])],
            "scp": [[FULL], [rng.choice([FULL, own]), *rng.choice([[], [denying(third)], [denying(fourth)]])]],
            "resourceAccount": ACCOUNT,
        }
        if rng.random() < 0.5:
            principal = rng.choice(["*", {"AWS": ROLE}, {"AWS": ACCOUNT}])
            layers["resource"] = of_resource(rng.choice([own, fourth]), principal)
        yield {"name": "%d: %s on %s" % (number, ", ".join(names), service), "layers": layers, "principal": ROLE,
               "action": rng.choice(actions)}
