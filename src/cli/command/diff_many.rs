//! `diff` of many policies: before and after a plan, or the same policies of two files or directories.

use super::tell::unchanged;
use super::{diff_list, recheck};
use crate::check::{Options, no_more_through};
use crate::cli::Exit;
use crate::cli::args::{DiffArgs, Format};
use crate::cli::command::nothing::nothing;
use crate::cli::command::policies::described_entry;
use crate::cli::input::{Input, PairedInputs, Reference, Standing};
use crate::cli::output::{Output, directory};
use crate::code::Code;
use crate::policy::Document;
use crate::report::text::{self, Verbosity};
use crate::report::{
    Change, Changes, Failure, Invocation, Issue, Kind, Recheck, Report, Status, Subject, json,
};
use crate::surface::{answered, document, fit, isolated};
use serde_json::{Map, Value, json};

pub(super) fn run(args: &DiffArgs, paired: &PairedInputs, output: &mut Output) -> Result<Exit, Failure> {
    if args.search.certificate.is_some() {
        return Err(Failure::validation(
            "`--certificate` is for one pair of policies: name them with FILE#NAME",
        ));
    }
    if paired.unchanged > 0 {
        output.note(&unchanged(paired.unchanged));
    }
    let (mut subjects, mut values) = (Vec::new(), Vec::new());
    for (input, reference) in paired.inputs.list.iter().zip(&paired.references) {
        let (subject, mut members) = match one(args, input, reference.as_ref()) {
            Ok(told) => told,
            Err(failure) => failed(input, &failure),
        };
        members.insert("file".to_owned(), json!(input.name));
        if let Some(entry) = &input.entry {
            members.insert("policy".to_owned(), described_entry(entry));
        }
        let mut value = Value::Object(members);
        json::add_issues(&mut value, &subject.issues);
        subjects.push(subject);
        values.push(value);
    }
    match output.format {
        Format::Json => output.json(Value::Array(values))?,
        Format::Text => tell(&subjects, paired, output)?,
        Format::Pipeline(_) => output.report(&Report {
            command: "diff",
            directory: directory(),
            subjects: subjects.clone(),
            issues: Vec::new(),
            has_baseline: false,
            about: String::new(),
        })?,
    }
    let exits = subjects.iter().map(|subject| {
        let exit = match subject.status {
            Status::Pass | Status::Skipped => Exit::Success,
            Status::Fail => Exit::Finding,
            Status::Unknown => Exit::Unknown,
            Status::Error => Exit::Error,
        };
        exit.zeroed(args.search.exit_zero)
    });
    Ok(exits.fold(Exit::Success, Exit::and))
}

/// A policy with the members of its answer in JSON.
pub(super) type Told = (Subject, Map<String, Value>);

/// Returns the outcome of a policy that is not compared; `None` if it is compared.
pub(super) fn settled(input: &Input, shows_sensitive: bool) -> Option<Told> {
    let hidden = input.entry.as_ref().filter(|entry| entry.sensitive && !shows_sensitive);
    match (&input.standing, hidden) {
        (Standing::Skipped(why), _) => Some(told(input, Status::Skipped, why, Vec::new(), "SKIPPED")),
        (Standing::Open(issue, why), _) => {
            Some(told(input, Status::Unknown, why, vec![(**issue).clone()], "UNKNOWN"))
        }
        (_, Some(entry)) => {
            let why = "its text is marked as sensitive: `--show-sensitive` shows the findings";
            let issue = Issue::new(Kind::Unknown, Code::SensitivePolicy, format!("{}: {why}", entry.name));
            Some(told(input, Status::Unknown, why, vec![issue], "UNKNOWN"))
        }
        _ => None,
    }
}

fn one(args: &DiffArgs, input: &Input, reference: Option<&Reference>) -> Result<Told, Failure> {
    if let Some(told) = settled(input, args.container.show_sensitive) {
        return Ok(told);
    }
    let read = input.read.as_ref().map_err(Failure::clone)?;
    let other = match reference.map(|reference| &reference.read) {
        Some(Ok(other)) => Some(other),
        Some(Err(failure)) => return Err(failure.clone()),
        None => None,
    };
    if let Some(failure) = Failure::of_documents(other.into_iter().chain([read])) {
        return Err(failure);
    }
    let options = args.search.options(&args.semantics).sharing();
    let mut options = Options { judging: args.alone.judging(), ..options };
    let kind = input.entry.as_ref().and_then(|entry| entry.kind);
    options.policy_type = options.policy_type.or(kind.map(|kind| kind.policy_type()));
    let this = document(read);
    let none = nothing(this, &options);
    let (old, new) = match (&input.standing, other) {
        (Standing::Deleted, _) => (this, &none),
        (_, Some(other)) => (document(other), this),
        (_, None) => (&none, this),
    };
    fit(&[old, new], options.policy_type)?;
    let differences = answered(|| Changes::differences([old, new], &options))?;
    let same = |verb: &str| {
        let verb = if verb == "allow" { "allows" } else { "allows and denies" };
        format!("{verb} the same (proved for every request)")
    };
    let changes = isolated(|| Changes::new([old, new], differences, &options, same))?;
    let issues = |change: &Change<'_>, [policy, existing]: [&str; 2], refuses: &Document| {
        let again = |changed: &Document| {
            recheck::once(&options, |options| no_more_through(changed, refuses, options))
        };
        let recheck: Option<&Recheck<'_>> = recheck::is_cheap(std::iter::once(read)).then_some(&again);
        change.issues(&Invocation {
            policy,
            existing: Some(existing),
            recheck,
            then: Some("it allows nothing that the other does not"),
            ..Invocation::default()
        })
    };
    let was = reference.map_or("<nothing>", |reference| reference.argument.as_str());
    let mut found = changes.issues(&|change| issues(change, [&input.argument, was], old), &|change| {
        issues(change, [was, &input.argument], new)
    });
    if reference.is_none() {
        // There is no other policy that advice could name or change.
        for issue in &mut found {
            issue.notes.retain(|(name, _)| *name == "request");
        }
    }
    let (status, result) = changes.status();
    let (subject, mut members) = told(input, status, &changes.message, found, result);
    if let Value::Object(own) = json!(changes) {
        members.extend(own);
    }
    Ok((subject, members))
}

pub(super) fn told(input: &Input, status: Status, message: &str, issues: Vec<Issue>, result: &str) -> Told {
    let mut members = Map::new();
    members.insert("result".to_owned(), json!(result));
    members.insert("message".to_owned(), json!(message));
    let (name, message) = (input.name.clone(), message.to_owned());
    (Subject { name, file: input.file(), rule: None, status, message, issues }, members)
}

pub(super) fn failed(input: &Input, failure: &Failure) -> Told {
    let members = match json::failure(failure) {
        Value::Object(members) => members,
        _ => Map::new(),
    };
    let subject = Subject {
        name: input.name.clone(),
        file: input.file(),
        rule: None,
        status: Status::Error,
        message: failure.message.clone(),
        issues: Issue::of_failure(failure),
    };
    (subject, members)
}

fn tell(subjects: &[Subject], paired: &PairedInputs, output: &mut Output) -> Result<(), Failure> {
    for subject in subjects {
        if subject.status == Status::Skipped {
            output.note(&format!("skipped {}: {}", subject.name, subject.message));
            continue;
        }
        let mut issues = subject.issues.clone();
        diff_list::tell(&mut issues, output)?;
        for issue in &issues {
            output.text(&format!("{}\n", text::issue(issue, output.style)))?;
        }
        if output.verbosity > Verbosity::Quiet {
            output.text(&format!("diff: {}: {}\n", subject.name, subject.message))?;
        }
    }
    if output.verbosity > Verbosity::Quiet {
        for file in &paired.inputs.files {
            let noun = if file.policies == 1 { "policy" } else { "policies" };
            output.text(&format!("diff: {} {noun} in {} ({})\n", file.policies, file.name, file.parts))?;
        }
    }
    Ok(())
}
