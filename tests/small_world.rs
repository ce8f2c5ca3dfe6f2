//! Random policies over a small vocabulary, and every request of a small world: what the search says for all requests
//! has to hold for each of these.
//!
//! `IAMSAT_PAIRS` sets the number of pairs (default 1,500), `IAMSAT_SEED` the first seed.
#![cfg(test)]
#![expect(clippy::arithmetic_side_effects, reason = "a test that overflows fails, as it should")]

mod support;

use iamsat::check::{Options, no_new_access};
use iamsat::evaluate::{self, Decision, evaluate};
use iamsat::policy::{Document, PolicyType};
use iamsat::request::{Axioms, Request, Requester};
use iamsat::solve::{UnknownReason, Verdict};
use support::document;

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
    "StringEqualsIfExists",
    "StringNotEqualsIfExists",
    "StringLikeIfExists",
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
        world: &[&[], &[""], &["a"], &["ab"], &["b"], &["alice"], &["x*"], &["A"]],
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
            "Null",
        ],
        values: &["5", "10", "10.0", "-1", "7.5"],
        world: &[&[], &["5"], &["10"], &["6"], &["-1"], &["100"], &["many"], &["7.5"]],
    },
    Key {
        name: "aws:CurrentTime",
        operators: &["DateLessThan", "DateGreaterThan", "DateEquals", "DateNotEquals", "DateLessThanEquals"],
        values: &["2020-01-01T00:00:00Z", "2020-01-01T01:00:00+01:00", "2021-06-30", "1577836800"],
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
        operators: &[
            "ForAllValues:StringEquals",
            "ForAnyValue:StringEquals",
            "ForAllValues:StringNotLike",
            "ForAnyValue:StringNotEquals",
            "ForAllValues:StringLikeIfExists",
            "ForAnyValue:StringLike",
            "Null",
        ],
        values: &["a", "b", "a*", "*"],
        world: &[&[], &["a"], &["b"], &["a", "b"], &["c"], &["a", "c"], &["ab", "b"], &["a", "b", "c"]],
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
        ],
        values: &[
            "arn:aws:iam::111122223333:role/*",
            "arn:aws:iam::*:user/alice",
            "arn:aws:iam::111122223333:user/alice",
            "arn:aws:iam::111122223333:*",
        ],
        world: &[
            &[],
            &["arn:aws:iam::111122223333:user/alice"],
            &["arn:aws:iam::111122223333:role/x/R"],
            &["arn:aws:iam::444455556666:user/bob"],
            &["arn:aws:iam::111122223333:root"],
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
];
const PRINCIPALS: &[&str] = &[
    r#""*""#,
    r#"{"AWS":"*"}"#,
    r#"{"AWS":"111122223333"}"#,
    r#"{"AWS":["111122223333","arn:aws:iam::444455556666:user/bob"]}"#,
    r#"{"AWS":"arn:aws:iam::111122223333:user/alice"}"#,
    r#"{"AWS":"arn:aws:iam::111122223333:role/x/R"}"#,
    r#"{"AWS":"arn:aws:sts::111122223333:assumed-role/R/s"}"#,
    r#"{"Service":"ec2.amazonaws.com"}"#,
    r#"{"Federated":"*"}"#,
    r#"{"AWS":"arn:aws:iam::111122223333:*"}"#,
    r#"{"AWS":"AROAEXAMPLE"}"#,
    r#"{"CanonicalUser":"abc"}"#,
];

fn values(random: &mut Random, list: &[&str]) -> String {
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
            let list = if operator == "Null" { &["true", "false"][..] } else { key.values };
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

fn requesters(resource_policy: bool) -> Vec<Option<Requester>> {
    let s = |t: &str| t.to_owned();
    let (partition, account) = (s("aws"), s("111122223333"));
    let mut list = vec![
        Some(Requester::User { partition: s("aws"), account: account.clone(), name: s("alice") }),
        Some(Requester::RoleSession {
            partition: s("aws"),
            account: account.clone(),
            role: s("x/R"),
            session: s("s"),
        }),
    ];
    if resource_policy {
        list.extend([
            Some(Requester::Anonymous),
            Some(Requester::Root { partition, account: account.clone() }),
            Some(Requester::User { partition: s("aws"), account: s("444455556666"), name: s("bob") }),
            Some(Requester::FederatedUser { partition: s("aws"), account, name: s("f"), parent: s("alice") }),
            Some(Requester::Service { name: s("ec2.amazonaws.com") }),
            Some(Requester::WebIdentity { provider: s("accounts.google.com") }),
        ]);
    }
    list
}

/// Every request of the small world that can happen, as far as the mentioned keys go.
fn world(documents: &[&Document], keys: &[&Key], resource_policy: bool) -> Vec<Request> {
    let text: String = documents.iter().map(|d| d.source.text().to_ascii_lowercase()).collect();
    let mentioned: Vec<&Key> = KEYS
        .iter()
        .filter(|k| text.contains(&k.name.to_ascii_lowercase()) || keys.iter().any(|x| x.name == k.name))
        .collect();
    let mut requests = Vec::new();
    for requester in requesters(resource_policy) {
        for action in ["s3:GetObject", "s3:PutObject", "ec2:RunInstances", "s3:GetX"] {
            for resource in
                ["*", "arn:aws:s3:::b", "arn:aws:s3:::b/alice/x", "arn:aws:s3:::c/x", "arn:aws:s3:::b/none"]
            {
                let mut request = Request::new(action, resource);
                request.requester = requester.clone();
                requests.push(request);
            }
        }
    }
    for key in mentioned {
        requests = requests
            .into_iter()
            .flat_map(|r| key.world.iter().map(move |v| r.clone().with(key.name, v.iter().copied())))
            .filter(|r| r.inconsistencies([key.name], &Axioms { safe: true }).is_empty())
            .collect();
    }
    requests
}

#[test]
fn no_request_contradicts_a_verdict() {
    let pairs: u64 = std::env::var("IAMSAT_PAIRS").ok().and_then(|n| n.parse().ok()).unwrap_or(1_500);
    let first: u64 = std::env::var("IAMSAT_SEED").ok().and_then(|n| n.parse().ok()).unwrap_or(1);
    let (mut passes, mut fails, mut unknowns) = (0, 0, 0);
    for seed in first..first + pairs {
        let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        random.below(2);
        let resource_policy = random.chance(2);
        let keys: Vec<&Key> = (0..2).map(|_| random.pick(KEYS)).collect();
        let (new, existing) =
            (policy(&mut random, &keys, resource_policy), policy(&mut random, &keys, resource_policy));
        let (new, existing) = (document("new", &new), document("existing", &existing));
        let show = || format!("seed {seed}\nnew {}\nexisting {}", new.source.text(), existing.source.text());
        let policy_type = if resource_policy { PolicyType::Resource } else { PolicyType::Identity };
        let options = Options { policy_type: Some(policy_type), ..Options::default() };
        let answer = no_new_access(&new, &existing, &options);
        match &answer.verdict {
            Verdict::Fail(findings) => {
                fails += 1;
                assert!(!findings.is_empty());
                continue;
            }
            Verdict::Unknown(unknown) => {
                unknowns += 1;
                for reason in &unknown.reasons {
                    assert!(matches!(reason, UnknownReason::Opaque { .. }), "{reason:?} {}", show());
                }
            }
            Verdict::Pass(_) => passes += 1,
        }
        // Neither verdict is compatible with a request that plainly shows new access.
        let documents = [&new, &existing];
        let mut referee = evaluate::Options::for_documents(&documents);
        referee.policy_type = policy_type;
        for request in world(&documents, &keys, resource_policy) {
            let allowed = evaluate(&[&new], &request, &referee).decision == Decision::Allowed;
            let refused = || {
                let before = evaluate(&[&existing], &request, &referee).decision;
                matches!(before, Decision::ImplicitlyDenied | Decision::ExplicitlyDenied)
            };
            assert!(!(allowed && refused()), "{} but {request:?}\n{}", answer.verdict.name(), show());
        }
    }
    println!("{pairs} pairs: {passes} PASS, {fails} FAIL, {unknowns} UNKNOWN");
    assert!(passes > 0 && fails > 0);
}
