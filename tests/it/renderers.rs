//! Answers about random policies in every format: nothing is lost or malformed, and exactly the findings can be accepted.
//!
//! `IAMSAT_CASES` sets the number of random pairs (default 150).

use crate::support::policies::{Policy, some_keys};
use crate::support::{sampling, schema, xml};
use arbitrary::{Result, Unstructured};
use iamsat::check::{Answer, Options, no_new_access};
use iamsat::policy::{Document, PolicyType};
use iamsat::report::baseline::Baseline;
use iamsat::report::text::{self, Letters, Style, Verbosity};
use iamsat::report::{
    AwsCheck, Invocation, Issue, Judgement, Kind, Report, Status, Subject, github, junit, sarif,
};
use iamsat::solve::Verdict;
use iamsat::span::Source;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{TestCaseError, TestRunner};
use serde_json::Value;

/// Returns the report of a run over one policy.
fn reported(judgement: &Judgement<'_>, issues: Vec<Issue>) -> Report {
    let status = match judgement.answer.verdict {
        Verdict::Pass(_) => Status::Pass,
        Verdict::Fail(_) => Status::Fail,
        Verdict::Unknown(_) => Status::Unknown,
    };
    let message = judgement.sentence(&issues, false);
    let subject = Subject { name: "new.json".to_owned(), file: None, rule: None, status, message, issues };
    Report {
        command: "check-no-new-access",
        directory: None,
        subjects: vec![subject],
        issues: Vec::new(),
        has_baseline: false,
        about: String::new(),
    }
}

fn holds(u: &mut Unstructured<'_>, schema: &Value) -> Result<()> {
    let keys = some_keys(u)?;
    let resource_policy = u.arbitrary()?;
    let new = Policy::arbitrary(u, &keys, resource_policy)?.document("new.json");
    let existing = Policy::arbitrary(u, &keys, resource_policy)?.document("existing.json");
    let policy_type = if resource_policy { PolicyType::Resource } else { PolicyType::Identity };
    let options = Options { policy_type: Some(policy_type), ..Options::default() };
    let answer = no_new_access(&new, &existing, &options);
    let judgement = Judgement::new(AwsCheck::NoNewAccess, &new, Some(&existing), &answer, &options);
    let again = |changed: &Document| -> Option<Answer> { Some(no_new_access(changed, &existing, &options)) };
    let typed = Invocation {
        policy: "new.json",
        existing: Some("existing.json"),
        recheck: Some(&again),
        ..Invocation::default()
    };
    let mut report = reported(&judgement, judgement.issues(&typed));
    in_every_format(&judgement, &report, schema);
    accepted(&mut report, schema);
    Ok(())
}

/// Every issue is in every format.
fn in_every_format(judgement: &Judgement<'_>, report: &Report, schema: &Value) {
    let issues = &report.subjects[0].issues;
    let log = sarif::report(report);
    assert_eq!(schema::faults(schema, &log), Vec::<String>::new());
    assert_eq!(log["runs"][0]["results"].as_array().map(Vec::len), Some(issues.len()));
    let xml = junit::report(report);
    xml::elements(&xml).unwrap_or_else(|why| panic!("{why}\n{xml}"));
    let lines = github::report(report);
    assert_eq!(lines.lines().count(), issues.len().saturating_add(1), "{lines}");
    for letters in [Letters::Plain, Letters::Lines, Letters::Ascii] {
        for (color, width) in [(false, None), (true, Some(20)), (false, Some(500))] {
            let style = Style { color, letters, width };
            let text = text::judgement(judgement, issues, true, Verbosity::Normal, style);
            for issue in issues.iter().filter(|i| matches!(i.kind, Kind::Finding | Kind::Unknown)) {
                assert!(text.contains(issue.code.as_str()), "{text}");
            }
        }
    }
    for issue in issues {
        assert_eq!(issue.fingerprint.len(), 32);
        assert!(xml.contains(issue.code.as_str()), "{} is not in {xml}", issue.code);
    }
}

/// A list of findings accepts all of these findings, and nothing else.
fn accepted(report: &mut Report, schema: &Value) {
    let source = |text: &str| Source::new("known.json", text);
    let list = Baseline::empty(source("")).updated(report, "because", |_| true);
    let mut baseline = Baseline::parse(&source(&list)).unwrap();
    baseline.apply(report);
    report.has_baseline = true;
    for issue in &report.subjects[0].issues {
        assert_eq!(issue.accepted.is_some(), issue.kind == Kind::Finding);
    }
    assert_eq!(report.subjects[0].accepted().is_some(), report.subjects[0].status == Status::Fail);
    assert!(baseline.stale(report, |_| true).is_empty());
    assert_eq!(schema::faults(schema, &sarif::report(report)), Vec::<String>::new());
    // Written anew, nothing changes.
    assert_eq!(baseline.updated(report, "other", |_| true), list);
}

#[test]
fn every_answer_is_in_every_format() {
    let Some(schema) = schema::sarif() else { return };
    let outcome = TestRunner::new(sampling::config(150)).run(&vec(any::<u8>(), 0..400), |data| {
        // An input with too few bytes for a choice is skipped.
        let _ = holds(&mut Unstructured::new(&data), &schema);
        Ok::<(), TestCaseError>(())
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}
