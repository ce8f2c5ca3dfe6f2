//! AWS's own labelled cases and the managed policies, where the corpus is present.

use crate::support::{corpus, document, labelled};
use iamsat::check::{Options, no_new_access};
use iamsat::policy::{Document, Effect};
use iamsat::solve::Verdict;

#[test]
fn labelled_cases_come_out_as_labelled() {
    let Some(corpus) = corpus() else { return };
    let mut wrong = Vec::new();
    for case in labelled(&corpus.join("reference_cases.ndjson")) {
        let options = Options { policy_type: case.policy_type, certify: true, ..Options::default() };
        let answer = no_new_access(&case.new, &case.existing, &options);
        let expected = case.expect.as_deref().unwrap_or("?");
        if answer.verdict.name() != expected {
            let why = if let Verdict::Unknown(u) = &answer.verdict {
                format!("{:?}", u.reasons)
            } else {
                String::new()
            };
            wrong.push(format!("{}: {} instead of {expected} {why}", case.id, answer.verdict.name()));
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn managed_policies_against_themselves_and_shortened() {
    let Some(corpus) = corpus() else { return };
    let mut wrong = Vec::new();
    let mut files: Vec<_> =
        std::fs::read_dir(corpus.join("managed")).unwrap().map(|f| f.unwrap().path()).collect();
    files.sort();
    assert!(files.len() > 900);
    for file in files {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let whole = document(&name, &std::fs::read_to_string(&file).unwrap());
        let options = Options::default();
        let mut expect = |what: &str, answer: iamsat::check::Answer, allowed: &[&str]| {
            if !allowed.contains(&answer.verdict.name()) {
                let why = if let Verdict::Unknown(u) = &answer.verdict {
                    format!("{:?}", u.reasons)
                } else {
                    String::new()
                };
                wrong.push(format!("{name} {what}: {} {why}", answer.verdict.name()));
            }
        };
        expect("against itself", no_new_access(&whole, &whole, &options), &["PASS"]);
        let allow = whole.statements.iter().rposition(|s| s.effect.value == Effect::Allow);
        if let (Some(allow), true) = (allow, whole.statements.len() > 1) {
            let mut statements = whole.statements.to_vec();
            statements.remove(allow);
            let shorter = whole.with_statements(statements);
            expect("shortened", no_new_access(&shorter, &whole, &options), &["PASS"]);
            expect("against shortened", no_new_access(&whole, &shorter, &options), &["PASS", "FAIL"]);
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}

/// Neighbours by name, both ways, and AWS's forum policies against their mutants: docs/semantics.md lists the undecided ones with
/// their reason.
#[test]
fn only_documented_gaps_are_unknown() {
    let Some(corpus) = corpus() else { return };
    let mut pairs: Vec<(String, Document, Document)> = Vec::new();
    let mut files: Vec<_> =
        std::fs::read_dir(corpus.join("managed")).unwrap().map(|f| f.unwrap().path()).collect();
    files.sort();
    let managed: Vec<Document> = files
        .iter()
        .map(|f| document(&f.file_name().unwrap().to_string_lossy(), &std::fs::read_to_string(f).unwrap()))
        .collect();
    for pair in managed.windows(2) {
        for (new, existing) in [(&pair[0], &pair[1]), (&pair[1], &pair[0])] {
            pairs.push((
                format!("{} {}", new.source.name(), existing.source.name()),
                new.clone(),
                existing.clone(),
            ));
        }
    }
    for case in labelled(&corpus.join("mutants.ndjson")) {
        pairs.push((case.id, case.new, case.existing));
    }
    let mut unknown = Vec::new();
    for (name, new, existing) in &pairs {
        let answer = no_new_access(new, existing, &Options::default());
        if let Verdict::Unknown(u) = &answer.verdict {
            unknown.push(format!("{name}: {:?}", u.reasons));
        }
    }
    println!("{} pairs, {} unknown", pairs.len(), unknown.len());
    assert!(unknown.is_empty(), "{}", unknown.join("\n"));
}
