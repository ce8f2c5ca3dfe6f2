//! Details of the policy language that are easily misread, as data in tests/traps/traps.json and tests/traps/corners.json: a
//! query and its answer, and for a FAIL the access that its request shows.
//!
//! A document that is a list of statements has version 2012-10-17, and `*` for an omitted action or resource. A case with `new`
//! and `existing` checks new access, one with `access` checks whether it is granted, one with `request` gives the decision of the
//! referee. For a PASS, `lemmas` is the number of facts about values that it takes.
//!
//! The traps are numbered by their source list. Omitted, because they are about several policies, or are in tests/it/public.rs:
//! 25 (a grant to a role is capped by its permissions boundary), 26 (KMS keys and trust policies do not inherit trust in the
//! account), 27 (RestrictPublicBuckets depends on the whole policy), and of 28 the counting of addresses.

use crate::support::document;
use iamsat::check::{Access, Answer, Judging, Options, access_not_granted, no_new_access};
use iamsat::evaluate::{self, evaluate, glob_matches};
use iamsat::policy::{Document, PolicyType, Template};
use iamsat::request::{FactSets, Request, Requester};
use iamsat::solve::{UnknownReason, Verdict};
use serde_json::{Value, json};

const OUT_OF_SCOPE: [u64; 3] = [25, 26, 27];

fn read(value: &Value) -> Document {
    let Some(list) = value.as_array() else { return document("trap", &value.to_string()) };
    let mut statements = list.clone();
    for statement in &mut statements {
        for element in ["Action", "Resource"] {
            if statement.get(element).is_none() && statement.get(format!("Not{element}")).is_none() {
                statement[element] = "*".into();
            }
        }
    }
    document("trap", &json!({"Version": "2012-10-17", "Statement": statements}).to_string())
}

fn strings(value: &Value) -> Vec<&str> {
    value.as_array().map(|list| list.iter().map(|v| v.as_str().unwrap()).collect()).unwrap_or_default()
}

/// Returns the request with `*` for omitted parts, and the keys that follow from the requester.
fn request(value: &Value) -> Request {
    let text = |member: &str, default: &str| value[member].as_str().unwrap_or(default).to_owned();
    let mut request = Request::new(text("action", "ex:Do"), text("resource", "arn:aws:s3:::b"));
    for (key, values) in value["context"].as_object().into_iter().flatten() {
        request = request.with(key, strings(values));
    }
    if let Some(spelled) = value["requester"].as_str() {
        let (requester, facts) = Requester::parse(spelled).unwrap();
        for (key, derived) in requester.derived_context() {
            request.set(key, derived.into_iter().map(Into::into).collect());
        }
        request.hidden = facts;
        request.requester = Some(requester);
    }
    assert_eq!(request.inconsistencies([], &FactSets { safe: true, heuristics: false }), []);
    request
}

fn matches(pattern: &str, text: &str) -> bool {
    let literal = Template::literal(text).as_literal() == Some(pattern);
    literal || glob_matches(&Template::parse(pattern, false).unwrap(), text)
}

/// Returns true if every finding shows the access that the trap describes.
fn shows(expected: &Value, answer: &Answer, new: &Document) -> bool {
    let Verdict::Fail(findings) = &answer.verdict else { return expected.is_null() };
    let one = |request: &Request| {
        let first = |key: &str| request.values(key).and_then(|v| v.first()).cloned();
        let part = |member: &str, text: &str| expected[member].as_str().is_none_or(|p| matches(p, text));
        let kind = request.requester.as_ref().map(|r| format!("{:?}", r.kind())).unwrap_or_default();
        part("action", &request.action.to_ascii_lowercase())
            && part("resource", &request.resource)
            && part("requester", &kind)
            && expected["boundary"].as_bool().is_none_or(|b| b == request.hidden.boundary)
            && strings(&expected["absent"]).iter().all(|key| request.values(key).is_none())
            && strings(&expected["present"]).iter().all(|key| request.values(key).is_some())
            && expected["values"].as_object().into_iter().flatten().all(|(key, pattern)| {
                first(key).is_some_and(|value| matches(pattern.as_str().unwrap(), &value))
            })
            && expected["includes"].as_object().into_iter().flatten().all(|(key, value)| {
                request.values(key).is_some_and(|v| v.iter().any(|v| v == value.as_str().unwrap()))
            })
    };
    let statements: Vec<Value> =
        findings.iter().map(|f| json!([f.statement, new.statements[f.statement].sid()])).collect();
    let blamed = expected["statements"].as_array().is_none_or(|list| *list == statements);
    !expected.is_null() && blamed && findings.iter().all(|f| one(f.witness.request()))
}

fn fault(case: &Value) -> Option<String> {
    let expect = case["expect"].as_str().unwrap();
    let names_principals = case.to_string().contains("Principal\":");
    let policy_type = if names_principals { PolicyType::Resource } else { PolicyType::Identity };
    let boundary = case["boundary"].as_bool();
    let options = Options {
        judging: Judging::Alone,
        policy_type: Some(policy_type),
        boundary,
        aws_compat: case["awsCompat"] == true,
        certify: true,
        ..Options::default()
    };
    let policy = read(if case["new"].is_null() { &case["policy"] } else { &case["new"] });
    if !case["request"].is_null() {
        let request = request(&case["request"]);
        let found = evaluate(&[&policy], &request, &evaluate::Options::for_documents(&[&policy])).decision;
        return (format!("{found:?}") != expect).then(|| format!("{found:?}"));
    }
    let answer = if case["access"].is_null() {
        no_new_access(&policy, &read(&case["existing"]), &options)
    } else {
        let access = Access::new(strings(&case["access"]["actions"]), strings(&case["access"]["resources"]));
        access_not_granted(&policy, &[access.unwrap()], &options)
    };
    if answer.verdict.name() != expect || !shows(&case["witness"], &answer, &policy) {
        return Some(format!("{:?}", answer.verdict));
    }
    if let (Verdict::Pass(proof), Some(lemmas)) = (&answer.verdict, case["lemmas"].as_u64()) {
        return (proof.lemma_count() as u64 != lemmas).then(|| format!("{proof:?}"));
    }
    let Verdict::Unknown(unknown) = &answer.verdict else { return None };
    let rule = case["rule"].as_str().expect("an UNKNOWN has a rule");
    let named = |r: &UnknownReason| matches!(r, UnknownReason::Opaque { rule: r, .. } if *r == rule);
    (!unknown.reasons.iter().all(named)).then(|| format!("{unknown:?}"))
}

#[test]
fn traps() {
    let traps: Vec<Value> = serde_json::from_str(include_str!("../traps/traps.json")).unwrap();
    let mut numbers: Vec<u64> = traps.iter().map(|t| t["trap"].as_u64().unwrap()).collect();
    numbers.extend(OUT_OF_SCOPE);
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=30).collect::<Vec<_>>());
    all_right(&traps);
}

#[test]
fn corners() {
    all_right(&serde_json::from_str::<Vec<Value>>(include_str!("../traps/corners.json")).unwrap());
}

fn all_right(traps: &[Value]) {
    let mut wrong = Vec::new();
    for trap in traps {
        for case in trap["cases"].as_array().unwrap() {
            if let Some(fault) = fault(case) {
                wrong.push(format!("{} {}: {case}\n  {fault}", trap["trap"], trap["title"]));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
