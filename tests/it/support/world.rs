//! A small vocabulary for random policies, and every request of the small world over it.
//!
//! `IAMSAT_PAIRS` sets the number of pairs (default 400), `IAMSAT_SEED` the first seed.

use iamsat::policy::{Document, PolicyType};
use iamsat::request::{FactSets, HiddenAttributes, Request, Requester};

#[derive(Clone)]
pub(crate) struct Random(u64);

impl Random {
    /// Starts a sequence of its own for each seed and purpose.
    pub(crate) fn new(seed: u64, purpose: u64) -> Random {
        let mut random = Random(seed.wrapping_mul(purpose));
        random.below(2);
        random
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) as usize % n
    }

    pub(crate) fn chance(&mut self, one_in: usize) -> bool {
        self.below(one_in) == 0
    }

    pub(crate) fn pick<'t, T>(&mut self, list: &'t [T]) -> &'t T {
        &list[self.below(list.len())]
    }
}

/// A key: operators that read it, values for policies, and the sets of values a request may have (empty: absent).
pub(crate) struct Key {
    pub(crate) name: &'static str,
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

pub(crate) const KEYS: &[Key] = &[
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
            "arn:aws:iam::111122223333:*/${aws:PrincipalTag/team}",
            "arn:aws:iam::111122223333:role/${aws:SourceIdentity, 'x'}/*",
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
        values: &[
            "AROAX:*",
            "*:s",
            "AIDAX",
            "111122223333*",
            "*:${aws:SourceIdentity}",
            "AROA${aws:SourceIdentity}*",
        ],
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
    Key {
        name: "aws:SourceIdentity",
        operators: STRINGS,
        values: &["a", "s", "${aws:username}", "*"],
        world: &[&[], &["a"], &["s"], &["x"], &["X"]],
    },
    Key {
        name: "ex:own",
        operators: STRINGS,
        values: &[
            "${ex:own}*",
            "x${ex:own}",
            "${ex:own}${ex:other, 'y'}",
            "${ex:other}x",
            "Kiss",
            "M\u{fc}ller",
            "a",
        ],
        world: &[
            &[],
            &[""],
            &["a"],
            &["ax"],
            &["KISS"],
            &["\u{212a}iss"],
            &["Ki\u{df}"],
            &["M\u{dc}LLER"],
            &["m\u{fc}llER"],
        ],
    },
    Key {
        name: "ex:other",
        operators: STRINGS,
        values: &["${ex:own}", "${ex:own}x", "a", "", "m\u{fc}ller"],
        world: &[&[], &[""], &["a"], &["A"], &["ax"], &["M\u{fc}ller"]],
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
    let picked: Vec<String> = (0..count).map(|_| serde_json::json!(random.pick(list)).to_string()).collect();
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

pub(crate) fn policy(random: &mut Random, keys: &[&Key], resource_policy: bool) -> String {
    let version = if random.chance(6) { "2008-10-17" } else { "2012-10-17" };
    let count = 1 + random.below(3);
    let statements: Vec<String> = (0..count).map(|_| statement(random, keys, resource_policy)).collect();
    format!(r#"{{"Version":"{version}","Statement":[{}]}}"#, statements.join(","))
}

/// Returns the requesters to which a policy of this type may apply.
pub(crate) fn requesters(policy_type: PolicyType) -> Vec<Requester> {
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
    if policy_type == PolicyType::ServiceControl {
        list.extend([
            Requester::Root { partition: partition.clone(), account: account.clone() },
            Requester::AssumedRoot { account: account.clone() },
        ]);
    }
    if policy_type.has_principals() {
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

/// Returns a part of the list, at most this long.
fn some<T: Clone>(random: &mut Random, list: &[T], most: usize) -> Vec<T> {
    let mut list = list.to_vec();
    while list.len() > most {
        list.swap_remove(random.below(list.len()));
    }
    list
}

/// Returns the attributes of the requester that only AWS knows and on which the text can depend.
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
pub(crate) fn world(
    random: &mut Random,
    documents: &[&Document],
    policy_type: PolicyType,
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
    for requester in some(random, &requesters(policy_type), 3) {
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
            // Keys without a value so far are skipped.
            .filter(|r| r.inconsistencies(names[..=i].iter().copied(), axioms).is_empty())
            .collect();
    }
    requests
}

pub(crate) fn pairs_and_seed() -> (u64, u64) {
    let number = |name: &str| std::env::var(name).ok().and_then(|n| n.parse().ok());
    (number("IAMSAT_PAIRS").unwrap_or(250), number("IAMSAT_SEED").unwrap_or(1))
}
