//! Two policies that are told apart: `compare` and `diff`.

use super::Exit;
use super::args::{Compare, Diff, Format, Reading, Search};
use super::checks::{MOST_CHECKED, options};
use super::input::Reader;
use super::output::{Output, directory, write_file};
use crate::batch::isolated;
use crate::check::{Answer, Comparison, Options, Relation, compare, difference, no_new_access};
use crate::policy::{Document, Read};
use crate::report::text::{self, Verbosity};
use crate::report::{
    AwsCheck, Change, Direction, Failure, Invocation, Issue, Judgement, Kind, Recheck, Report, Status,
    Subject, json,
};
use crate::solve::Verdict;
use serde_json::{Value, json};
use std::time::Instant;

pub(super) fn run_compare(args: &Compare, output: &mut Output) -> Result<Exit, Failure> {
    let pair = Pair::read(&args.left, &args.right, ["left", "right"])?;
    let (left, right) = pair.documents(&args.reading)?;
    let options = search_options(&args.reading, &args.search);
    let comparison = isolated(|| compare(left, right, &options))?;
    certificates(&args.search, [&comparison.left, &comparison.right], output)?;
    let judged =
        |answer, policy, other| Judgement::new(AwsCheck::NoNewAccess, policy, Some(other), answer, &options);
    let of_left = judged(&comparison.left, left, right);
    let of_right = judged(&comparison.right, right, left);
    let mut issues = pair.told(&args.left, (right, &args.right), &options, &|typed| of_left.issues(typed));
    issues.extend(pair.told(&args.right, (left, &args.left), &options, &|typed| of_right.issues(typed)));
    let message = relation(&comparison, left, right);
    let (status, exit) = match comparison.relation() {
        Some(Relation::Equivalent) => (Status::Pass, Exit::Success),
        Some(_) => (Status::Fail, Exit::Finding),
        None => (Status::Unknown, Exit::Unknown),
    };
    let result = comparison.relation().map_or("UNKNOWN", Relation::name);
    match output.format {
        Format::Json => output.json(&json!({
            "result": result,
            "message": message,
            "left": json::judgement(&of_left),
            "right": json::judgement(&of_right),
        }))?,
        _ => tell(output, "compare", &pair.name(), status, &format!("{result}. {message}"), issues)?,
    }
    Ok(exit.zeroed(args.search.exit_zero))
}

pub(super) fn run_diff(args: &Diff, output: &mut Output) -> Result<Exit, Failure> {
    let pair = Pair::read(&args.old, &args.new, ["old", "new"])?;
    let (old, new) = pair.documents(&args.reading)?;
    let options = search_options(&args.reading, &args.search);
    let (gained, lost) = isolated(|| (difference(new, old, &options), difference(old, new, &options)))?;
    let changes = [
        Change::new(Direction::Gained, new, old, gained, &options),
        Change::new(Direction::Lost, old, new, lost, &options),
    ];
    certificates(&args.search, changes.each_ref().map(Change::rest), output)?;
    let [gained, lost] = &changes;
    let mut issues = pair.told(&args.new, (old, &args.old), &options, &|typed| gained.issues(typed));
    issues.extend(pair.told(&args.old, (new, &args.new), &options, &|typed| lost.issues(typed)));
    issues.extend([old, new].into_iter().flat_map(Issue::warnings));
    let is_open = changes.iter().any(|change| !change.is_complete());
    let is_shown = changes.iter().any(Change::is_shown);
    let (status, result, exit) = match (is_open, is_shown) {
        (true, _) => (Status::Unknown, "UNKNOWN", Exit::Unknown),
        (false, true) => (Status::Fail, "DIFFERENT", Exit::Finding),
        (false, false) => (Status::Pass, "SAME", Exit::Success),
    };
    let message = match changes.iter().all(Change::is_empty) {
        true => format!(
            "{} and {} allow the same (proved for every request)",
            old.source.name(),
            new.source.name()
        ),
        false => format!("{}; {}", gained.sentence(), lost.sentence()),
    };
    match output.format {
        Format::Json => output.json(&json!({
            "result": result,
            "message": message,
            "gained": gained.json(),
            "lost": lost.json(),
            "policyType": gained.rest().policy_type.name(),
            "policyTypeInferred": gained.rest().policy_type_inferred,
            "assumptions": gained.rest().assumptions.iter().map(|a| json!(a.0)).collect::<Vec<Value>>(),
        }))?,
        _ => tell(output, "diff", &pair.name(), status, &message, issues)?,
    }
    Ok(exit.zeroed(args.search.exit_zero))
}

pub(super) fn search_options(reading: &Reading, search: &Search) -> Options {
    let mut options =
        Options { certificate: search.certificate.is_some(), certify: search.certify, ..options(reading) };
    options.limits.deadline = search.timeout.and_then(|time| Instant::now().checked_add(time));
    options
}

/// Writes the certificates of both directions into one file, as a list.
fn certificates(search: &Search, answers: [&Answer; 2], output: &Output) -> Result<(), Failure> {
    let Some(path) = &search.certificate else { return Ok(()) };
    let texts: Vec<String> =
        answers.iter().filter_map(|answer| answer.certificate()).map(|c| c.to_text()).collect();
    if texts.len() < answers.len() {
        output.note("an answer that is UNKNOWN has no certificate");
    }
    write_file(path, &format!("[\n{}]\n", texts.join(",\n")))
}

/// Text, or a format for pipelines.
pub(super) fn tell(
    output: &mut Output,
    command: &'static str,
    name: &str,
    status: Status,
    message: &str,
    issues: Vec<Issue>,
) -> Result<(), Failure> {
    if output.format != Format::Text {
        let subject =
            Subject { name: name.to_owned(), rule: None, status, message: message.to_owned(), issues };
        return output.report(&Report {
            command,
            directory: directory(),
            subjects: vec![subject],
            issues: Vec::new(),
            has_baseline: false,
        });
    }
    output.issues(issues.iter().filter(|issue| issue.kind == Kind::Warning));
    for issue in issues.iter().filter(|issue| issue.kind != Kind::Warning) {
        let text = text::issue(issue, output.style);
        output.text(&if issue.accepted.is_none() { format!("{text}\n") } else { text })?;
    }
    if output.verbosity > Verbosity::Quiet { output.text(&format!("{command}: {message}\n")) } else { Ok(()) }
}

/// How two policies relate, in a sentence.
fn relation(comparison: &Comparison, left: &Document, right: &Document) -> String {
    let (left, right) = (left.source.name(), right.source.name());
    match comparison.relation() {
        Some(Relation::Equivalent) => format!("{left} and {right} allow the same: proved for every request"),
        Some(Relation::LeftNarrower) => {
            format!("{left} allows nothing that {right} does not (proved), and not all that {right} allows")
        }
        Some(Relation::LeftWider) => {
            format!("{left} allows all that {right} allows (proved), and more")
        }
        Some(Relation::Incomparable) => {
            format!("each of {left} and {right} allows something that the other does not")
        }
        None => {
            let said = |answer: &Answer, one: &str, other: &str| match answer.verdict {
                Verdict::Pass(_) => format!("{one} allows nothing that {other} does not (proved)"),
                Verdict::Fail(_) => format!("{one} allows something that {other} does not"),
                Verdict::Unknown(_) => {
                    format!("it is open whether {one} allows something that {other} does not")
                }
            };
            format!("{}; {}", said(&comparison.left, left, right), said(&comparison.right, right, left))
        }
    }
}

/// Two policies.
struct Pair {
    reads: [Read; 2],
}

impl Pair {
    fn read(first: &str, second: &str, roles: [&str; 2]) -> Result<Pair, Failure> {
        let mut reader = Reader::default();
        let [one, other] = roles;
        let reads = [reader.read(first, one)?, reader.read(second, other)?];
        match Failure::of_documents(&reads) {
            Some(failure) => Err(failure),
            None => Ok(Pair { reads }),
        }
    }

    /// What the document of an argument allows beyond another, told with advice that was tried by asking again.
    fn told(
        &self,
        argument: &str,
        (other, other_argument): (&Document, &str),
        options: &Options,
        tell: &dyn Fn(&Invocation<'_>) -> Vec<Issue>,
    ) -> Vec<Issue> {
        let quiet = Options { certificate: false, certify: false, ..options.clone() };
        let again = |changed: &Document| isolated(|| no_new_access(changed, other, &quiet)).ok();
        let bytes: usize = self.reads.iter().map(|read| read.source.text().len()).sum();
        let again: Option<&Recheck<'_>> = if bytes > MOST_CHECKED { None } else { Some(&again) };
        tell(&Invocation {
            policy: argument,
            existing: Some(other_argument),
            recheck: again,
            then: Some("nothing more is allowed"),
            ..Invocation::default()
        })
    }

    fn name(&self) -> String {
        let [one, other] = self.reads.each_ref().map(|read| read.source.name());
        format!("{one} {other}")
    }

    /// The documents, if both are of the type they are read as.
    fn documents(&self, reading: &Reading) -> Result<(&Document, &Document), Failure> {
        let [one, other] = self.reads.each_ref().map(|read| read.document.as_ref());
        let missing = || Failure::internal("a document without faults is missing");
        let (one, other) = one.zip(other).ok_or_else(missing)?;
        match Failure::of_misfits(&[one, other], reading.policy_type) {
            Some(failure) => Err(failure),
            None => Ok((one, other)),
        }
    }
}
