//! Every request of the service, whatever its body is, has an answer that clients know: a verdict, or an error that is final.

use super::http::service;
use super::parse::damaged;
use crate::support::policies::{Policy, some_keys};
use arbitrary::{Result, Unstructured};
use iamsat::serve::{Call, Moment, Operation, Reply, Service};
use serde_json::{Value, json};
use std::sync::OnceLock;
use std::time::SystemTime;

/// Methods and paths, with the members that their bodies have.
const PATHS: &[(&str, &str)] = &[
    ("POST", "/policy/check-no-new-access"),
    ("POST", "/policy/check-access-not-granted"),
    ("POST", "/policy/check-no-public-access"),
    ("POST", "/policy/validation"),
    ("PUT", "/analyzer"),
    ("PUT", "/access-preview"),
    ("POST", "/access-preview/0"),
    ("POST", "/"),
    ("GET", "/"),
];
const TYPES: &[&str] = &["IDENTITY_POLICY", "RESOURCE_POLICY", "AWS::S3::Bucket", "ACCOUNT", "", "\u{0}"];
const ACCESS: &[&str] = &[r#"[{"actions":["s3:PutObject"]}]"#, "[]", "[{}]", r#"[{"resources":["*"]}]"#];
const ANALYZER: &str = "arn:aws:access-analyzer:us-east-1:000000000000:analyzer/iamsat";

/// Takes the bytes as the body of each operation, and bodies that the bytes make and then damage.
pub(crate) fn holds(data: &[u8]) {
    for (method, path) in PATHS {
        asked(&Call { method, target: path, body: data, ..Call::default() });
    }
    if let Ok(text) = std::str::from_utf8(data) {
        let call = Call {
            method: "POST",
            target: text,
            amz_target: Some(text),
            authorization: Some(text),
            body: data,
        };
        asked(&call);
    }
    let _ = made(&mut Unstructured::new(data));
}

fn made(u: &mut Unstructured<'_>) -> Result<()> {
    for _ in 0..3 {
        let (method, path) = u.choose(PATHS)?;
        let body = body(u)?;
        asked(&Call { method, target: path, body: body.as_bytes(), ..Call::default() });
    }
    Ok(())
}

/// A body with the members of all operations.
fn body(u: &mut Unstructured<'_>) -> Result<String> {
    let document = |u: &mut Unstructured<'_>| -> Result<String> {
        if u.ratio(1, 4)? {
            return damaged(u);
        }
        let (keys, with_principals) = (some_keys(u)?, u.arbitrary()?);
        Ok(Policy::arbitrary(u, &keys, with_principals)?.text(u.arbitrary()?))
    };
    let (one, other) = (document(u)?, document(u)?);
    let of = *u.choose(TYPES)?;
    let access: Value = serde_json::from_str(u.choose(ACCESS)?).unwrap();
    let kind = *u.choose(&["iamRole", "s3Bucket", "sqsQueue", "other"])?;
    let member = *u.choose(&["trustPolicy", "bucketPolicy", "queuePolicy"])?;
    let mut body = json!({
        "newPolicyDocument": one, "existingPolicyDocument": other, "policyDocument": one,
        "policyType": of, "resourceType": of, "type": of, "access": access, "analyzerName": of,
        "analyzerArn": ANALYZER, "configurations": {"arn:aws:a:::b": {kind: {member: one}}},
    })
    .to_string();
    if u.ratio(1, 4)? {
        let at = body.floor_char_boundary(u.choose_index(body.len())?);
        body.insert_str(at, u.choose(&["{", "\"", "}", "\\", "null", ","])?);
    }
    Ok(body)
}

fn asked(call: &Call<'_>) {
    static SERVICE: OnceLock<Service> = OnceLock::new();
    let service = SERVICE.get_or_init(service);
    let moment = Moment { deadline: None, now: SystemTime::UNIX_EPOCH, request_id: "id".to_owned() };
    let reply = service.answer(call, &moment);
    is_known(&reply);
    let makes_something = [Operation::CreateAnalyzer, Operation::CreateAccessPreview, Operation::Metrics];
    if !makes_something.contains(&reply.operation) {
        assert_eq!(service.answer(call, &moment), reply);
    }
}

fn is_known(reply: &Reply) {
    let show = || format!("{reply:?}\n{}", String::from_utf8_lossy(&reply.body));
    assert!(!reply.body.is_empty(), "{}", show());
    match reply.error {
        None => assert_eq!(reply.status, 200, "{}", show()),
        Some(error) => {
            assert!([400, 404, 409].contains(&reply.status), "{}", show());
            assert_ne!(error, "InternalFailure", "{}", show());
        }
    }
    if reply.content_type != "application/json" {
        return;
    }
    let body: Value =
        serde_json::from_slice(&reply.body).unwrap_or_else(|error| panic!("{error}: {}", show()));
    match reply.error {
        Some(error) => {
            assert_eq!(body["__type"], error, "{}", show());
            assert!(body["message"].as_str().is_some_and(|text| !text.is_empty()), "{}", show());
            assert!(body.get("result").is_none(), "{}", show());
        }
        None if body.get("result").is_some() => {
            assert!(body["result"] == "PASS" || body["result"] == "FAIL", "{}", show());
            assert_eq!(body["result"] == "FAIL", body.get("reasons").is_some(), "{}", show());
        }
        None => {}
    }
}
