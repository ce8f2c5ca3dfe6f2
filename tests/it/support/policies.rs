//! Random policies over a small vocabulary, as data that tests can change before they write it as JSON.
//!
//! Every choice comes from an [`Unstructured`], which a property test fills with random bytes and a fuzzer with its
//! input: the same bytes make the same policy. Where the bytes end, the first (plainest) choice is taken, so fewer
//! and smaller bytes make plainer policies.

use arbitrary::{Result, Unstructured};
use iamsat::policy::Document;
use serde_json::{Map, Value, json};

/// A policy.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Policy {
    pub(crate) version: Option<&'static str>,
    pub(crate) statements: Vec<Statement>,
}

/// A statement.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Statement {
    pub(crate) sid: Option<String>,
    pub(crate) deny: bool,
    pub(crate) principal: Option<Principal>,
    pub(crate) action: Element,
    pub(crate) resource: Element,
    pub(crate) conditions: Vec<Condition>,
}

/// `Action`, `NotAction`, `Resource` or `NotResource`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Element {
    pub(crate) negated: bool,
    pub(crate) values: Vec<String>,
}

/// `Principal` or `NotPrincipal`; without values it is `"*"`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Principal {
    pub(crate) negated: bool,
    pub(crate) values: Vec<(String, String)>,
}

/// One operator on one key.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Condition {
    pub(crate) operator: String,
    pub(crate) key: String,
    pub(crate) values: Vec<String>,
}

/// A key with the operators that read it, values for policies, and the values of requests (none: absent).
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) operators: &'static [&'static str],
    pub(crate) values: &'static [&'static str],
    pub(crate) world: &'static [&'static [&'static str]],
}

const TEXTS: &[&str] = &[
    "StringEquals",
    "StringNotEquals",
    "StringLike",
    "StringNotLike",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringEqualsIfExists",
    "StringNotEqualsIfExists",
    "StringLikeIfExists",
    "Null",
];
const NUMBERS: &[&str] = &[
    "NumericEquals",
    "NumericNotEquals",
    "NumericLessThan",
    "NumericLessThanEquals",
    "NumericGreaterThan",
    "NumericGreaterThanEquals",
    "NumericGreaterThanEqualsIfExists",
    "Null",
];
const DATES: &[&str] = &[
    "DateLessThan",
    "DateGreaterThan",
    "DateEquals",
    "DateNotEquals",
    "DateLessThanEquals",
    "DateGreaterThanEquals",
];
const ADDRESSES: &[&str] =
    &["IpAddress", "NotIpAddress", "IpAddressIfExists", "NotIpAddressIfExists", "Null"];
const ARNS: &[&str] = &[
    "ArnLike",
    "ArnNotLike",
    "ArnEquals",
    "ArnLikeIfExists",
    "StringLike",
    "StringNotLike",
    "StringEquals",
    "StringNotEquals",
    "Null",
];
const SETS: &[&str] = &[
    "ForAllValues:StringEquals",
    "ForAnyValue:StringEquals",
    "ForAllValues:StringNotEquals",
    "ForAnyValue:StringNotEquals",
    "ForAllValues:StringLike",
    "ForAnyValue:StringLike",
    "ForAllValues:StringNotLike",
    "ForAllValues:StringEqualsIfExists",
    "Null",
];

/// The keys. A key that is not in the key table has operators of one type only, and set operators either always or never: its
/// type must not depend on the policies that are compared.
pub(crate) const KEYS: &[Key] = &[
    Key {
        name: "s3:prefix",
        operators: TEXTS,
        values: &["a", "ab", "A", "a*", "*b", "?", "", "${aws:username}", "${aws:username, 'a'}*", "x${*}"],
        world: &[&[], &["a"], &["ab"], &["b"], &["A"], &["alice"], &["x*"], &[""]],
    },
    Key {
        name: "aws:SourceVpc",
        operators: TEXTS,
        values: &["vpc-1", "vpc-2", "vpc-*", "*"],
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
        name: "custom:mixed",
        operators: &[
            "NumericLessThan",
            "NumericEquals",
            "DateGreaterThan",
            "StringLike",
            "StringNotLike",
            "StringEquals",
            "IpAddress",
            "NotIpAddressIfExists",
            "Bool",
            "Null",
        ],
        values: &["10", "1*", "15778368000", "10.1.2.3", "10.0.0.0/8", "true"],
        world: &[&[], &["10"], &["010"], &["10.1.2.3"], &["15778368000"], &["true"], &["1x"]],
    },
    Key {
        name: "s3:max-keys",
        operators: NUMBERS,
        values: &["5", "10", "10.0", "-1", "7.5"],
        world: &[&[], &["5"], &["10"], &["6"], &["-1"], &["100"], &["many"], &["7.5"]],
    },
    Key {
        name: "aws:MultiFactorAuthAge",
        operators: NUMBERS,
        values: &["60", "3600", "3600.0"],
        world: &[&[], &["60"], &["59"], &["3600"], &["9999"]],
    },
    Key {
        name: "aws:CurrentTime",
        operators: DATES,
        values: &["2020-01-01T00:00:00Z", "2020-01-01T01:00:00+01:00", "2021-06-30", "1577836800"],
        world: &[
            &["2020-01-01T00:00:00Z"],
            &["2019-01-01T00:00:00Z"],
            &["2020-06-01T00:00:00Z"],
            &["2022-01-01T00:00:00Z"],
        ],
    },
    Key {
        name: "aws:SourceIp",
        operators: ADDRESSES,
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
        operators: ARNS,
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
        operators: SETS,
        values: &["a", "b", "a*", "*"],
        world: &[&[], &["a"], &["b"], &["a", "b"], &["c"], &["a", "c"], &["ab", "b"], &["a", "b", "c"]],
    },
    Key {
        name: "aws:username",
        operators: TEXTS,
        values: &["alice", "bob", "al*", "*"],
        world: &[&[], &["alice"], &["bob"]],
    },
    Key {
        name: "aws:PrincipalArn",
        operators: ARNS,
        values: &[
            "arn:aws:iam::111122223333:user/alice",
            "arn:aws:iam::111122223333:role/*",
            "arn:aws:iam::*:user/alice",
            "arn:aws:iam::111122223333:*",
        ],
        world: &[&[], &["arn:aws:iam::111122223333:user/alice"]],
    },
    Key {
        name: "aws:PrincipalAccount",
        operators: TEXTS,
        values: &["111122223333", "444455556666", "1111*", "anonymous", "${aws:ResourceAccount}"],
        world: &[&[], &["111122223333"], &["444455556666"]],
    },
    Key {
        name: "aws:ResourceAccount",
        operators: TEXTS,
        values: &["111122223333", "4*", "${aws:PrincipalAccount}"],
        world: &[&[], &["111122223333"], &["444455556666"]],
    },
    Key {
        name: "aws:userid",
        operators: TEXTS,
        values: &["AROAX:*", "*:s", "AIDAX", "111122223333*"],
        world: &[&[], &["AROAX:s"], &["AIDAX"], &["AIDAY"], &["111122223333"]],
    },
];

pub(crate) const ACTIONS: &[&str] = &[
    "s3:GetObject",
    "s3:PutObject",
    "*",
    "s3:*",
    "s3:Get*",
    "S3:getobject",
    "ec2:*",
    "ec2:RunInstances",
    "s3:?etObject",
    "s3:*Object",
];
pub(crate) const RESOURCES: &[&str] = &[
    "arn:aws:s3:::b",
    "*",
    "arn:aws:s3:::b/*",
    "arn:aws:s3:::b*",
    "arn:aws:s3:::b/alice/*",
    "arn:aws:s3:::b/${aws:username}/*",
    "arn:aws:*:*:*:b/*",
    "arn:aws:s3:::*/x",
    "arn:aws:s3",
    "arn:*:s3:::b/${aws:PrincipalTag/team, 'none'}",
];
const PRINCIPALS: &[(&str, &str)] = &[
    ("AWS", "111122223333"),
    ("AWS", "arn:aws:iam::111122223333:user/alice"),
    ("AWS", "arn:aws:iam::444455556666:user/bob"),
    ("AWS", "arn:aws:iam::111122223333:role/x/R"),
    ("AWS", "arn:aws:sts::111122223333:assumed-role/R/s"),
    ("AWS", "arn:aws:iam::111122223333:root"),
    ("Service", "ec2.amazonaws.com"),
    ("Federated", "*"),
    ("Federated", "accounts.google.com"),
    ("AWS", "arn:aws:iam::111122223333:*"),
    ("AWS", "*"),
    ("AWS", "AROAEXAMPLE"),
    ("CanonicalUser", "abc"),
];

fn one_in(u: &mut Unstructured<'_>, n: u8) -> Result<bool> {
    // Zero bytes choose the plainest case.
    Ok(u.int_in_range(1..=n)? == n)
}

fn some(u: &mut Unstructured<'_>, list: &[&str]) -> Result<Vec<String>> {
    let mut values = vec![(*u.choose(list)?).to_owned()];
    while values.len() < 3 && one_in(u, 3)? {
        values.push((*u.choose(list)?).to_owned());
    }
    Ok(values)
}

impl Element {
    pub(crate) fn new(values: &[&str]) -> Element {
        Element { negated: false, values: values.iter().map(|v| (*v).to_owned()).collect() }
    }

    pub(crate) fn action(u: &mut Unstructured<'_>) -> Result<Element> {
        Ok(Element { values: some(u, ACTIONS)?, negated: one_in(u, 6)? })
    }

    pub(crate) fn resource(u: &mut Unstructured<'_>) -> Result<Element> {
        Ok(Element { values: some(u, RESOURCES)?, negated: one_in(u, 5)? })
    }

    fn json(&self, scalars: bool) -> Value {
        values(&self.values, scalars)
    }
}

impl Principal {
    pub(crate) const EVERYONE: Principal = Principal { negated: false, values: Vec::new() };

    pub(crate) fn arbitrary(u: &mut Unstructured<'_>) -> Result<Principal> {
        let mut list = Vec::new();
        while list.len() < 3 && (one_in(u, 2)? || (!list.is_empty() && one_in(u, 3)?)) {
            let (kind, value) = *u.choose(PRINCIPALS)?;
            list.push((kind.to_owned(), value.to_owned()));
        }
        let negated = !list.is_empty() && one_in(u, 4)?;
        Ok(Principal { negated, values: list })
    }

    fn json(&self, scalars: bool) -> Value {
        if self.values.is_empty() {
            return json!("*");
        }
        let mut kinds: Vec<&str> = Vec::new();
        for (kind, _) in &self.values {
            if !kinds.contains(&kind.as_str()) {
                kinds.push(kind);
            }
        }
        let of = |kind: &str| {
            let list: Vec<String> =
                self.values.iter().filter(|(k, _)| k == kind).map(|(_, v)| v.clone()).collect();
            values(&list, scalars)
        };
        Value::Object(kinds.into_iter().map(|kind| (kind.to_owned(), of(kind))).collect())
    }
}

impl Condition {
    pub(crate) fn arbitrary(u: &mut Unstructured<'_>, keys: &[&Key]) -> Result<Condition> {
        let key = *u.choose(keys)?;
        let operator = *u.choose(key.operators)?;
        let values = if operator == "Null" {
            vec![u.choose(&["true", "false"])?.to_string()]
        } else {
            some(u, key.values)?
        };
        Ok(Condition { operator: operator.to_owned(), key: key.name.to_owned(), values })
    }
}

impl Statement {
    /// A statement; with principals for resource policies.
    pub(crate) fn arbitrary(
        u: &mut Unstructured<'_>,
        keys: &[&Key],
        resource_policy: bool,
    ) -> Result<Statement> {
        let deny = one_in(u, 3)?;
        let action = Element::action(u)?;
        let resource = Element::resource(u)?;
        let principal = if resource_policy { Some(Principal::arbitrary(u)?) } else { None };
        let mut conditions: Vec<Condition> = Vec::new();
        while conditions.len() < 3 && one_in(u, 2)? {
            let condition = Condition::arbitrary(u, keys)?;
            if !conditions.iter().any(|c| c.operator == condition.operator && c.key == condition.key) {
                conditions.push(condition);
            }
        }
        Ok(Statement { sid: None, deny, principal, action, resource, conditions })
    }

    /// A statement about every request.
    pub(crate) fn everything(deny: bool, resource_policy: bool) -> Statement {
        Statement {
            sid: None,
            deny,
            principal: resource_policy.then_some(Principal::EVERYONE),
            action: Element::new(&["*"]),
            resource: Element::new(&["*"]),
            conditions: Vec::new(),
        }
    }

    fn json(&self, scalars: bool) -> Value {
        let mut members = Map::new();
        if let Some(sid) = &self.sid {
            members.insert("Sid".into(), json!(sid));
        }
        members.insert("Effect".into(), json!(if self.deny { "Deny" } else { "Allow" }));
        if let Some(principal) = &self.principal {
            let name = if principal.negated { "NotPrincipal" } else { "Principal" };
            members.insert(name.into(), principal.json(scalars));
        }
        let name = if self.action.negated { "NotAction" } else { "Action" };
        members.insert(name.into(), self.action.json(scalars));
        let name = if self.resource.negated { "NotResource" } else { "Resource" };
        members.insert(name.into(), self.resource.json(scalars));
        if !self.conditions.is_empty() {
            let mut operators = Map::new();
            for condition in &self.conditions {
                let keys = operators.entry(&condition.operator).or_insert_with(|| json!({}));
                keys[&condition.key] = values(&condition.values, scalars);
            }
            members.insert("Condition".into(), Value::Object(operators));
        }
        Value::Object(members)
    }
}

impl Policy {
    /// A policy of one to three statements.
    pub(crate) fn arbitrary(
        u: &mut Unstructured<'_>,
        keys: &[&Key],
        resource_policy: bool,
    ) -> Result<Policy> {
        let version = if one_in(u, 8)? { Some("2008-10-17") } else { Some("2012-10-17") };
        let mut statements = vec![Statement::arbitrary(u, keys, resource_policy)?];
        while statements.len() < 3 && one_in(u, 2)? {
            statements.push(Statement::arbitrary(u, keys, resource_policy)?);
        }
        Ok(Policy { version, statements })
    }

    /// A policy of these statements in the present version.
    pub(crate) fn of(statements: Vec<Statement>) -> Policy {
        Policy { version: Some("2012-10-17"), statements }
    }

    /// This policy with one more statement.
    pub(crate) fn plus(&self, statement: Statement) -> Policy {
        let mut more = self.clone();
        more.statements.push(statement);
        more
    }

    /// As JSON text; single values as lists or, with `scalars`, bare.
    pub(crate) fn text(&self, scalars: bool) -> String {
        let mut members = Map::new();
        if let Some(version) = self.version {
            members.insert("Version".into(), json!(version));
        }
        let statements: Vec<Value> = self.statements.iter().map(|s| s.json(scalars)).collect();
        let statements = match statements.as_slice() {
            [one] if scalars => one.clone(),
            _ => Value::Array(statements),
        };
        members.insert("Statement".into(), statements);
        Value::Object(members).to_string()
    }

    /// As a document.
    pub(crate) fn document(&self, name: &str) -> Document {
        super::document(name, &self.text(false))
    }
}

/// One or two keys, so that policies speak about the same things.
pub(crate) fn some_keys(u: &mut Unstructured<'_>) -> Result<Vec<&'static Key>> {
    Ok(vec![u.choose(KEYS)?, u.choose(KEYS)?])
}

fn values(list: &[String], scalars: bool) -> Value {
    match list {
        [one] if scalars => json!(one),
        _ => json!(list),
    }
}
