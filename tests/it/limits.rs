//! Every limit of a search ends it in UNKNOWN with the limit's name, and no limit turns an answer into another one.

use crate::support::document;
use iamsat::check::{Answer, Options, Zone, difference, external_access, lint, no_new_access};
use iamsat::limits::{Exhausted, SearchLimits};
use iamsat::policy::{Document, ResourceType};
use iamsat::solve::{UnknownReason, Verdict};
use std::time::{Duration, Instant};

fn policy(statements: &[String]) -> Document {
    document("policy", &format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, statements.join(",")))
}

fn statement(effect: &str, element: &str, resources: &[String]) -> String {
    format!(r#"{{"Effect":"{effect}","Action":"s3:GetObject","{element}":{resources:?}}}"#)
}

/// A bucket name of `length` letters that has to contain `count` parts of five letters: too few letters for all of them, which
/// only a search over all orders of the parts can show.
fn crowded(length: usize, count: usize) -> (Document, Document) {
    let name = format!("arn:aws:s3:::{}", "?".repeat(length));
    let letter = |i: usize| char::from_u32(0x4E00 + u32::try_from(i).unwrap()).unwrap();
    let part = |i: usize| format!("arn:aws:s3:::*{}*", (i * 5..i * 5 + 5).map(letter).collect::<String>());
    let mut new = vec![statement("Allow", "Resource", &[name])];
    new.extend((0..count).map(|i| statement("Deny", "NotResource", &[part(i)])));
    (policy(&new), policy(&[statement("Allow", "Resource", &["arn:aws:s3:::other".to_owned()])]))
}

/// The existing policy allows two halves of the allowed requests: both have to be excluded, which takes a solver.
fn halves() -> (Document, Document) {
    let with = |conditions: &str| {
        format!(
            r#"{{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{{"StringLike":{{{conditions}}}}}}}"#
        )
    };
    let existing = [
        with(r#""ex:a":"x*","ex:b":["p*","q*"]"#),
        with(r#""ex:a":["y*","z*"],"ex:b":"p*""#),
        with(r#""ex:a":["y*","z*"],"ex:b":"q*""#),
    ];
    (policy(&[with(r#""ex:a":["x?","y?","z?"],"ex:b":["p?","q?"]"#)]), policy(&existing))
}

fn ask((new, existing): &(Document, Document), limits: SearchLimits) -> Answer {
    no_new_access(new, existing, &Options { limits, ..Options::default() })
}

fn limit(answer: &Answer) -> String {
    match &answer.verdict {
        Verdict::Unknown(unknown) => match &unknown.reasons[..] {
            [UnknownReason::Exhausted(limit)] => limit.code().to_string(),
            other => panic!("{other:?}"),
        },
        other => other.name().to_owned(),
    }
}

/// More tags than values for them, no two tags with the same one: a short query whose propositional part alone is hard.
fn pigeons(count: usize) -> (Document, Document) {
    let with = |effect: &str, conditions: String| {
        format!(r#"{{"Effect":"{effect}","Action":"*","Resource":"*","Condition":{{{conditions}}}}}"#)
    };
    let holes: Vec<String> = (1..count).map(|hole| format!("h{hole}")).collect();
    let mut new = vec![with("Allow", String::new())];
    for pigeon in 0..count {
        new.push(with("Deny", format!(r#""StringNotEquals":{{"ex:p{pigeon}":{holes:?}}}"#)));
        for other in 0..pigeon {
            let both = |hole: &String| {
                with("Deny", format!(r#""StringEquals":{{"ex:p{pigeon}":"{hole}","ex:p{other}":"{hole}"}}"#))
            };
            new.extend(holes.iter().map(both));
        }
    }
    (policy(&new), policy(&[with("Deny", String::new())]))
}

#[test]
fn each_limit_has_its_name() {
    let defaults = SearchLimits::default();
    let (crowded, halves) = (crowded(14, 3), halves());
    assert_eq!(limit(&ask(&crowded, defaults)), "PASS");
    assert_eq!(limit(&ask(&halves, defaults)), "PASS");
    assert_eq!(limit(&ask(&crowded, SearchLimits { states: 5, ..defaults })), "limit-product-states");
    assert_eq!(limit(&ask(&halves, SearchLimits { nodes: 3, ..defaults })), "limit-formula-nodes");
    assert_eq!(limit(&ask(&halves, SearchLimits { lemmas: 0, ..defaults })), "limit-lemmas");
    assert_eq!(limit(&ask(&halves, SearchLimits { iterations: 0, ..defaults })), "limit-iterations");
    assert_eq!(limit(&ask(&halves, SearchLimits { literals: 2, ..defaults })), "limit-clause-literals");
    assert_eq!(limit(&ask(&halves, SearchLimits { work: 3, ..defaults })), "limit-comparisons");
    assert_eq!(limit(&ask(&pigeons(5), defaults)), "PASS");
    assert_eq!(
        limit(&ask(&pigeons(9), SearchLimits { proof_bytes: 100_000, ..defaults })),
        "limit-proof-bytes"
    );
    let few = Options { limits: SearchLimits { questions: 1, ..defaults }, ..Options::default() };
    assert_eq!(limit(&difference(&halves.1, &halves.0, &few).rest), "limit-questions");
}

/// A key with one of two values, inserted into a resource: both are tried.
#[test]
fn tries_of_values_end_in_unknown() {
    let resource = |end: &str| statement("Allow", "Resource", &[format!("arn:aws:s3:::b/{end}")]);
    let new = policy(&[resource("${aws:MultiFactorAuthPresent}")]);
    let pair = (new, policy(&[resource("true"), resource("false")]));
    let defaults = SearchLimits::default();
    assert_eq!(limit(&ask(&pair, defaults)), "PASS");
    assert_eq!(ask(&pair, SearchLimits { assignments: 1, ..defaults }).verdict.name(), "UNKNOWN");
    assert_eq!(ask(&pair, SearchLimits { key_values: 1, ..defaults }).verdict.name(), "UNKNOWN");
}

#[test]
fn a_deadline_ends_a_hard_search() {
    let limits = SearchLimits {
        states: u64::MAX,
        deadline: Instant::now().checked_add(Duration::from_millis(100)),
        ..SearchLimits::default()
    };
    assert_eq!(limit(&ask(&crowded(64, 13), limits)), "limit-deadline");
}

/// Statements about other resources are excluded before any solver or automaton runs.
#[test]
fn what_is_about_something_else_costs_nothing() {
    let mut existing: Vec<String> =
        (0..20).map(|i| statement("Deny", "Resource", &[format!("arn:aws:s3:::other{i}/*")])).collect();
    existing.push(statement("Allow", "Resource", &["arn:aws:s3:::*".to_owned()]));
    let new = policy(&[statement("Allow", "Resource", &["arn:aws:s3:::bucket/*".to_owned()])]);
    let answer = ask(&(new, policy(&existing)), SearchLimits::default());
    assert_eq!(answer.verdict.name(), "PASS");
    let stats = answer.stats;
    assert_eq!((stats.solves, stats.clauses, stats.states, stats.lemmas), (0, 0, 0, 0), "{stats:?}");
}

#[test]
fn more_of_everything_never_changes_an_answer() {
    let halves = halves();
    let mut decided = Vec::new();
    for budget in [0, 1, 2, 5, 10, 100, 1_000, 100_000] {
        let limits = SearchLimits {
            nodes: budget,
            states: budget as u64,
            lemmas: budget,
            iterations: budget,
            literals: budget,
            proof_bytes: u64::MAX,
            work: budget as u64,
            findings: usize::MAX,
            witness_bytes: usize::MAX,
            questions: budget,
            assignments: budget,
            key_values: budget,
            form_texts: budget,
            deadline: None,
        };
        let name = ask(&halves, limits).verdict.name();
        assert!(name == "PASS" || (name == "UNKNOWN" && decided.is_empty()), "{budget}: {name}");
        decided.extend((name == "PASS").then_some(budget));
    }
    assert!(!decided.is_empty());
}

/// A statement about the objects of one bucket, for some accounts.
fn of_bucket(effect: &str, principal: &str, bucket: usize) -> String {
    format!(
        r#"{{"Effect":"{effect}",{principal}"Action":["s3:Get*","s3:GetObject"],"Resource":"arn:aws:s3:::b{bucket}/*"}}"#
    )
}

/// Many queries about one long document: its length counts for each.
#[test]
fn reading_a_document_for_every_question_is_counted() {
    let work = |work: u64| Options {
        limits: SearchLimits { work, ..SearchLimits::default() },
        ..Options::default()
    };
    let alike: Vec<String> =
        (0..40).map(|i| of_bucket(if i % 2 == 0 { "Allow" } else { "Deny" }, "", 0)).collect();
    assert_eq!(lint(&policy(&alike), &work(2_000)).exhausted, Some(Exhausted::Work));
    assert_eq!(lint(&policy(&alike), &Options::default()).exhausted, None);
    let accounts: Vec<String> = (0..40).map(|i| format!("\"{:012}\"", 200_000_000_000_u64 + i)).collect();
    let accounts = format!(r#""Principal":{{"AWS":[{}]}},"#, accounts.join(","));
    let shared = policy(&[of_bucket("Allow", &accounts, 0)]);
    let zone = Zone::new(&["111122223333"], &[] as &[&str]).unwrap();
    let bucket = ResourceType::from_name("AWS::S3::Bucket").unwrap();
    let found = external_access(&shared, bucket, &zone, &work(20_000));
    assert_eq!(limit(&found.rest), "limit-comparisons");
    assert!(!found.findings.is_empty());
    let found = external_access(&shared, bucket, &zone, &Options::default());
    assert!(found.is_complete());
    assert_eq!(found.findings.len(), 40);
}

/// Statements about other resources do not change the findings, and cost little.
#[test]
fn statements_about_other_resources_are_not_looked_at() {
    let own = [of_bucket("Allow", "", 0), of_bucket("Deny", "", 1), of_bucket("Allow", "", 1)];
    let others = (2..200)
        .map(|i| format!(r#"{{"Effect":"Allow","Action":"s3:PutObject","Resource":"arn:aws:s3:::b{i}/*"}}"#));
    let all: Vec<String> = own.iter().cloned().chain(others).collect();
    let faults = |statements: &[String], work: u64| {
        let limits = SearchLimits { work, ..SearchLimits::default() };
        let found = lint(&policy(statements), &Options { limits, ..Options::default() });
        assert_eq!(found.exhausted, None);
        found.defects.iter().map(|defect| (defect.statement, defect.fault)).collect::<Vec<_>>()
    };
    let few = faults(&own, 30_000);
    assert_eq!(few.len(), 3, "{few:?}");
    assert_eq!(faults(&all, 300_000), few);
}
