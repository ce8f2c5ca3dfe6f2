//! Issues for the reasons why there is no answer.

use super::judgement::Judgement;
use super::several_values::SeveralValues;
use crate::code::Code;
use crate::explain::Recheck;
use crate::explain::display::{KeyNames, one_line};
use crate::limits::Exhausted;
use crate::policy::{Document, PolicyType};
use crate::report::aws_messages::AwsCheck;
use crate::report::display;
use crate::report::issue::{Issue, Kind, Mark};
use crate::solve::{Unknown, UnknownReason};

/// Makes an issue of every reason why there is no answer.
pub(super) fn issues(
    judgement: &Judgement<'_>,
    unknown: &Unknown,
    recheck: Option<&Recheck<'_>>,
) -> Vec<Issue> {
    let several = SeveralValues::of(judgement, unknown);
    let mut unknown = unknown.clone();
    let mut notes = Vec::new();
    if let Some(several) = &several {
        if let Some(candidate) = &mut unknown.candidate {
            if let Some(example) = several.example(judgement, candidate) {
                *candidate = example;
            }
            notes.extend(several.meanings(judgement, candidate).map(|text| ("why", text)));
        }
        notes.extend(several.advice(recheck).map(|text| ("help", text)));
    }
    let message = question(judgement);
    let policy_type = judgement.answer.policy_type;
    let mut issues = among(&judgement.documents(), &unknown, policy_type, &message).into_iter();
    let first = issues
        .next()
        .map(|first| notes.into_iter().fold(first, |issue, (name, text)| issue.with_note(name, text)));
    first.into_iter().chain(issues).collect()
}

/// Says what could not be decided.
pub(super) fn question(judgement: &Judgement<'_>) -> String {
    let name = judgement.policy.source.name();
    match (judgement.check, judgement.existing) {
        (AwsCheck::NoNewAccess, Some(existing)) => {
            format!("could not decide whether {name} allows more than {}", existing.source.name())
        }
        (AwsCheck::NoNewAccess, None) => format!("could not decide whether {name} allows anything new"),
        (AwsCheck::AccessNotGranted(_), _) => format!("could not decide whether {name} grants listed access"),
        (AwsCheck::NoPublicAccess(_), _) => format!("could not decide whether {name} lets outsiders in"),
    }
}

/// Makes an issue of every reason why a query about these documents has no answer. `message` says what could not be decided, and starts
/// the first title.
pub(super) fn among(
    documents: &[&Document],
    unknown: &Unknown,
    policy_type: PolicyType,
    message: &str,
) -> Vec<Issue> {
    let names = KeyNames::of(documents);
    let candidate =
        unknown.candidate.as_ref().map(|c| display::table(&display::rows(c, &names, policy_type)));
    let named = |code: Code, title: &str| Issue::new(Kind::Unknown, code, one_line(title));
    let mut issues = Vec::new();
    for (index, reason) in unknown.reasons.iter().enumerate() {
        let mut issue = match reason {
            UnknownReason::Opaque { rule, detail, document, pointer, span } => {
                let issue = named(*rule, detail);
                match documents.get(*document) {
                    Some(document) => Issue {
                        source: Some(document.source.clone()),
                        marks: vec![Mark { span: *span, label: "the answer depends on this".to_owned() }],
                        pointer: Some(pointer.clone()),
                        ..issue.with_fingerprint(&[rule.as_str(), pointer, document.source.slice(*span)])
                    },
                    None => issue,
                }
            }
            UnknownReason::Layer { rule, of } => {
                let issue = named(*rule, &rule.summary());
                if of.is_empty() { issue } else { issue.with_note("part", one_line(of)) }
            }
            UnknownReason::Exhausted(Exhausted::Deadline) => {
                named(Exhausted::Deadline.code(), "the time limit was reached before an answer")
                    .with_note("help", advice(Exhausted::Deadline))
            }
            UnknownReason::Exhausted(limit) => {
                named(limit.code(), "a limit of the search was reached before an answer")
                    .with_note("help", advice(*limit))
            }
            UnknownReason::NotVerified(detail) => {
                named(Code::NotVerified, "no request was found, but the proof of that was not verified")
                    .with_note("note", one_line(detail))
            }
            UnknownReason::Internal(detail) => named(Code::InternalError, detail)
                .with_note("help", "this is a fault of iamsat: please report it"),
        };
        if index == 0 {
            if let Some(candidate) = &candidate {
                issue = issue.with_note("request", candidate.clone());
            }
            issue.title = one_line(&format!("{message}: {}", continued(&issue.title)));
        }
        issues.push(issue);
    }
    issues
}

/// Returns a sentence as it goes on after a colon: without its capital, unless that is the start of a name.
fn continued(sentence: &str) -> String {
    let mut letters = sentence.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(second)) if second.is_lowercase() || second == ' ' => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => sentence.to_owned(),
    }
}

/// Says how to get an answer if a limit ended the search.
fn advice(limit: Exhausted) -> &'static str {
    match limit {
        Exhausted::Mixed => {
            "test each condition key with operators of one type only: String, Numeric, Date, IpAddress or Arn"
        }
        Exhausted::States => {
            "make patterns simpler: fewer `*` and `?` in patterns that overlap each other, one statement where two say \
             almost the same"
        }
        Exhausted::Deadline => "allow more time with --timeout",
        Exhausted::Nodes | Exhausted::Literals => {
            "check parts of the policy separately: split its statements into several files"
        }
        Exhausted::Lemmas
        | Exhausted::Iterations
        | Exhausted::ProofBytes
        | Exhausted::Work
        | Exhausted::Findings
        | Exhausted::Questions => {
            "check less at once: split the statements into several files, and remove patterns that others cover"
        }
    }
}
