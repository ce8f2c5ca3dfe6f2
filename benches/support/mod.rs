//! What the benches share: pairs of real policies, and generated families.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a bench that cannot read ends"
)]

use iamsat::limits::InputLimits;
use iamsat::policy::{Document, parse};
use iamsat::span::Source;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// The corpus of real policies, if it is here.
pub(crate) fn corpus() -> Option<PathBuf> {
    let path = match std::env::var_os("IAMSAT_CORPUS") {
        Some(path) => PathBuf::from(path),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"),
    };
    path.is_dir().then_some(path)
}

/// A document that has to be without errors.
pub(crate) fn document(name: &str, text: &str) -> Document {
    let parsed = parse(&Source::new(name, text), &InputLimits::default());
    parsed.unwrap_or_else(|error| panic!("{error}"))
}

/// The managed policies by name.
pub(crate) fn managed() -> Vec<(String, Value)> {
    let Some(corpus) = corpus() else { return Vec::new() };
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(corpus.join("managed")).unwrap().map(|f| f.unwrap().path()).collect();
    files.sort();
    files
        .iter()
        .map(|file| {
            let name = file.file_stem().unwrap().to_string_lossy().into_owned();
            (name, serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap())
        })
        .collect()
}

fn statements(policy: &Value) -> Vec<Value> {
    match &policy["Statement"] {
        Value::Array(list) => list.clone(),
        other => vec![other.clone()],
    }
}

fn with_statements(policy: &Value, statements: Vec<Value>) -> Value {
    let mut policy = policy.clone();
    policy["Statement"] = Value::Array(statements);
    policy
}

/// Without its last Allow statement.
pub(crate) fn less(policy: &Value) -> Option<Value> {
    let mut list = statements(policy);
    let place = list.iter().rposition(|s| s["Effect"] == "Allow")?;
    (list.len() > 1).then(|| {
        list.remove(place);
        with_statements(policy, list)
    })
}

/// With one statement more.
pub(crate) fn more(policy: &Value) -> Value {
    let mut list = statements(policy);
    list.push(json!({"Effect": "Allow", "Action": ["s3:GetObject*", "s3:PutObject"],
        "Resource": "arn:aws:s3:::reports-*/*"}));
    with_statements(policy, list)
}

/// With its first Allow statement confined: the last action left out, a shorter resource, or a condition.
pub(crate) fn narrowed(policy: &Value) -> Value {
    let mut list = statements(policy);
    if let Some(statement) = list.iter_mut().find(|s| s["Effect"] == "Allow") {
        if statement["Action"].as_array().is_some_and(|list| list.len() > 1) {
            statement["Action"].as_array_mut().unwrap().pop();
        } else if statement["Resource"] == "*" {
            statement["Resource"] = json!("arn:aws:s3:::reports/*");
        } else {
            statement["Condition"] =
                json!({"StringEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-west-2"]}});
        }
    }
    with_statements(policy, list)
}

/// The same policy with every condition left out.
pub(crate) fn unconditional(document: &Document) -> Document {
    let mut statements = document.statements.to_vec();
    statements.iter_mut().for_each(|statement| statement.conditions.clear());
    document.with_statements(statements)
}

/// Pairs (new, existing) of managed policies: neighbours by name in both directions, and each policy against itself
/// with less, more and narrowed, in both directions.
pub(crate) fn pairs() -> Vec<(String, Document, Document)> {
    let managed = managed();
    let mut pairs: Vec<(String, Value, Value)> = Vec::new();
    let mut both = |kind: &str, name: &str, a: &Value, b: &Value| {
        pairs.push((format!("{name} {kind}"), a.clone(), b.clone()));
        pairs.push((format!("{kind} {name}"), b.clone(), a.clone()));
    };
    for pair in managed.windows(2) {
        both(&pair[1].0, &pair[0].0, &pair[0].1, &pair[1].1);
    }
    for (name, policy) in &managed {
        if let Some(less) = less(policy) {
            both("less", name, policy, &less);
        }
        both("more", name, policy, &more(policy));
        both("narrowed", name, policy, &narrowed(policy));
    }
    pairs
        .into_iter()
        .filter(|(_, a, b)| a != b)
        .map(|(name, a, b)| {
            let (a, b) = (document(&name, &a.to_string()), document(&name, &b.to_string()));
            (name, a, b)
        })
        .collect()
}

/// A pair (new, existing) for every size.
pub(crate) type Family = fn(usize) -> (Value, Value);

/// The families of policies that make analyzers explode, by name.
pub(crate) fn families() -> Vec<(&'static str, Family)> {
    vec![
        ("literals", |n| {
            let actions = |extra: usize| (0..n + extra).map(|i| format!("s3:Action{i}")).collect::<Vec<_>>();
            (allow(json!(actions(0)), json!("*")), allow(json!(actions(1)), json!("*")))
        }),
        ("nested prefixes", |n| {
            let nested = |from: usize| {
                (from..n + from).map(|i| format!("s3:{}*", "a".repeat(i + 1))).collect::<Vec<_>>()
            };
            (allow(json!(nested(1)), json!("*")), allow(json!(nested(0)), json!("*")))
        }),
        ("infixes required", |n| {
            // Every infix is required by one Deny of what lacks it.
            let deny: Vec<Value> = (0..n)
                .map(|i| json!({"Effect": "Deny", "Action": "*", "NotResource": format!("arn:aws:s3:::*k{i}-*")}))
                .collect();
            let mut list =
                vec![json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::*"})];
            list.extend(deny);
            (policy(list), allow(json!("s3:GetObject"), json!("arn:aws:s3:::b/*")))
        }),
        ("infixes excluded", |n| {
            let mut list =
                vec![json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::*"})];
            list.extend((0..n).map(
                |i| json!({"Effect": "Deny", "Action": "*", "Resource": format!("arn:aws:s3:::*k{i}-*")}),
            ));
            (policy(list), allow(json!("s3:GetObject"), json!("arn:aws:s3:::b/*")))
        }),
        ("infixes covered", |n| {
            let infixes = |p: &str| (0..n).map(|i| format!("arn:aws:s3:::*{p}{i}-*")).collect::<Vec<_>>();
            let mut wider = infixes("k");
            wider.extend(infixes("m"));
            (allow(json!("s3:GetObject"), json!(infixes("k"))), allow(json!("s3:GetObject"), json!(wider)))
        }),
        ("ARNs with middle stars", |n| {
            let arns = |tail: &str| {
                (0..n)
                    .map(|i| format!("arn:aws:dynamodb:*:11112222{:04}:table/*-{i}-*{tail}", i % 7))
                    .collect::<Vec<_>>()
            };
            (allow(json!("dynamodb:*"), json!(arns("/x"))), allow(json!("dynamodb:*"), json!(arns(""))))
        }),
        ("star a marks", |n| {
            let marks = |k: usize| format!("arn:aws:s3:::*a{}", "?".repeat(k));
            let list: Vec<String> = (1..=n.min(40)).map(marks).collect();
            let deny: Vec<Value> =
                (1..=n).map(|k| json!({"Effect": "Deny", "Action": "*", "Resource": marks(k)})).collect();
            let mut all =
                vec![json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::*a*"})];
            all.extend(deny);
            (policy(all), allow(json!("s3:GetObject"), json!(list)))
        }),
        ("statements and conditions", |n| {
            let list = |tag: &str| -> Vec<Value> {
                (0..n)
                    .map(|i| {
                        json!({"Effect": "Allow", "Action": format!("ec2:Action{}", i % 10), "Resource": "*",
                        "Condition": {"StringEquals": {format!("aws:ResourceTag/k{i}"): format!("{tag}{i}")}}})
                    })
                    .collect()
            };
            let existing: Vec<Value> = list("v");
            let mut new = list("v");
            new.reverse();
            new.push(json!({"Effect": "Allow", "Action": "ec2:Action0", "Resource": "*",
                "Condition": {"StringEquals": {"aws:ResourceTag/k0": "w"}}}));
            (policy(new), policy(existing))
        }),
        ("tag conditions covered", |n| (tagged(n, "StringEquals", "v"), tagged(n, "StringLike", "v*"))),
        ("tag conditions new", |n| (tagged(n, "StringLike", "v*"), tagged(n, "StringEquals", "v"))),
        ("tag conditions, several a statement", |n| {
            // Each statement asks for eight tags; each existing one leaves one of them out.
            let list = |several: usize, operator: &str| -> Vec<Value> {
                let tags = |i: usize| {
                    (0..several)
                        .map(|k| (format!("aws:ResourceTag/k{}", (i + k) % n), json!(format!("v{k}"))))
                        .collect()
                };
                (0..n)
                    .map(|i| {
                        json!({"Effect": "Allow", "Action": "ec2:*", "Resource": "*",
                        "Condition": {operator: Value::Object(tags(i))}})
                    })
                    .collect()
            };
            (policy(list(8, "StringEquals")), policy(list(7, "StringEquals")))
        }),
        ("networks covered by halves", |n| {
            let nets = |length: u32, step: usize| {
                (0..n)
                    .flat_map(|i| {
                        (0..256 / step)
                            .map(move |k| format!("10.{}.{}.{}/{length}", i / 250, i % 250, k * step))
                    })
                    .collect::<Vec<_>>()
            };
            let one = |list: Vec<String>| {
                policy(vec![json!({"Effect": "Allow", "Action": "s3:*", "Resource": "*",
                    "Condition": {"IpAddress": {"aws:SourceIp": list}}})])
            };
            (one(nets(24, 256)), one(nets(25, 128)))
        }),
        ("networks", |n| {
            let nets = |length: u32| {
                (0..n).map(|i| format!("10.{}.{}.0/{length}", i / 250, i % 250)).collect::<Vec<_>>()
            };
            let one = |list: Vec<String>| {
                policy(vec![json!({"Effect": "Allow", "Action": "s3:*", "Resource": "*",
                    "Condition": {"IpAddress": {"aws:SourceIp": list}}})])
            };
            (one(nets(25)), one(nets(24)))
        }),
    ]
}

/// `n` statements, each with a condition on a tag of its own.
fn tagged(n: usize, operator: &str, value: &str) -> Value {
    let statement = |i: usize| {
        json!({"Effect": "Allow", "Action": "ec2:*", "Resource": "*",
            "Condition": {operator: {format!("aws:ResourceTag/k{i}"): value}}})
    };
    policy((0..n).map(statement).collect())
}

fn policy(statements: Vec<Value>) -> Value {
    json!({"Version": "2012-10-17", "Statement": statements})
}

fn allow(action: Value, resource: Value) -> Value {
    policy(vec![json!({"Effect": "Allow", "Action": action, "Resource": resource})])
}
