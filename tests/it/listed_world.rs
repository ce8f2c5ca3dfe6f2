//! The world of a catalogue: the search decides as the referee does for every request of a small one, and its laws.
//!
//! `IAMSAT_PAIRS` sets the number of pairs (default 250), `IAMSAT_SEED` the first seed.

use crate::support::document;
use crate::support::world::{Random, pairs_and_seed};
use iamsat::catalogue::Catalogue;
use iamsat::check::{Answer, Options, no_new_access};
use iamsat::evaluate::{self, Decision, decide};
use iamsat::limits::CatalogueLimits;
use iamsat::policy::{Document, Effect, PolicyType};
use iamsat::query::World;
use iamsat::request::{Request, RequestPart};
use iamsat::solve::{UnknownReason, Verdict};
use iamsat::verify::{Limits, Outcome, verify, verify_with};
use std::sync::Arc;

const ACTIONS: [&str; 18] = [
    "s3:GetObject",
    "s3:GetObjectAcl",
    "s3:Get*",
    "s3:*Object*",
    "s3:ListBucket",
    "s3:List*",
    "s3:PutBucket",
    "s3:Put*",
    "s3:Tag",
    "s3:*",
    "q:Send",
    "q:Re*",
    "q:ListQueues",
    "iam:PassRole",
    "iam:*Role",
    "iam:TagRole",
    "*",
    "s3:Unlisted",
];

const RESOURCES: [&str; 13] = [
    "*",
    "arn:aws:s3:::b",
    "arn:aws:s3:::b*",
    "arn:aws:s3:::b/*",
    "arn:aws:s3:::*/x",
    "arn:aws:s3:::*",
    "arn:*:s3:::b/${s3:prefix}",
    "arn:aws:q:*:111122223333:*",
    "arn:aws:q:eu:*:b",
    "arn:aws:iam::111122223333:role/*",
    "arn:aws:iam::*:role/b/x",
    "arn:aws:*:*:*:*b*",
    "arn:aws:iam::111122223333:user/*",
];

/// Resources of requests.
const PLACES: [&str; 11] = [
    "*",
    "arn:aws:s3:::b",
    "arn:aws:s3:::c",
    "arn:aws:s3:::b/x",
    "arn:aws:s3:::c/x",
    "arn:aws:s3:::b/k/x",
    "arn:aws:q:eu:111122223333:b",
    "arn:aws:q:us:444455556666:c",
    "arn:aws:iam::111122223333:role/b/x",
    "arn:aws:iam::444455556666:role/c",
    "arn:aws:iam::111122223333:user/b",
];

/// A key, its conditions, and its values in requests.
type Key = (&'static str, &'static [&'static str], &'static [&'static [&'static str]]);

const TEXTS: &[&str] = &[
    r#""StringEquals":{"KEY":"a"}"#,
    r#""StringNotLike":{"KEY":["a*","b"]}"#,
    r#""StringLikeIfExists":{"KEY":"a*"}"#,
    r#""Null":{"KEY":"true"}"#,
    r#""ForAllValues:StringEquals":{"KEY":["a","b"]}"#,
    r#""ForAnyValue:StringLike":{"KEY":"a*"}"#,
    r#""ForAnyValue:StringNotEquals":{"KEY":"b"}"#,
];

const SEVERAL: &[&[&str]] =
    &[&[], &["a"], &["b"], &["ab"], &["c"], &["a", "b"], &["a", "c"], &["a", "b", "c"]];

const KEYS: [Key; 6] = [
    ("s3:prefix", TEXTS, SEVERAL),
    ("s3:tags", TEXTS, SEVERAL),
    ("q:name", TEXTS, SEVERAL),
    ("aws:RequestTag/t", TEXTS, &[&[], &["a"], &["b"], &["c"]]),
    ("iam:PassedToService", TEXTS, &[&[], &["a"], &["b"], &["c"]]),
    ("id.example:claim", TEXTS, &[&[], &["a"], &["b"], &["c"]]),
];

fn catalogue() -> Arc<Catalogue> {
    let text = include_bytes!("../data/small-catalogue.txt");
    Arc::new(Catalogue::read(text, &CatalogueLimits::default()).unwrap())
}

fn statement(random: &mut Random, keys: &[&Key]) -> String {
    let mut list = |name: &str, from: &[&str]| {
        let not = if random.chance(6) { "Not" } else { "" };
        let count = 1 + random.below(3);
        let values: Vec<&str> = (0..count).map(|_| *random.pick(from)).collect();
        format!("\"{not}{name}\":{}", serde_json::json!(values))
    };
    let (actions, resources) = (list("Action", &ACTIONS), list("Resource", &RESOURCES));
    let effect = if random.chance(4) { "Deny" } else { "Allow" };
    let key = *random.pick(keys);
    let condition = if random.chance(2) { random.pick(key.1).replace("KEY", key.0) } else { String::new() };
    format!(r#"{{"Effect":"{effect}",{actions},{resources},"Condition":{{{condition}}}}}"#)
}

fn policy(random: &mut Random, keys: &[&Key], name: &str) -> Document {
    let count = 1 + random.below(3);
    let statements: Vec<String> = (0..count).map(|_| statement(random, keys)).collect();
    document(name, &format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, statements.join(",")))
}

/// Returns all requests of a small world, listed or not.
fn requests(catalogue: &Catalogue, keys: &[&Key]) -> Vec<Request> {
    let listed = catalogue.services().flat_map(|service| catalogue.actions_of(service));
    let actions: Vec<String> =
        listed.map(|action| action.full_name()).chain(["s3:Unlisted".to_owned(), "x:Y".to_owned()]).collect();
    let mut all = Vec::new();
    for action in &actions {
        for place in PLACES {
            let mut some = vec![Request::new(&**action, place)];
            for (name, _, values) in keys {
                let with = |request: &Request| {
                    let request = request.clone();
                    values.iter().map(move |values| request.clone().with(name, values.iter().copied()))
                };
                some = some.iter().flat_map(with).collect();
            }
            all.extend(some);
        }
    }
    all
}

fn name(answer: &Answer) -> &'static str {
    answer.verdict.name()
}

/// Each verdict about the world holds for every request of it, a FAIL shows one of it, and a PASS has a certificate. FAIL in the
/// world is FAIL about all requests, and PASS about all requests is PASS in the world.
#[test]
fn verdicts_hold_for_every_listed_request() {
    let (pairs, first) = pairs_and_seed();
    let catalogue = catalogue();
    let (mut verdicts, mut narrower, mut judged) = ([0usize; 3], 0, 0);
    for seed in first..first + pairs {
        let mut random = Random::new(seed, 0x9E37_79B9_7F4A_7C15);
        let keys: Vec<&Key> = vec![random.pick(&KEYS)];
        let (new, old) = (policy(&mut random, &keys, "new"), policy(&mut random, &keys, "old"));
        let open = Options {
            policy_type: Some(PolicyType::Identity),
            catalogue: Some(Arc::clone(&catalogue)),
            certificate: true,
            certify: true,
            ..Options::default()
        };
        let listed = Options { world: World::Catalogue, ..open.clone() };
        let show = || format!("seed {seed}\nnew {}\nold {}", new.source.text(), old.source.text());
        let (in_open, in_world) = (no_new_access(&new, &old, &open), no_new_access(&new, &old, &listed));
        assert!(name(&in_world) != "FAIL" || name(&in_open) == "FAIL", "{}", show());
        assert!(name(&in_open) != "PASS" || name(&in_world) == "PASS", "{}", show());
        narrower += usize::from(name(&in_open) != "PASS" && name(&in_world) == "PASS");
        match &in_world.verdict {
            Verdict::Pass(_) => verdicts[0] += 1,
            Verdict::Fail(findings) => {
                verdicts[1] += 1;
                for finding in findings {
                    let misfit = finding.witness.request().is_in_catalogue(&catalogue).err();
                    // A key that a variable inserts may have several values: see `query::Known::multiplicity`.
                    let is_inserted = new.source.text().contains("${") || old.source.text().contains("${");
                    let is_listed =
                        misfit.as_ref().is_none_or(|m| m.part == RequestPart::Values && is_inserted);
                    assert!(is_listed, "{misfit:?}\n{}", show());
                }
            }
            Verdict::Unknown(unknown) => {
                verdicts[2] += 1;
                let is_open = |reason: &UnknownReason| matches!(reason, UnknownReason::Opaque { .. });
                assert!(unknown.reasons.iter().all(is_open), "{unknown:?}\n{}", show());
            }
        }
        if let Some(certificate) = in_world.certificate() {
            let text = certificate.to_text();
            let outcome = verify_with(&text, &catalogue, &Limits::default());
            assert!(matches!(outcome, Outcome::Verified(_)), "{outcome:?}\n{}", show());
            assert!(matches!(verify(&text, &Limits::default()), Outcome::Refused(_)), "{}", show());
        }
        if name(&in_world) != "PASS" {
            continue;
        }
        let mut reading = evaluate::Options::for_documents(&[&new, &old]);
        reading.policy_type = PolicyType::Identity;
        for request in requests(&catalogue, &keys) {
            if request.is_in_catalogue(&catalogue).is_ok()
                && decide(&[&new], &request, &reading) == Decision::Allowed
            {
                judged += 1;
                let refuses = decide(&[&old], &request, &reading);
                let is_refused = matches!(refuses, Decision::ImplicitlyDenied | Decision::ExplicitlyDenied);
                assert!(!is_refused, "PASS but {request:?}\n{}", show());
            }
        }
    }
    println!("PASS, FAIL, UNKNOWN {verdicts:?}, narrower than all requests {narrower}, requests {judged}");
    assert!(verdicts[0] > 0 && verdicts[1] > 0 && narrower > 0 && judged > 0);
}

/// Returns a policy with the actions that AWS lists in the place of each wildcard; `None` if one stands for nothing listed, or a
/// part of it is not a list of actions.
fn spelled_out(policy: &Document, aws: &Catalogue) -> Option<Document> {
    let mut value: serde_json::Value = serde_json::from_str(policy.source.text()).ok()?;
    let statements = value.get_mut("Statement")?;
    let mut all: Vec<&mut serde_json::Value> = match statements {
        serde_json::Value::Array(list) => list.iter_mut().collect(),
        one => vec![one],
    };
    for (statement, read) in all.iter_mut().zip(&policy.statements) {
        // A wildcard that denies would exclude more.
        if read.action.negated || read.effect.value == Effect::Deny {
            return None;
        }
        let mut names = Vec::new();
        for pattern in read.action.values.iter().map(|value| &value.value) {
            let listed: Vec<String> = aws.matching(pattern).map(|action| action.full_name()).collect();
            if pattern.has_service_wildcard() || pattern.is_any() || listed.is_empty() {
                return None;
            }
            names.extend(listed);
        }
        statement.as_object_mut()?.insert("Action".to_owned(), names.into());
    }
    Some(document("spelled out", &value.to_string()))
}

/// A policy and the same with every wildcard spelled out allow the same listed requests. About all requests, the wildcards allow
/// more, and it is proved that no listed action does.
///
/// `IAMSAT_SPELLED` sets the number of managed policies (default 3).
#[test]
fn wildcards_are_the_actions_that_aws_lists() {
    let Some(corpus) = crate::support::corpus() else { return };
    let number = std::env::var("IAMSAT_SPELLED").map_or(3, |number| number.parse().unwrap());
    let aws = Catalogue::embedded();
    let mut paths: Vec<_> =
        std::fs::read_dir(corpus.join("managed")).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let mut judged = 0;
    for path in paths {
        let text = std::fs::read_to_string(&path).unwrap();
        let policy = document("managed", &text);
        let is_wild =
            policy.statements.iter().flat_map(|s| &s.action.values).any(|v| v.value.text.contains('*'));
        if judged == number || !is_wild || text.len() > 3_000 && number < 10 {
            continue;
        }
        let Some(spelled) = spelled_out(&policy, aws) else { continue };
        judged += 1;
        let open = Options { policy_type: Some(PolicyType::Identity), ..Options::default() };
        let listed = Options { world: World::Catalogue, ..open.clone() };
        let ask = |new: &Document, old: &Document, options: &Options| no_new_access(new, old, options);
        for (new, old) in [(&policy, &spelled), (&spelled, &policy)] {
            assert_eq!(name(&ask(new, old, &listed)), "PASS", "{}", path.display());
        }
        assert_eq!(name(&ask(&spelled, &policy, &open)), "PASS", "{}", path.display());
        let wild = ask(&policy, &spelled, &open);
        assert!(name(&wild) == "PASS" || wild.is_latent(), "{} {wild:?}", path.display());
    }
    assert!(judged > 0);
}
