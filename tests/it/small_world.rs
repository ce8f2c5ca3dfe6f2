//! Random policies over a small vocabulary, and every request of a small world: what the search says for all requests
//! has to hold for each of these.
//!
//! `IAMSAT_PAIRS` sets the number of pairs (default 400), `IAMSAT_SEED` the first seed.

use crate::support::{document, rules};
use iamsat::check::{
    Access, Answer, Group, Options, access_not_granted, difference, find, leave_out, lint, no_new_access,
};
use iamsat::evaluate::{self, Decision, Truth, decide, evaluate, fields_match, glob_matches};
use iamsat::limits::Exhausted;
use iamsat::policy::{Document, Effect, PolicyType, ResourceShape};
use iamsat::request::{FactSets, HiddenAttributes, Request, Requester};
use iamsat::solve::{UnknownReason, Verdict};

struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) as usize % n
    }

    fn chance(&mut self, one_in: usize) -> bool {
        self.below(one_in) == 0
    }

    fn pick<'t, T>(&mut self, list: &'t [T]) -> &'t T {
        &list[self.below(list.len())]
    }
}

/// A key: operators that read it, values for policies, and the sets of values a request may have (empty: absent).
struct Key {
    name: &'static str,
    operators: &'static [&'static str],
    values: &'static [&'static str],
    world: &'static [&'static [&'static str]],
}

const STRINGS: &[&str] = &[
    "StringEquals",
    "StringNotEquals",
    "StringLike",
    "StringNotLike",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringEqualsIfExists",
    "StringNotEqualsIfExists",
    "StringLikeIfExists",
    "StringNotLikeIfExists",
    "ForAllValues:StringEquals",
    "ForAnyValue:StringNotEquals",
    "Null",
];

const SETS: &[&str] = &[
    "ForAllValues:StringEquals",
    "ForAnyValue:StringEquals",
    "ForAllValues:StringNotEquals",
    "ForAllValues:StringNotLike",
    "ForAnyValue:StringNotEquals",
    "ForAllValues:StringLikeIfExists",
    "ForAnyValue:StringLike",
    "ForAnyValue:StringLikeIfExists",
    "ForAllValues:StringEqualsIgnoreCase",
    "ForAllValues:Null",
    "StringEquals",
    "StringNotLikeIfExists",
    "Null",
];

const KEYS: &[Key] = &[
    Key {
        name: "s3:prefix",
        operators: STRINGS,
        values: &[
            "a",
            "A",
            "ab",
            "a*",
            "*b",
            "?",
            "*",
            "",
            "${aws:username}",
            "${aws:username, 'a'}*",
            "x${*}",
        ],
        world: &[&[], &[""], &["a"], &["ab"], &["b"], &["alice"], &["x*"], &["A"], &["\u{e4}"], &["*\u{e4}"]],
    },
    Key {
        name: "aws:SourceVpc",
        operators: STRINGS,
        values: &["vpc-1", "vpc-*", "vpc-2", "*"],
        world: &[&[], &["vpc-1"], &["vpc-2"], &["x"]],
    },
    Key {
        name: "aws:SecureTransport",
        operators: &["Bool", "BoolIfExists", "Null", "StringEquals"],
        values: &["true", "false"],
        world: &[&["true"], &["false"]],
    },
    Key {
        name: "custom:flag",
        operators: &["Bool", "BoolIfExists", "Null"],
        values: &["true", "false", "TRUE"],
        world: &[&[], &["true"], &["false"], &["maybe"]],
    },
    Key {
        name: "s3:max-keys",
        operators: &[
            "NumericEquals",
            "NumericNotEquals",
            "NumericLessThan",
            "NumericLessThanEquals",
            "NumericGreaterThan",
            "NumericGreaterThanEqualsIfExists",
            "NumericNotEqualsIfExists",
            "Null",
        ],
        values: &["5", "10", "10.0", "-1", "7.5", "1e1"],
        world: &[&[], &["5"], &["10"], &["6"], &["-1"], &["100"], &["many"], &["7.5"]],
    },
    Key {
        name: "aws:CurrentTime",
        operators: &[
            "DateLessThan",
            "DateGreaterThan",
            "DateEquals",
            "DateNotEquals",
            "DateLessThanEquals",
            "DateGreaterThanEquals",
        ],
        values: &["2020-01-01T00:00:00Z", "2020-01-01T01:00:00+01:00", "2021-06-30", "1577836800", "2020"],
        world: &[
            &["2019-01-01T00:00:00Z"],
            &["2020-01-01T00:00:00Z"],
            &["2020-06-01T00:00:00Z"],
            &["2022-01-01T00:00:00Z"],
        ],
    },
    Key {
        name: "aws:SourceIp",
        operators: &["IpAddress", "NotIpAddress", "IpAddressIfExists", "NotIpAddressIfExists", "Null"],
        values: &[
            "10.0.0.0/8",
            "10.0.0.0/9",
            "10.128.0.0/9",
            "0.0.0.0/0",
            "::/0",
            "10.1.2.3",
            "2001:db8::/32",
            "10.0.0/8",
        ],
        world: &[&[], &["10.1.2.3"], &["10.200.0.1"], &["11.0.0.1"], &["2001:db8::1"], &["::1"]],
    },
    Key {
        name: "aws:SourceArn",
        operators: &[
            "ArnLike",
            "ArnNotLike",
            "ArnEquals",
            "ArnLikeIfExists",
            "StringLike",
            "StringNotEquals",
            "Null",
        ],
        values: &[
            "arn:aws:s3:::b",
            "arn:aws:*:::*",
            "arn:aws:sns:*:111122223333:t*",
            "arn:aws:s3:::${aws:username}",
            "arn:aws:s3:::${aws:PrincipalTag/team, 'b'}*",
            "arn:aws:s3:*",
        ],
        world: &[
            &[],
            &["arn:aws:s3:::b"],
            &["arn:aws:s3:::alice"],
            &["arn:aws:sns:us-east-1:111122223333:t:x"],
            &["arn:aws:sns:us-east-1:444455556666:t"],
        ],
    },
    Key {
        name: "aws:TagKeys",
        operators: SETS,
        values: &["a", "b", "a*", "*"],
        world: &[&[], &["a"], &["b"], &["a", "b"], &["c"], &["a", "c"], &["ab", "b"], &["a", "b", "c"]],
    },
    Key {
        name: "ex:tags",
        operators: SETS,
        values: &["a", "", "a*", "${aws:username}"],
        world: &[&[], &[""], &["a"], &["alice"], &["a", ""], &["a", "b"], &["b", "c"]],
    },
    Key {
        name: "ex:bytes",
        operators: &["BinaryEquals", "BinaryEqualsIfExists", "Null"],
        values: &["QUI=", "QUJD", "QUJ="],
        world: &[&[], &["QUI="], &["QUJD"], &["x"]],
    },
    Key {
        name: "ex:any",
        operators: &[
            "StringLike",
            "StringNotEquals",
            "NumericEquals",
            "NumericNotEquals",
            "Bool",
            "DateLessThan",
            "IpAddress",
            "NotIpAddress",
            "ArnLike",
            "Null",
        ],
        values: &["10", "1*", "true", "2020-01-01", "10.0.0.0/8", "arn:aws:*:::b"],
        world: &[
            &[],
            &["10"],
            &["11"],
            &["true"],
            &["2019-06-01"],
            &["10.1.2.3"],
            &["arn:aws:s3:::b"],
            &["x"],
        ],
    },
    Key {
        name: "aws:EpochTime",
        operators: &["NumericLessThan", "NumericGreaterThanEquals", "DateGreaterThan", "DateLessThanEquals"],
        values: &["1577836800", "5", "2020-01-01"],
        world: &[&["4"], &["5"], &["1577836800"], &["1577836801"]],
    },
    Key {
        name: "aws:PrincipalTag/team",
        operators: STRINGS,
        values: &["a", "none", "${aws:username}", "*"],
        world: &[&[], &[""], &["a"], &["alice"], &["none"]],
    },
    Key {
        name: "aws:PrincipalOrgID",
        operators: STRINGS,
        values: &["o-1", "o-*"],
        world: &[&[], &["o-1"], &["o-2"]],
    },
    Key {
        name: "aws:PrincipalOrgPaths",
        operators: SETS,
        values: &["o-1/*", "o-2/r/", "*"],
        world: &[&[], &["o-1/r/"], &["o-2/r/"]],
    },
    Key {
        name: "aws:PrincipalType",
        operators: STRINGS,
        values: &["User", "Anonymous", "AssumedRole", "*e*"],
        world: &[&[], &["User"], &["Anonymous"], &["AssumedRole"], &["Account"], &["FederatedUser"], &["x"]],
    },
    Key {
        name: "aws:SourceVpce",
        operators: STRINGS,
        values: &["vpce-1", "vpce-*"],
        world: &[&[], &["vpce-1"], &["vpce-2"]],
    },
    Key {
        name: "aws:VpceAccount",
        operators: STRINGS,
        values: &["111122223333", "*"],
        world: &[&[], &["111122223333"]],
    },
    Key {
        name: "aws:MultiFactorAuthPresent",
        operators: &["Bool", "BoolIfExists", "Null", "ForAnyValue:Bool", "ForAllValues:Bool"],
        values: &["true", "false", "yes"],
        world: &[&[], &["true"], &["false"]],
    },
    Key {
        name: "aws:CalledVia",
        operators: SETS,
        values: &["athena.amazonaws.com", "*.amazonaws.com"],
        world: &[&[], &["athena.amazonaws.com"], &["x", "athena.amazonaws.com"]],
    },
    Key {
        name: "aws:ViaAWSService",
        operators: &["Bool", "BoolIfExists", "Null", "StringLike"],
        values: &["true", "false"],
        world: &[&["true"], &["false"]],
    },
    Key {
        name: "aws:username",
        operators: STRINGS,
        values: &["alice", "al*", "bob", "*"],
        world: &[&[], &["alice"], &["bob"]],
    },
    Key {
        name: "aws:PrincipalArn",
        operators: &[
            "ArnLike",
            "ArnNotLike",
            "StringLike",
            "StringEquals",
            "StringNotEquals",
            "ArnEqualsIfExists",
            "StringEqualsIgnoreCase",
        ],
        values: &[
            "arn:aws:iam::111122223333:role/*",
            "arn:aws:iam::*:user/alice",
            "arn:aws:iam::111122223333:user/alice",
            "arn:aws:iam::111122223333:*",
            "arn:aws:iam::111122223333:user/${aws:username}",
            "arn:aws:iam::*:user/${aws:username}",
            "*/${aws:username}",
            "arn:aws:iam::111122223333:${aws:username}",
            "arn:aws:iam::${aws:PrincipalAccount}:role/*",
            "arn:*:*::${aws:PrincipalAccount}:*",
            "arn:aws:iam::${aws:PrincipalAccount}:user/${aws:username}",
        ],
        world: &[
            &[],
            &["arn:aws:iam::111122223333:user/alice"],
            &["arn:aws:iam::111122223333:role/x/R"],
            &["arn:aws:iam::444455556666:user/bob"],
            &["arn:aws:iam::111122223333:root"],
            &["arn:aws:sts::111122223333:federated-user/f"],
        ],
    },
    Key {
        name: "aws:PrincipalAccount",
        operators: STRINGS,
        values: &["111122223333", "444455556666", "1111*", "anonymous", "${aws:ResourceAccount}"],
        world: &[&["111122223333"], &["444455556666"], &["anonymous"], &[]],
    },
    Key {
        name: "aws:ResourceAccount",
        operators: STRINGS,
        values: &["111122223333", "4*", "${aws:PrincipalAccount}"],
        world: &[&[], &["111122223333"], &["444455556666"]],
    },
    Key {
        name: "aws:userid",
        operators: STRINGS,
        values: &["AROAX:*", "*:s", "AIDAX", "111122223333*"],
        world: &[
            &["AROAX:s"],
            &["AIDAX"],
            &["111122223333"],
            &["anonymous"],
            &["111122223333:f"],
            &["AIDAY"],
            &["444455556666"],
            &[],
        ],
    },
];

const ACTIONS: &[&str] = &[
    "s3:GetObject",
    "s3:Get*",
    "S3:getobject",
    "s3:*",
    "*",
    "s3:PutObject",
    "ec2:*",
    "s3:?etObject",
    "s3:*Object",
    "s*:Get*",
];
const RESOURCES: &[&str] = &[
    "*",
    "arn:aws:s3:::b",
    "arn:aws:s3:::b/*",
    "arn:aws:s3:::b*",
    "arn:aws:s3:::b/${aws:username}/*",
    "arn:aws:s3:::b/alice/*",
    "arn:aws:*:*:*:b/*",
    "arn:aws:s3:::*/x",
    "arn:*:s3:::b/${aws:PrincipalTag/team, 'none'}",
    "arn:aws:s3:::b/${aws:PrincipalTag/team}${aws:username, 'x'}*",
    "arn:aws:s3:::b/x${*}${?}${$}",
    "arn:aws:s3",
    "arn:aws:s3:*:b/*",
    "execute-api:/*",
];
const PRINCIPALS: &[&str] = &[
    r#""*""#,
    r#"{"AWS":"*"}"#,
    r#"{"AWS":"111122223333"}"#,
    r#"{"AWS":["111122223333","arn:aws:iam::444455556666:user/bob"]}"#,
    r#"{"AWS":["111122223333","arn:aws:iam::111122223333:user/alice"]}"#,
    r#"{"AWS":["arn:aws:iam::111122223333:root","arn:aws:sts::111122223333:assumed-role/R/s"]}"#,
    r#"{"AWS":["111122223333","arn:aws:iam::111122223333:role/x/R","arn:aws:sts::111122223333:assumed-role/R/s"]}"#,
    r#"{"AWS":"arn:aws:iam::111122223333:user/alice"}"#,
    r#"{"AWS":"arn:aws:iam::111122223333:role/x/R"}"#,
    r#"{"AWS":"arn:aws:sts::111122223333:assumed-role/R/s"}"#,
    r#"{"AWS":"arn:aws:sts::111122223333:federated-user/f"}"#,
    r#"{"Service":"ec2.amazonaws.com"}"#,
    r#"{"Service":["*.amazonaws.com"],"AWS":"444455556666"}"#,
    r#"{"Federated":"*"}"#,
    r#"{"Federated":"accounts.google.com"}"#,
    r#"{"Federated":"arn:aws:iam::111122223333:saml-provider/p"}"#,
    r#"{"AWS":"arn:aws:iam::111122223333:*"}"#,
    r#"{"AWS":"AROAEXAMPLE"}"#,
    r#"{"AWS":["AROAEXAMPLE","111122223333"]}"#,
    r#"{"CanonicalUser":"abc"}"#,
    r#"{"AWS":[]}"#,
];

fn values(random: &mut Random, list: &[&str]) -> String {
    if random.chance(40) {
        return "[]".to_owned();
    }
    let count = 1 + random.below(2);
    let picked: Vec<String> = (0..count).map(|_| format!("{:?}", random.pick(list))).collect();
    if count == 1 && random.chance(2) { picked[0].clone() } else { format!("[{}]", picked.join(",")) }
}

fn statement(random: &mut Random, keys: &[&Key], resource_policy: bool) -> String {
    let effect = if random.chance(3) { "Deny" } else { "Allow" };
    let mut parts = vec![format!(r#""Effect":"{effect}""#)];
    let name = if random.chance(6) { "NotAction" } else { "Action" };
    parts.push(format!(r#""{name}":{}"#, values(random, ACTIONS)));
    let name = if random.chance(5) { "NotResource" } else { "Resource" };
    parts.push(format!(r#""{name}":{}"#, values(random, RESOURCES)));
    if resource_policy {
        let name = if random.chance(4) { "NotPrincipal" } else { "Principal" };
        parts.push(format!(r#""{name}":{}"#, random.pick(PRINCIPALS)));
    }
    if random.chance(2) {
        let mut conditions: Vec<(String, String)> = Vec::new();
        for _ in 0..1 + random.below(2) {
            let key = random.pick(keys);
            let operator = *random.pick(key.operators);
            let list = if operator.ends_with("Null") { &["true", "false"][..] } else { key.values };
            if !conditions.iter().any(|(o, _)| o == operator) {
                conditions
                    .push((operator.to_owned(), format!(r#"{{"{}":{}}}"#, key.name, values(random, list))));
            }
        }
        let conditions: Vec<String> = conditions.iter().map(|(o, k)| format!(r#""{o}":{k}"#)).collect();
        parts.push(format!(r#""Condition":{{{}}}"#, conditions.join(",")));
    }
    format!("{{{}}}", parts.join(","))
}

fn policy(random: &mut Random, keys: &[&Key], resource_policy: bool) -> String {
    let version = if random.chance(6) { "2008-10-17" } else { "2012-10-17" };
    let count = 1 + random.below(3);
    let statements: Vec<String> = (0..count).map(|_| statement(random, keys, resource_policy)).collect();
    format!(r#"{{"Version":"{version}","Statement":[{}]}}"#, statements.join(","))
}

fn requesters(resource_policy: bool) -> Vec<Requester> {
    let s = |t: &str| t.to_owned();
    let (partition, account) = (s("aws"), s("111122223333"));
    let session = |account: &str, session: &str| Requester::RoleSession {
        partition: s("aws"),
        account: s(account),
        role: s("x/R"),
        session: s(session),
    };
    let user = |account: &str, name: &str| Requester::User {
        partition: s("aws"),
        account: s(account),
        name: s(name),
    };
    let federated = Requester::FederatedUser {
        partition: s("aws"),
        account: account.clone(),
        name: s("f"),
        parent: s("alice"),
    };
    let mut list = vec![user(&account, "alice"), session(&account, "s"), federated];
    if resource_policy {
        list.extend([
            Requester::Anonymous,
            Requester::Root { partition, account: account.clone() },
            user("444455556666", "bob"),
            session("444455556666", "t"),
            Requester::AssumedRoot { account },
            Requester::Service { name: s("ec2.amazonaws.com") },
            Requester::WebIdentity { provider: s("accounts.google.com") },
            Requester::Saml { provider: s("arn:aws:iam::111122223333:saml-provider/p") },
        ]);
    }
    list
}

/// A part of the list, at most so long.
fn some<T: Clone>(random: &mut Random, list: &[T], most: usize) -> Vec<T> {
    let mut list = list.to_vec();
    while list.len() > most {
        list.swap_remove(random.below(list.len()));
    }
    list
}

/// What only AWS knows of the requester, as far as the text speaks of it.
fn facts(text: &str) -> Vec<HiddenAttributes> {
    let mut list = vec![HiddenAttributes::default()];
    let mut both = |set: &dyn Fn(&mut HiddenAttributes)| {
        let mut more = list.clone();
        more.iter_mut().for_each(set);
        list.extend(more);
    };
    if text.contains("aroaexample") {
        both(&|f| f.unique_ids.extend(["AROAEXAMPLE".to_owned()]));
    }
    if text.contains("canonicaluser") {
        both(&|f| f.canonical_users.extend(["abc".to_owned()]));
    }
    if text.contains("notprincipal") {
        both(&|f| f.boundary = true);
    }
    list
}

/// Requests that can happen, as far as all mentioned keys together go: some actions, resources and requesters, with every
/// value of every mentioned key.
fn world(
    random: &mut Random,
    documents: &[&Document],
    resource_policy: bool,
    axioms: &FactSets,
) -> Vec<Request> {
    let text: String = documents.iter().map(|d| d.source.text().to_ascii_lowercase()).collect();
    let mentioned: Vec<&Key> = KEYS.iter().filter(|k| text.contains(&k.name.to_ascii_lowercase())).collect();
    let names: Vec<&str> = mentioned.iter().map(|k| k.name).collect();
    let mut requests = Vec::new();
    let actions = ["s3:GetObject", "s3:PutObject", "ec2:RunInstances", "s3:GetX"];
    let resources = [
        "*",
        "arn:aws:s3:::b",
        "arn:aws:s3:::b/alice/x",
        "arn:aws:s3:::c/x",
        "arn:aws:s3:::b/none",
        "arn:aws:s3:::b/x*?$",
        "arn:aws:s3:eu:1:b/x",
        "arn:aws:s3:eu:1:c:b/x",
        "arn:aws:s3:::b/ax",
    ];
    let facts = facts(&text);
    for requester in some(random, &requesters(resource_policy), 3) {
        for action in some(random, &actions, 2) {
            for resource in some(random, &resources, 2) {
                for facts in &facts {
                    let mut request = Request::new(action, resource).by(requester.clone());
                    request.hidden = facts.clone();
                    requests.push(request);
                }
            }
        }
    }
    // Some facts are about requesters and actions alone.
    requests.retain(|r| r.inconsistencies([], axioms).is_empty());
    for (i, key) in mentioned.iter().enumerate() {
        requests = requests
            .into_iter()
            .flat_map(|r| key.world.iter().map(move |v| r.clone().with(key.name, v.iter().copied())))
            // Keys that have not got a value yet are not asked for.
            .filter(|r| r.inconsistencies(names[..=i].iter().copied(), axioms).is_empty())
            .collect();
    }
    requests
}

/// A statement: the document it is in, and its place there.
type Place = (usize, usize);

/// The requests that the policies allow as one set, each with the statements that allow it.
fn allowed(
    policies: &[&Document],
    requests: Vec<Request>,
    referee: &evaluate::Options,
) -> Vec<(Request, Vec<Place>)> {
    let guilty = |request: &Request| -> Vec<Place> {
        let trace = evaluate(policies, request, referee);
        // With a look at the statements about the action only, of which this one looks at all.
        assert_eq!(decide(policies, request, referee), trace.decision, "{request:?}");
        let applies = trace.statements.iter().filter(|s| s.applies == Truth::True);
        let allows = applies.filter(|s| s.effect == Effect::Allow).map(|s| (s.document, s.statement));
        if trace.decision == Decision::Allowed { allows.collect() } else { Vec::new() }
    };
    let requests = requests.into_iter().map(|request| (guilty(&request), request));
    requests.filter(|(guilty, _)| !guilty.is_empty()).map(|(guilty, request)| (request, guilty)).collect()
}

#[derive(Debug, Default)]
struct Count {
    passes: usize,
    fails: usize,
    unknowns: usize,
    mixed: usize,
    requests: usize,
    faults: Vec<String>,
}

/// Whether the document certainly does not allow the request.
fn refuses(document: &Document, request: &Request, referee: &evaluate::Options) -> bool {
    let decision = evaluate(&[document], request, referee).decision;
    matches!(decision, Decision::ImplicitlyDenied | Decision::ExplicitlyDenied)
}

/// What the answer says about all requests has to hold for each request of the world that the policies allow. `asked` says
/// whether the question is about a request.
fn hold_to_it(
    answer: &Answer,
    documents: &[&Document],
    world: &[(Request, Vec<Place>)],
    asked: &dyn Fn(&Request) -> bool,
    count: &mut Count,
    show: &dyn Fn() -> String,
) {
    let mut incomplete = false;
    let found: Vec<Place> = match &answer.verdict {
        Verdict::Pass(_) => {
            count.passes += 1;
            Vec::new()
        }
        Verdict::Fail(findings) => {
            count.fails += 1;
            assert!(!findings.is_empty());
            findings.iter().map(|f| (f.document, f.statement)).collect()
        }
        Verdict::Unknown(unknown) => {
            count.unknowns += 1;
            for reason in &unknown.reasons {
                let documented = match reason {
                    UnknownReason::Opaque { rule, .. } => {
                        incomplete |= *rule == "policy-variable";
                        rules().contains(&rule.as_str())
                    }
                    UnknownReason::Exhausted(Exhausted::Mixed) => {
                        count.mixed += 1;
                        incomplete = true;
                        true
                    }
                    _ => false,
                };
                if !documented {
                    count.faults.push(format!("{reason:?} {}", show()));
                }
            }
            Vec::new()
        }
    };
    if incomplete {
        return;
    }
    count.requests += world.len();
    for (request, guilty) in world {
        if !asked(request) {
            continue;
        }
        // Each statement that by itself allows it is found out.
        let hidden = guilty.iter().find(|s| !found.contains(*s) && (found.is_empty() || !hides(documents)));
        if let Some(place) = hidden {
            let name = answer.verdict.name();
            count.faults.push(format!("{name} but statement {place:?} allows {request:?}\n{}", show()));
            return;
        }
    }
}

/// Whether a statement that is not decided can hide behind a FAIL: only questions that are known not to be decided are.
fn hides(documents: &[&Document]) -> bool {
    documents.iter().any(|d| d.source.text().contains("${") || d.source.text().contains("ex:any"))
}

#[test]
fn no_request_contradicts_a_verdict() {
    let (pairs, first) = pairs_and_seed();
    let (mut new_access, mut granted) = (Count::default(), Count::default());
    for seed in first..first + pairs {
        let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        random.below(2);
        let resource_policy = random.chance(2);
        let keys: Vec<&Key> = (0..2).map(|_| random.pick(KEYS)).collect();
        let (new, existing) =
            (policy(&mut random, &keys, resource_policy), policy(&mut random, &keys, resource_policy));
        let (new, existing) = (document("new", &new), document("existing", &existing));
        let policy_type = if resource_policy { PolicyType::Resource } else { PolicyType::Identity };
        let options = Options {
            policy_type: Some(policy_type),
            strict_arn: random.chance(5),
            aws_compat: random.chance(5),
            assume_heuristics: random.chance(5),
            certify: true,
            ..Options::default()
        };
        let mut referee = evaluate::Options::for_documents(&[&new, &existing]);
        referee.policy_type = policy_type;
        referee.strict_arn = options.strict_arn;
        let show = || {
            format!("seed {seed} {options:?}\nnew {}\nexisting {}", new.source.text(), existing.source.text())
        };
        let documents = [&new, &existing];
        let axioms = FactSets { safe: !options.aws_compat, heuristics: options.assume_heuristics };
        let requests = allowed(&[&new], world(&mut random, &documents, resource_policy, &axioms), &referee);
        let answer = no_new_access(&new, &existing, &options);
        let unless_existing = |request: &Request| refuses(&existing, request, &referee);
        hold_to_it(&answer, &documents, &requests, &unless_existing, &mut new_access, &show);

        let action = *random.pick(&["s3:GetObject", "s3:Get*", "ec2:*", "*"]);
        let resource = *random.pick(&["*", "arn:aws:s3:::b/*", "arn:aws:s3:::b", "arn:aws:s3:*:*:c*"]);
        let actions = if random.chance(4) { vec![] } else { vec![action] };
        let access = Access::new(actions, [resource]).unwrap();
        let answer = access_not_granted(&new, std::slice::from_ref(&access), &options);
        let lists = |request: &Request| {
            let action = request.action.to_ascii_lowercase();
            let acts =
                access.actions.is_empty() || access.actions.iter().any(|a| glob_matches(&a.glob, &action));
            let on = access.resources.iter().any(|r| match &r.shape {
                ResourceShape::Arn { fields, .. } => fields_match(fields, &request.resource),
                _ => true,
            });
            acts && on
        };
        let show = || format!("{} {action} {resource}", show());
        hold_to_it(&answer, &documents[..1], &requests, &lists, &mut granted, &show);
    }
    report([("new access", new_access), ("access granted", granted)]);
}

/// Two policies as one set, one that demands and, half of the time, one that refuses.
#[test]
fn no_request_contradicts_what_is_found() {
    let (pairs, first) = pairs_and_seed();
    let mut found = Count::default();
    for seed in first..first + pairs / 4 {
        let mut random = Random(seed.wrapping_mul(0xD1B5_4A32_D192_ED03));
        random.below(2);
        let resource_policy = random.chance(2);
        let keys: Vec<&Key> = (0..2).map(|_| random.pick(KEYS)).collect();
        let mut some = |name: &str| document(name, &policy(&mut random, &keys, resource_policy));
        let (one, other, demand, refusal) = (some("one"), some("other"), some("demand"), some("refusal"));
        let policy_type = if resource_policy { PolicyType::Resource } else { PolicyType::Identity };
        let options = Options {
            policy_type: Some(policy_type),
            aws_compat: random.chance(5),
            assume_heuristics: random.chance(5),
            certify: true,
            ..Options::default()
        };
        let without: &[&Document] = if random.chance(2) { &[&refusal] } else { &[] };
        let documents: Vec<&Document> = [&[&one, &other, &demand], without].concat();
        let mut referee = evaluate::Options::for_documents(&documents);
        referee.policy_type = policy_type;
        let show = || {
            let texts: Vec<&str> = documents.iter().map(|d| d.source.text()).collect();
            format!("seed {seed} {options:?}\n{}", texts.join("\n"))
        };
        let axioms = FactSets { safe: !options.aws_compat, heuristics: options.assume_heuristics };
        let requests = world(&mut random, &documents, resource_policy, &axioms);
        let requests = allowed(&[&one, &other], requests, &referee);
        let answer = find([&one, &other], [&demand], without.iter().copied(), &options);
        let asked = |request: &Request| {
            evaluate(&[&demand], request, &referee).decision == Decision::Allowed
                && without.iter().all(|refusal| refuses(refusal, request, &referee))
        };
        hold_to_it(&answer, &documents, &requests, &asked, &mut found, &show);
    }
    report([("found", found)]);
}

/// The groups of a difference cover it, those that are wholly new hold nothing else, and none is covered by the others.
#[test]
fn no_request_contradicts_a_difference() {
    let (pairs, first) = pairs_and_seed();
    let (mut complete, mut all_new, mut partly_new, mut requests_in_all) = (0, 0, 0, 0);
    for seed in first..first + pairs / 8 {
        let mut random = Random(seed.wrapping_mul(0xA076_1D64_78BD_642F));
        random.below(2);
        let resource_policy = random.chance(2);
        let keys: Vec<&Key> = (0..2).map(|_| random.pick(KEYS)).collect();
        let mut some = |name: &str| document(name, &policy(&mut random, &keys, resource_policy));
        let (new, old) = (some("new"), some("old"));
        let policy_type = if resource_policy { PolicyType::Resource } else { PolicyType::Identity };
        let options = Options { policy_type: Some(policy_type), certify: true, ..Options::default() };
        let found = difference(&new, &old, &options);
        let show =
            || format!("seed {seed}\nnew {}\nold {}\n{found:#?}", new.source.text(), old.source.text());
        assert!(!matches!(found.rest.verdict, Verdict::Fail(_)), "not everything is covered: {}", show());
        complete += usize::from(found.is_complete());
        let mut referee = evaluate::Options::for_documents(&[&new, &old]);
        referee.policy_type = policy_type;
        let is_new = |request: &Request| {
            evaluate(&[&new], request, &referee).decision == Decision::Allowed
                && refuses(&old, request, &referee)
        };
        let axioms = FactSets { safe: true, heuristics: false };
        for request in world(&mut random, &[&new, &old], resource_policy, &axioms) {
            let holds = |group: &Group| evaluate(&[&group.document], &request, &referee).decision;
            let new_access = is_new(&request);
            if found.is_complete() && new_access {
                assert!(
                    found.groups.iter().any(|g| holds(g) != Decision::ImplicitlyDenied),
                    "{request:?} {}",
                    show()
                );
            }
            for group in found.groups.iter().filter(|group| group.is_all_new) {
                if holds(group) == Decision::Allowed {
                    requests_in_all += 1;
                    let before = evaluate(&[&old], &request, &referee).decision;
                    assert_ne!(before, Decision::Allowed, "{request:?} {}", show());
                    let after = evaluate(&[&new], &request, &referee).decision;
                    assert!(
                        matches!(after, Decision::Allowed | Decision::Undetermined),
                        "{request:?} {}",
                        show()
                    );
                }
            }
        }
        for (place, group) in found.groups.iter().enumerate() {
            if group.is_all_new {
                all_new += 1
            } else {
                partly_new += 1
            };
            assert!(is_new(group.finding.witness.request()), "{}", show());
            let others = found.groups.iter().enumerate().filter(|(other, _)| *other != place);
            let others = others.map(|(_, group)| &group.document);
            let alone = find([&new], [&group.document], std::iter::once(&old).chain(others), &options);
            assert_ne!(alone.verdict.name(), "PASS", "{place} is covered: {}", show());
        }
    }
    println!(
        "{complete} complete, {all_new} groups all new, {partly_new} partly, {requests_in_all} requests in the former"
    );
    assert!(complete > 0 && all_new > 0 && partly_new > 0 && requests_in_all > 0);
}

/// What lint finds to change nothing can be taken out, each part alone, all together, or some; what it shows by a request is
/// shown.
#[test]
fn no_request_contradicts_lint() {
    let (pairs, first) = pairs_and_seed();
    let (mut removable, mut shown) = (0, 0);
    for seed in first..first + pairs / 4 {
        let mut random = Random(seed.wrapping_mul(0xE703_7ED1_A0B4_28DB));
        random.below(2);
        let resource_policy = random.chance(2);
        let keys: Vec<&Key> = (0..2).map(|_| random.pick(KEYS)).collect();
        let policy = document("policy", &policy(&mut random, &keys, resource_policy));
        let policy_type = if resource_policy { PolicyType::Resource } else { PolicyType::Identity };
        let options = Options { policy_type: Some(policy_type), certify: true, ..Options::default() };
        let found = lint(&policy, &options);
        assert!(found.exhausted.is_none());
        let show = || format!("seed {seed} {}\n{:#?}", policy.source.text(), found.defects);
        removable += found.defects.iter().filter(|defect| defect.finding.is_none()).count();
        let mut referee = evaluate::Options::for_documents(&[&policy]);
        referee.policy_type = policy_type;
        for finding in found.defects.iter().filter_map(|defect| defect.finding.as_ref()) {
            shown += 1;
            let decision = evaluate(&[&policy], finding.witness.request(), &referee).decision;
            assert_eq!(decision, Decision::Allowed, "{}", show());
        }
        let count = found.defects.len();
        let mut choices: Vec<Vec<usize>> = (0..count).map(|one| vec![one]).collect();
        choices.push((0..count).collect());
        choices.extend((0..4).map(|_| (0..count).filter(|_| random.chance(2)).collect()));
        let selections: Vec<_> = choices
            .into_iter()
            .map(|choice| {
                let reduced = leave_out(&policy, choice.iter().map(|place| &found.defects[*place]));
                (choice, reduced)
            })
            .collect();
        let axioms = FactSets { safe: true, heuristics: false };
        for request in world(&mut random, &[&policy], resource_policy, &axioms) {
            let decide = |document| evaluate(&[document], &request, &referee).decision;
            let before = decide(&policy);
            for (selection, reduced) in &selections {
                let after = decide(reduced);
                let differ = (before == Decision::Allowed) != (after == Decision::Allowed);
                let is_open = before == Decision::Undetermined || after == Decision::Undetermined;
                assert!(
                    !differ || is_open,
                    "{before:?} {after:?} {request:?} without {selection:?} {}",
                    show()
                );
            }
        }
    }
    println!("{removable} parts that change nothing, {shown} shown");
    assert!(removable > 0 && shown > 0);
}

fn pairs_and_seed() -> (u64, u64) {
    let number = |name: &str| std::env::var(name).ok().and_then(|n| n.parse().ok());
    (number("IAMSAT_PAIRS").unwrap_or(400), number("IAMSAT_SEED").unwrap_or(1))
}

fn report<const N: usize>(counts: [(&str, Count); N]) {
    for (what, c) in &counts {
        println!(
            "{what}: {} PASS, {} FAIL, {} UNKNOWN ({} of mixed operators), {} requests",
            c.passes, c.fails, c.unknowns, c.mixed, c.requests
        );
    }
    for (_, count) in counts {
        assert!(count.faults.is_empty(), "{} faults\n{}", count.faults.len(), count.faults.join("\n"));
        assert!(count.passes > 0 && count.fails > 0);
    }
}
