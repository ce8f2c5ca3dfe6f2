//! Any layers file: no panic, faults with a place inside the text; the answer of `can` agrees with the referee, its certificate is
//! verified, and a request that the referee confirms is never among those that CANNOT excludes.
//!
//! A text is two parts: a line with a principal, an action and a resource, then a layers file. Anything else is a stream of choices.

use crate::support::document;
use crate::support::policies::{Policy, Statement, some_keys};
use arbitrary::{Result, Unstructured};
use iamsat::check::{CanVerdict, Options, Property, Wanted, can};
use iamsat::confirm::{Referee, confirm};
use iamsat::container::read_layers;
use iamsat::evaluate::{self, Decision, decide_layers};
use iamsat::limits::{InputLimits, SearchLimits};
use iamsat::policy::{Document, Layers, PolicyType};
use iamsat::query::{Callers, Semantics};
use iamsat::request::RequestSpec;
use iamsat::span::Source;
use iamsat::verify::{LayeredClaim, Limits, Outcome, verify};
use serde_json::{Value, json};

const PRINCIPALS: &[&str] = &[
    "arn:aws:iam::111122223333:user/alice",
    "arn:aws:iam::111122223333:role/x/R",
    "arn:aws:sts::111122223333:assumed-role/R/s",
    "arn:aws:sts::111122223333:federated-user/f",
    "arn:aws:iam::111122223333:root",
    "arn:aws:iam::111122223333:role/aws-service-role/s3.amazonaws.com/R",
    "111122223333",
    "444455556666",
    "assumed-root:111122223333",
    "anonymous",
    "service:ec2.amazonaws.com",
    "federated:accounts.google.com",
];
const ACTIONS: &[&str] =
    &["*", "s3:GetObject", "ec2:RunInstances", "sts:AssumeRole", "kms:Decrypt", "iam:PassRole", "s3:*"];
const RESOURCES: &[&str] = &[
    "*",
    "arn:aws:s3:::b/*",
    "arn:aws:s3:::b/alice/x",
    "arn:aws:iam::111122223333:role/R",
    "arn:aws:kms:r:444455556666:key/k",
    "arn:aws:sqs:r:1:b/k:1",
];

pub(crate) fn holds(data: &[u8]) {
    let text = std::str::from_utf8(data).ok().and_then(|text| text.split_once('\n'));
    if let Some((words, file)) = text.filter(|(words, _)| words.split(' ').count() == 3) {
        asked(&words.split(' ').collect::<Vec<_>>(), file);
        return;
    }
    // An input with too few bytes for a choice is skipped.
    let _ = chosen(&mut Unstructured::new(data));
}

fn chosen(u: &mut Unstructured<'_>) -> Result<()> {
    let keys = some_keys(u)?;
    let policy = |u: &mut Unstructured<'_>, with_principal: bool| -> Result<Value> {
        if u.ratio(1, 12)? {
            return Ok(json!({"unknown": "p"}));
        }
        let mut policy = Policy::arbitrary(u, &keys, with_principal)?;
        if u.ratio(1, 2)? {
            policy = policy.plus(Statement::everything(false, with_principal));
        }
        Ok(serde_json::from_str(&policy.text(u.arbitrary()?)).unwrap())
    };
    let mut file = json!({});
    file["identity"] = json!([policy(u, false)?]);
    for (member, is_list, with_principal) in [
        ("boundary", true, false),
        ("session", true, false),
        ("resource", false, true),
        ("endpoint", false, true),
    ] {
        if u.ratio(1, 3)? {
            let one = policy(u, with_principal)?;
            file[member] = if is_list { json!([one]) } else { one };
        }
    }
    for _ in 0..u.int_in_range(0..=2)? {
        let level = json!([policy(u, false)?]);
        let levels = file["scp"].as_array().cloned().unwrap_or_default();
        file["scp"] = levels.into_iter().chain([level]).collect();
    }
    for (member, values) in
        [("resourceAccount", &["111122223333", "444455556666"]), ("organization", &["o-a", "o-b"])]
    {
        if u.arbitrary()? {
            file[member] = (*u.choose(values)?).into();
        }
    }
    asked(&[u.choose(PRINCIPALS)?, u.choose(ACTIONS)?, u.choose(RESOURCES)?], &file.to_string());
    Ok(())
}

/// Asks if the principal can make such a request under the layers of a file.
fn asked(words: &[&str], file: &str) {
    let source = Source::new("layers", file);
    let layers = match read_layers(&source, &InputLimits::default()) {
        Ok(layers) => layers,
        Err(error) => {
            assert!(!error.diagnostics.is_empty(), "{file}");
            let is_inside = |end: u32| file.is_char_boundary(end as usize);
            let mut spans = error.diagnostics.iter().map(|fault| fault.span);
            assert!(spans.all(|span| span.start <= span.end && is_inside(span.end)), "{error}\n{file}");
            return;
        }
    };
    let property = Property {
        actions: vec![words[1].to_owned()],
        resources: vec![words[2].to_owned()],
        ..Property::default()
    };
    let (Ok(callers), Ok(scope)) = (Callers::parse(words[0]), property.document()) else { return };
    let wanted = Wanted { callers, scope: vec![scope] };
    let limits = SearchLimits { work: 20_000_000, ..SearchLimits::default() };
    let options = Options { certificate: true, certify: true, limits, ..Options::default() };
    let answer = can(&layers.map(|document| document.into()), &wanted, &options);
    let shown = || format!("{words:?}\n{file}");
    match &answer.verdict {
        CanVerdict::Unknown(unknown) => {
            assert_eq!(unknown.internal(), None, "{}", shown());
            return;
        }
        CanVerdict::Can(witness) => {
            let documents: Vec<&Document> = layers.documents().chain(&wanted.scope).collect();
            let options = evaluate::Options::for_documents(&documents);
            let layered = decide_layers(&layers.map(|document| document), witness.request(), &options);
            assert_eq!(layered.decision, Decision::Allowed, "{}", shown());
        }
        CanVerdict::Cannot(_) => is_excluded(words, &layers, &wanted),
    }
    let text = answer.certificate().unwrap().to_text();
    let Outcome::Verified(claim) = verify(&text, &Limits::default()) else {
        panic!("{:?}\n{}", verify(&text, &Limits::default()), shown());
    };
    let is_proved = matches!(answer.verdict, CanVerdict::Cannot(_));
    assert_eq!(claim.answer, if is_proved { "PASS" } else { "FAIL" }, "{}", shown());
}

/// Checks that no simple request by the principal is confirmed, although it is proved that there is none.
fn is_excluded(words: &[&str], layers: &Layers<Document>, wanted: &Wanted) {
    let claim =
        LayeredClaim::new(layers.map(|document| document), None, &wanted.callers, &wanted.scope).unwrap();
    let query = claim.query();
    let boundary = layers.boundary.is_some();
    let semantics = Semantics { boundary: Some(boundary), ..Semantics::of(PolicyType::Resource) };
    let referee = Referee::new(&query, semantics);
    for action in [words[1], "s3:GetObject", "sts:AssumeRole", "sts:GetCallerIdentity"] {
        for resource in [words[2], "*", "arn:aws:s3:::b/x"] {
            let spec = RequestSpec {
                principal: Some(words[0].to_owned()),
                action: action.to_owned(),
                resource: resource.to_owned(),
                boundary,
                ..RequestSpec::default()
            };
            let Ok(request) = spec.request() else { continue };
            let confirmed = confirm(&request, &referee.claim(0, 0));
            assert!(confirmed.is_err(), "CANNOT, but {request:?}\n{words:?}\n{layers:?}");
        }
    }
}

/// Returns a seed: the words, and a layers file in which two policies of the corpus are layers.
pub(crate) fn seed(number: usize, one: &str, other: &str) -> String {
    let read = |text: &str| -> Value { serde_json::from_str(text).unwrap() };
    let has_principal = |text: &str| document("p", text).statements.iter().any(|s| s.principal.is_some());
    let mut file = json!({"resourceAccount": "111122223333"});
    for (text, layer) in [(one, "identity"), (other, "scp")] {
        match (has_principal(text), layer) {
            (true, _) => file["resource"] = read(text),
            (false, "scp") => file["scp"] = json!([[read(text)]]),
            (false, _) => file[layer] = json!([read(text)]),
        }
    }
    let pick = |list: &[&str]| list[number % list.len()].to_owned();
    format!("{} {} {}\n{file}", pick(PRINCIPALS), pick(ACTIONS), pick(RESOURCES))
}
