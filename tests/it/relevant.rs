//! The keys on which a decision depends, against every value of a small world.

use iamsat::Document;
use iamsat::check::{Matters, NoRelevance, Options, relevant};
use iamsat::evaluate::{self, Decision, decide};
use iamsat::request::{FactSets, Request, RequestSpec};

/// Policies over the keys below.
const POLICIES: [&str; 12] = [
    r#"{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"StringEquals":{"aws:SourceVpc":"vpc-1"}}}"#,
    r#"{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"StringNotEquals":{"aws:SourceVpc":"vpc-1"}}}"#,
    r#"[{"Effect":"Allow","Action":"s3:*","Resource":"*"},
        {"Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}]"#,
    r#"[{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}},
        {"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"StringEquals":{"aws:SourceVpc":"vpc-1"}}}]"#,
    r#"{"Effect":"Allow","Action":"s3:*","Resource":"*",
        "Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"},"StringLike":{"s3:prefix":"logs/*"}}}"#,
    r#"{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/${s3:prefix}*"}"#,
    r#"{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"Null":{"s3:prefix":"true"},"NumericLessThan":{"s3:max-keys":"10"}}}"#,
    r#"{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"ForAnyValue:StringEquals":{"aws:TagKeys":["team"]}}}"#,
    r#"[{"Effect":"Allow","Action":"s3:*","Resource":"*"},
        {"Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::b/${ex:a}","Condition":{"StringEquals":{"aws:ResourceTag/t":"q"}}}]"#,
    r#"{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"StringNotEquals":{"aws:ResourceTag/t":["a${ex:a}"]}}}"#,
    r#"[{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"StringEquals":{"ex:a":"k"}}},
        {"Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"Bool":{"ex:b":"true"}}}]"#,
    r#"{"Effect":"Allow","Action":"ec2:*","Resource":"*","Condition":{"StringEquals":{"aws:SourceVpc":"vpc-1"}}}"#,
];

/// The values of the keys that requests have; an empty list is an absent key.
const WORLD: [(&str, &[&[&str]]); 9] = [
    ("aws:sourcevpc", &[&[], &["vpc-1"], &["vpc-2"]]),
    ("aws:securetransport", &[&["true"], &["false"]]),
    ("aws:sourceip", &[&[], &["10.0.0.1"], &["192.168.0.1"]]),
    ("s3:prefix", &[&[], &["logs/a"], &["k"], &["x"]]),
    ("s3:max-keys", &[&[], &["5"], &["50"]]),
    ("ex:a", &[&[], &["k"], &["x"]]),
    ("ex:b", &[&[], &["true"], &["false"]]),
    ("aws:resourcetag/t", &[&[], &["q"], &["ak"], &["ax"]]),
    ("aws:tagkeys", &[&[], &["team"], &["team", "x"], &["x"]]),
];

fn policy(statements: &str) -> Document {
    format!(r#"{{"Version":"2012-10-17","Statement":{statements}}}"#).parse().unwrap()
}

/// Returns the requests of the world that have values for the keys of a policy, and the usual value of the key that all have.
fn requests(policy: &Document) -> Vec<Request> {
    let mut requests =
        vec![Request::new("s3:ListBucket", "arn:aws:s3:::b/k").with("aws:SecureTransport", ["true"])];
    let mentioned: Vec<&str> = policy.mentioned_keys().collect();
    for (key, values) in WORLD.iter().filter(|(key, _)| mentioned.contains(key)) {
        let with = |request: &Request| -> Vec<Request> {
            values.iter().map(|values| request.clone().with(key, values.iter().copied())).collect()
        };
        requests = requests.iter().flat_map(with).collect();
    }
    requests
}

/// True if AWS can send the request: some keys exclude each other.
fn is_possible(request: &Request) -> bool {
    let keys = request.context().map(|(key, _)| key);
    let facts = FactSets { safe: true, heuristics: false };
    request.inconsistencies(keys, &facts).iter().all(|fault| fault.axiom == "presence")
}

fn is_allowed(decision: Decision) -> bool {
    decision == Decision::Allowed
}

#[test]
fn what_is_said_of_a_key_holds_for_every_value_of_the_world() {
    let (mut changing, mut never, mut together) = (0, 0, 0);
    for text in POLICIES {
        let policy = policy(text);
        let referee = evaluate::Options::for_documents(&[&policy]);
        for request in requests(&policy).into_iter().filter(is_possible) {
            let decision = decide(&[&policy], &request, &referee);
            let found = relevant(&[&policy], &request, &referee, &Options::default())
                .unwrap_or_else(|why| panic!("{why}: {text} {request:?}"));
            assert!(found.is_complete(), "{text} {request:?} {found:?}");
            for key in &found.keys {
                match &key.matters {
                    Matters::Changes(values, other) => {
                        changing += 1;
                        let mut changed = request.clone();
                        changed.set(&key.key, values.clone().unwrap_or_default());
                        assert_eq!(decide(&[&policy], &changed, &referee), *other, "{text} {request:?}");
                        assert_ne!(is_allowed(*other), is_allowed(decision), "{text} {request:?}");
                    }
                    Matters::Never | Matters::Unmentioned => {
                        never += 1;
                        let values = WORLD.iter().find(|(name, _)| *name == key.key).unwrap().1;
                        for values in values {
                            let changed = request.clone().with(&key.key, values.iter().copied());
                            if !is_possible(&changed) {
                                continue;
                            }
                            let other = decide(&[&policy], &changed, &referee);
                            assert_eq!(
                                is_allowed(other),
                                is_allowed(decision),
                                "{text} {request:?} {changed:?}"
                            );
                        }
                    }
                    Matters::OfRequester | Matters::Undecided => panic!("{text} {request:?} {key:?}"),
                }
            }
            match &found.together {
                Some((keys, other)) => {
                    together += 1;
                    assert!(keys.len() > 1, "{keys:?}");
                    let mut changed = request.clone();
                    for (key, values) in keys {
                        changed.set(key, values.clone().unwrap_or_default());
                    }
                    assert_eq!(decide(&[&policy], &changed, &referee), *other, "{text} {request:?}");
                    assert_ne!(is_allowed(*other), is_allowed(decision), "{text} {request:?}");
                }
                // Then no request of the world with these keys is decided otherwise, unless one key alone changes it.
                None if found.keys.iter().all(|key| !matches!(key.matters, Matters::Changes(..))) => {
                    for other in requests(&policy).into_iter().filter(is_possible) {
                        let other = decide(&[&policy], &other, &referee);
                        assert_eq!(is_allowed(other), is_allowed(decision), "{text} {request:?}");
                    }
                }
                None => {}
            }
        }
    }
    assert!(changing > 20 && never > 20 && together > 3, "{changing} {never} {together}");
}

#[test]
fn keys_that_follow_from_the_requester_are_named_and_fixed() {
    let policy = policy(
        r#"[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:role/etl"},"Action":"s3:GetObject","Resource":"*"},
            {"Effect":"Deny","Principal":"*","Action":"*","Resource":"*","Condition":{"StringNotEquals":{"aws:PrincipalAccount":"111122223333"}}},
            {"Effect":"Deny","Principal":"*","Action":"*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}]"#,
    );
    let request = RequestSpec {
        principal: Some("arn:aws:sts::111122223333:assumed-role/etl/job".to_owned()),
        action: "s3:GetObject".to_owned(),
        resource: "arn:aws:s3:::b/k".to_owned(),
        context: vec![("aws:SecureTransport".to_owned(), "true".to_owned())],
        ..RequestSpec::default()
    };
    let request = request.request().unwrap();
    let referee = evaluate::Options::for_documents(&[&policy]);
    let found = relevant(&[&policy], &request, &referee, &Options::default()).unwrap();
    let of = |name: &str| &found.keys.iter().find(|key| key.key == name).unwrap().matters;
    assert_eq!(*of("aws:principalaccount"), Matters::OfRequester);
    let with = Some(vec!["false".to_owned()]);
    assert_eq!(*of("aws:securetransport"), Matters::Changes(with, Decision::ExplicitlyDenied));
}

#[test]
fn a_request_that_cannot_exist_has_no_answer() {
    let policy = policy(POLICIES[2]);
    let referee = evaluate::Options::for_documents(&[&policy]);
    // Every request has the key.
    let request = Request::new("s3:ListBucket", "arn:aws:s3:::b/k");
    let answer = relevant(&[&policy], &request, &referee, &Options::default());
    assert_eq!(answer.unwrap_err(), NoRelevance::NoSuchRequest);
}

#[test]
fn a_given_key_that_no_policy_mentions_stays_as_it_is() {
    let policy = policy(POLICIES[0]);
    let referee = evaluate::Options::for_documents(&[&policy]);
    let request = |given: &[(&str, &str)]| {
        given.iter().fold(Request::new("s3:ListBucket", "arn:aws:s3:::b/k"), |request, (key, value)| {
            request.with(key, [*value])
        })
    };
    let found = |request: &Request| relevant(&[&policy], request, &referee, &Options::default());
    // A request through a VPC endpoint has no public address.
    let found_without_vpc = found(&request(&[("aws:SourceIp", "10.0.0.1")])).unwrap();
    let vpc = found_without_vpc.keys.iter().find(|key| key.key == "aws:sourcevpc").unwrap();
    assert_eq!(vpc.matters, Matters::Never);
    let both = request(&[("aws:SourceIp", "10.0.0.1"), ("aws:SourceVpc", "vpc-1")]);
    assert_eq!(found(&both).unwrap_err(), NoRelevance::NoSuchRequest);
}

#[test]
fn no_keys_are_said_to_matter_together_where_one_is_undecided() {
    let policy = policy(
        r#"{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/${ex:a}","Condition":{"StringEquals":{"ex:b":"true"}}}"#,
    );
    let referee = evaluate::Options::for_documents(&[&policy]);
    let request = Request::new("s3:ListBucket", "arn:aws:s3:::b/k").with("ex:a", ["k", "x"]);
    match relevant(&[&policy], &request, &referee, &Options::default()) {
        Ok(found) => {
            let of = |name: &str| &found.keys.iter().find(|key| key.key == name).unwrap().matters;
            assert_eq!(*of("ex:b"), Matters::Undecided);
            assert!(found.together.is_none() && !found.is_complete());
        }
        Err(why) => assert_eq!(why, NoRelevance::Undetermined),
    }
}
