//! The answer to one query about one document, with the data that formats need.

use super::explainer::Explainer;
use super::public_access;
use crate::check::{Answer, GrantedAction, Options, Weakened};
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::explain::display::KeyNames;
use crate::explain::{Explained, Recheck};
use crate::policy::{Document, Effect, RequestSet};
use crate::report::aws_messages::AwsCheck;
use crate::report::failure::Failure;
use crate::solve::{Finding, Verdict};
use crate::span::Source;
use std::time::Duration;

/// The outcome of one input.
#[derive(Clone, Debug)]
pub enum Outcome<'a> {
    /// There is an answer.
    Judged(Box<Judgement<'a>>),
    /// There is none.
    Failed(Failure),
    /// There was nothing to check, for this reason.
    Skipped(String),
    /// The outcome is known without a search.
    Settled(Box<super::Settled>),
}

/// A statement that by itself is a reason for FAIL, in the terms of AWS's checks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// AWS's sentence.
    pub description: String,
    /// The statement of the checked policy, from 0.
    pub statement_index: Option<usize>,
    /// The statement of the existing policy, if the reason is in that policy.
    pub existing_statement_index: Option<usize>,
    /// Its Sid, if it has one.
    pub statement_id: Option<String>,
}

/// The requests that the existing policy denies and the judged one does not.
#[derive(Clone, Debug)]
pub enum Denial<'a> {
    /// The checked policy denies less, as a request shows.
    Weakened(Box<Explained<'a>>),
    /// It is undecided whether the checked policy denies less.
    Undecided,
}

/// The time that an answer took; shown only on request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measures {
    /// Time to answer, without reading.
    pub elapsed: Duration,
}

/// The answer to one query about one document.
#[derive(Clone, Debug)]
pub struct Judgement<'a> {
    /// The check.
    pub check: AwsCheck,
    /// The checked document.
    pub policy: &'a Document,
    /// The document it is compared to.
    pub existing: Option<&'a Document>,
    /// The answer.
    pub answer: &'a Answer,
    /// True if matches that depend on `resource-fields-do-not-cross-colons` are undecided.
    pub strict_arn: bool,
    /// AWS's reasons, by statement.
    pub reasons: Vec<Reason>,
    /// The findings behind them, in the same order.
    pub findings: Vec<Explained<'a>>,
    /// The requests that the checked policy no longer denies, if the query is another one.
    pub weakened: Option<Denial<'a>>,
    /// The listed actions that are granted, if they were determined.
    pub granted: Vec<GrantedAction>,
    /// The measures, if they are to be shown.
    pub measures: Option<Measures>,
    /// The spellings of the condition keys of the documents.
    pub(in crate::report) names: KeyNames<'a>,
    /// The warnings that this check gives about the checked document.
    pub(super) of_check: Vec<Diagnostic>,
}

/// The invocation of a query, for texts that repeat or name it.
#[derive(Clone, Copy, Default)]
pub struct Invocation<'a> {
    /// The argument that named the checked document.
    pub policy: &'a str,
    /// The argument that named the other document.
    pub existing: Option<&'a str>,
    /// The name of the reference policy, if there are several.
    pub rule: Option<&'a str>,
    /// The listed access or the resource type, which distinguishes the query from others.
    pub asked: &'a [String],
    /// Runs the query once more, so that advice can be checked; `None` for unchecked advice.
    pub recheck: Option<&'a Recheck<'a>>,
    /// True if the two documents are sides of a comparison, neither the earlier one.
    pub are_sides: bool,
    /// The phrase for a PASS after following advice; "it passes" unless given.
    pub then: Option<&'a str>,
}

/// Returns the warning that a policy without an Allow statement grants nothing whatever is asked.
fn allows_nothing(policy: &Document) -> Option<Diagnostic> {
    let has_allow = policy.statements.iter().any(|statement| statement.effect.value == Effect::Allow);
    let title = "the policy has no Allow statement: access that other policies grant is not considered";
    let help = "ask about the policies that grant access";
    (!has_allow).then(|| Diagnostic::warning(Code::AllowsNothing, title, policy.span).with_help(help))
}

impl<'a> Judgement<'a> {
    /// Explains an answer that was given under these options.
    pub fn new(
        check: AwsCheck,
        policy: &'a Document,
        existing: Option<&'a Document>,
        answer: &'a Answer,
        options: &Options,
    ) -> Judgement<'a> {
        Judgement::explained(check, (policy, existing), answer, options, true)
    }

    /// Does the same as [`Judgement::new`] without replay flags, which JSON does not show.
    pub fn without_replays(
        check: AwsCheck,
        policy: &'a Document,
        existing: Option<&'a Document>,
        answer: &'a Answer,
        options: &Options,
    ) -> Judgement<'a> {
        Judgement::explained(check, (policy, existing), answer, options, false)
    }

    fn explained(
        check: AwsCheck,
        (policy, existing): (&'a Document, Option<&'a Document>),
        answer: &'a Answer,
        options: &Options,
        replays: bool,
    ) -> Judgement<'a> {
        let documents: Vec<&Document> = std::iter::once(policy).chain(existing).collect();
        let found: &[Finding] = match &answer.verdict {
            Verdict::Fail(findings) => findings,
            Verdict::Pass(_) | Verdict::Unknown(_) => &[],
        };
        let shown = match &answer.weakened {
            Some(Weakened::Shown(finding)) => Some(&**finding),
            Some(Weakened::Undecided) | None => None,
        };
        let explainer = (!found.is_empty() || shown.is_some())
            .then(|| Explainer::new(check, &documents, answer, options, (found.len(), replays)));
        let explained =
            |finding: &'a Finding| explainer.as_ref().and_then(|explainer| explainer.explained(finding));
        let findings: Vec<Explained<'a>> = found.iter().filter_map(explained).collect();
        let weakened = match &answer.weakened {
            Some(Weakened::Shown(finding)) => explained(finding).map(|e| Denial::Weakened(Box::new(e))),
            Some(Weakened::Undecided) => Some(Denial::Undecided),
            None => None,
        };
        let reason = |finding: &Explained<'_>| {
            let index = finding.finding.statement;
            let document = match (finding.finding.set, existing) {
                (RequestSet::Denied, Some(existing)) => existing,
                _ => policy,
            };
            let sid = document.statements.get(index).and_then(|s| s.sid());
            let of_existing = finding.finding.set == RequestSet::Denied;
            Reason {
                description: match of_existing {
                    true => AwsCheck::denies_less_reason(index, sid),
                    false => check.reason(index, sid),
                },
                statement_index: (!of_existing).then_some(index),
                existing_statement_index: of_existing.then_some(index),
                statement_id: sid.map(str::to_owned),
            }
        };
        Judgement {
            check,
            policy,
            existing,
            answer,
            strict_arn: options.strict_arn,
            reasons: findings.iter().map(reason).collect(),
            findings,
            weakened,
            granted: Vec::new(),
            measures: None,
            names: KeyNames::of(&documents),
            of_check: match check {
                AwsCheck::NoPublicAccess(_) => public_access::warnings(policy, !options.aws_compat),
                AwsCheck::AccessNotGranted(_) => allows_nothing(policy).into_iter().collect(),
                AwsCheck::NoNewAccess => Vec::new(),
            },
        }
    }

    /// Lists the documents of the check, the checked one first.
    pub fn documents(&self) -> Vec<&'a Document> {
        std::iter::once(self.policy).chain(self.existing).collect()
    }

    /// Lists the warnings about the documents, each with its source.
    pub fn warnings(&self) -> Vec<(&'a Source, &Diagnostic)> {
        let read = self.documents().into_iter().flat_map(|d| d.warnings.iter().map(move |w| (&d.source, w)));
        read.chain(self.of_check.iter().map(|warning| (&self.policy.source, warning))).collect()
    }

    /// Lists the listed actions that a statement grants, if several were determined.
    pub(super) fn granted_by(&self, statement: usize) -> Vec<&str> {
        let granted = self.granted.iter().filter(|granted| granted.statements.contains(&statement));
        granted.map(|granted| granted.action.as_str()).collect()
    }

    /// Returns the document of a finding: the existing one if the finding is about what that denies.
    pub(in crate::report) fn document_of(&self, finding: &Finding) -> &'a Document {
        match (finding.set, self.existing) {
            (RequestSet::Denied, Some(existing)) => existing,
            _ => self.policy,
        }
    }

    /// Returns the message: AWS's, or ours where AWS has none.
    pub fn message(&self) -> &'static str {
        match &self.answer.verdict {
            Verdict::Fail(findings) if findings.iter().all(|f| f.set == RequestSet::Denied) => {
                AwsCheck::denies_less_message()
            }
            Verdict::Pass(_) => self.check.pass_message(),
            Verdict::Fail(_) => self.check.fail_message(),
            Verdict::Unknown(_) => self.check.unknown_message(),
        }
    }
}
