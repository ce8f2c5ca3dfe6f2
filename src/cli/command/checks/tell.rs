//! Reports the answers of a run, in JSON and in text.

use super::case::Case;
use crate::cli::command::policies::{described_block, described_entry};
use crate::cli::command::tell as told;
use crate::cli::input::{Holding, Reference};
use crate::cli::output::Output;
use crate::code::Code;
use crate::report::text::{self, Verbosity};
use crate::report::{
    Dependent, Failure, Judgement, Kind, Outcome, Report, Status, Subject, every_request, json,
};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// The outcomes of all cases, with the report made from them.
pub(super) struct Told<'t, 'a> {
    pub(super) cases: &'t [Case<'a>],
    pub(super) outcomes: &'t [Outcome<'a>],
    /// The remarks of answers on unknown values, one for each case.
    pub(super) dependences: &'t [Option<&'t Dependent>],
    pub(super) report: &'t Report,
    /// True if answers are reported with the names of their inputs.
    pub(super) named: bool,
    /// Files of several policies.
    pub(super) files: &'t [Holding],
}

impl Told<'_, '_> {
    pub(super) fn json(&self, output: &mut Output) -> Result<(), Failure> {
        let Told { cases, outcomes, report, named, .. } = *self;
        output.issues(report.issues.iter().filter(|issue| issue.code == Code::StaleAcceptance));
        let one = |(outcome, dependence): (&Outcome<'_>, Option<&Dependent>), subject: &Subject| {
            let mut value = match outcome {
                Outcome::Judged(judgement) => serde_json::json!(judgement),
                Outcome::Failed(failure) => json::failure(failure),
                Outcome::Skipped(why) => serde_json::json!({"skipped": why}),
                Outcome::Settled(settled) => json::settled(settled),
            };
            if let (Outcome::Judged(_), Some(dependence), Value::Object(members)) =
                (outcome, dependence, &mut value)
            {
                members.extend(json::dependent(dependence));
            }
            if let (true, Value::Object(members)) = (report.has_baseline, &mut value) {
                members.insert("accepted".to_owned(), json::accepted(subject));
                // Once its findings are accepted, the undecided part beside them decides the status.
                if let (Status::Unknown, Outcome::Judged(judgement)) = (subject.status, outcome)
                    && let Some(open) = json::open(judgement)
                {
                    members.insert("unknown".to_owned(), open);
                }
            }
            json::add_issues(&mut value, &subject.issues);
            value
        };
        if let ([outcome], [subject], false) = (outcomes, report.subjects.as_slice(), named) {
            let dependence = self.dependences.first().copied().flatten();
            return output.json(one((outcome, dependence), subject));
        }
        let outcomes = outcomes.iter().zip(self.dependences.iter().copied());
        let with_file = cases.iter().zip(outcomes).zip(&report.subjects).map(|((case, outcome), subject)| {
            let mut members = Map::new();
            members.insert("file".to_owned(), Value::from(case.input.name.as_str()));
            if let Some(rule) = &subject.rule {
                members.insert("rule".to_owned(), Value::from(rule.as_str()));
            }
            if let Some(entry) = &case.input.entry {
                members.insert("policy".to_owned(), described_entry(entry));
                if !case.input.blocks.is_empty() {
                    let blocks = case.input.blocks.iter().map(described_block).collect();
                    members.insert("accessBlocks".to_owned(), blocks);
                }
            }
            if let Value::Object(rest) = one(outcome, subject) {
                members.extend(rest);
            }
            Value::Object(members)
        });
        output.json(with_file.collect())
    }

    pub(super) fn text(&self, references: &[Reference], output: &mut Output) -> Result<(), Failure> {
        let Told { cases, outcomes, report, named, files, .. } = *self;
        // All diagnostics come first: a fault in one document does not hide those of another.
        output.issues(report.issues.iter().filter(|issue| issue.kind == Kind::Warning));
        references.iter().filter_map(Reference::failure).for_each(|failure| output.failure(&failure));
        let mut passes = Passes::of(outcomes, &report.subjects, output.verbosity);
        let mut last: Option<&str> = None;
        for ((case, outcome), subject) in cases.iter().zip(outcomes).zip(&report.subjects) {
            // With several rules, issues of the policy itself are reported once.
            let is_new = last.replace(&case.input.argument) != Some(&case.input.argument);
            match outcome {
                Outcome::Judged(judgement) if passes.are_brief && told::is_plain_pass(subject) => {
                    passes.add(judgement);
                }
                Outcome::Judged(judgement) => {
                    if is_new {
                        output.issues(subject.issues.iter().filter(|issue| issue.kind == Kind::Warning));
                    }
                    let text =
                        text::judgement(judgement, &subject.issues, named, output.verbosity, output.style);
                    output.text(&text)?;
                }
                Outcome::Failed(failure) => {
                    match (&case.input.read, case.reference.and_then(Reference::failure)) {
                        // Issues of the references that all inputs share are reported above.
                        (Ok(read), Some(_)) if !references.is_empty() => {
                            if let Some(own) = Failure::of_documents([read]).filter(|_| is_new) {
                                output.failure(&own);
                            }
                        }
                        (Ok(read), None) if read.document.is_none() && !is_new => {}
                        (Err(_), _) if !is_new => {}
                        _ => output.failure(failure),
                    }
                }
                Outcome::Skipped(why) => output.note(&format!("skipped {}: {why}", case.input.name)),
                Outcome::Settled(settled) => {
                    output.issues(subject.issues.iter().filter(|issue| issue.kind == Kind::Warning));
                    let about = (report.command, case.input.name.as_str());
                    output.text(&text::settled(
                        settled,
                        &subject.issues,
                        about,
                        output.verbosity,
                        output.style,
                    ))?;
                }
            }
        }
        if output.verbosity > Verbosity::Quiet {
            output.text(&passes.text(report.command))?;
        }
        let is_told = outcomes.len() != 1 && output.verbosity > Verbosity::Quiet;
        for file in files.iter().filter(|_| is_told) {
            let noun = if file.policies == 1 { "policy" } else { "policies" };
            let none = if file.policies > 0 && file.chosen == 0 { ", none of them chosen" } else { "" };
            output.text(&format!(
                "{}: {} {noun} in {} ({}){none}\n",
                report.command, file.policies, file.name, file.parts
            ))?;
        }
        if outcomes.len() > 1 && output.verbosity > Verbosity::Quiet {
            output.text(&report.summary())?;
        }
        Ok(())
    }
}

/// The policies that pass and about which there is nothing else to say. Many of them share one line.
#[derive(Default)]
struct Passes {
    are_brief: bool,
    count: usize,
    /// The requests for which all is proved.
    requests: String,
    assumptions: BTreeSet<Code>,
}

impl Passes {
    fn of(outcomes: &[Outcome<'_>], subjects: &[Subject], verbosity: Verbosity) -> Passes {
        let pairs = outcomes.iter().zip(subjects);
        let is_plain = |(outcome, subject): &(&Outcome<'_>, &Subject)| {
            matches!(outcome, Outcome::Judged(_)) && told::is_plain_pass(subject)
        };
        let are_brief = told::share_a_line(pairs.filter(is_plain).count(), verbosity);
        Passes { are_brief, ..Passes::default() }
    }

    fn add(&mut self, judgement: &Judgement<'_>) {
        self.count += 1;
        self.requests = every_request(judgement.answer.world, judgement.answer.edition.as_ref());
        self.assumptions.extend(judgement.answer.assumptions.iter().map(|assumption| assumption.0));
    }

    /// Writes the line, and the assumptions of all; nothing if each has a line of its own.
    fn text(&self, command: &str) -> String {
        if self.count == 0 {
            return String::new();
        }
        let assumes = text::assumptions(self.assumptions.iter().copied());
        format!(
            "{command}: PASS for {} policies: proved for {} (-v lists them)\n{assumes}",
            self.count, self.requests
        )
    }
}
