//! `find-external-access` on a file with several policies: each policy of a resource by itself.

use super::diff_many::{Told, failed, settled, told};
use super::external_access::{COMMAND, USUAL_RESOURCE, say_accepted, status};
use super::{baseline, tell};
use crate::check::{ExternalAccess, Options, Zone, external_access};
use crate::cli::Exit;
use crate::cli::args::{ExternalAccessArgs, Format};
use crate::cli::command::policies::described_entry;
use crate::cli::input::{Input, Inputs};
use crate::cli::output::{Output, directory};
use crate::code::Code;
use crate::index::broken;
use crate::policy::{Document, ResourceType};
use crate::query::CheckKind;
use crate::report::text::Verbosity;
use crate::report::{External, Failure, Issue, Kind, Report, Status, Subject, json};
use crate::surface::{answered, documents, external_resource_type, fit, passes_over};
use serde_json::{Map, Value};

/// The outcome for one policy.
enum Outcome<'i> {
    Found { policy: &'i Document, resource_type: ResourceType, access: Box<ExternalAccess> },
    Told(Map<String, Value>),
    Failed(Failure, Map<String, Value>),
}

pub(super) fn run(
    args: &ExternalAccessArgs,
    inputs: &Inputs,
    zone: &Zone,
    options: &Options,
    output: &mut Output,
) -> Result<Exit, Failure> {
    if args.search.certificate.is_some() {
        return Err(Failure::validation("`--certificate` is for one policy: name it with FILE#NAME"));
    }
    let (mut outcomes, mut subjects) = (Vec::new(), Vec::new());
    for input in &inputs.list {
        let (outcome, subject) = match judged(args, input, zone, options) {
            Ok(judged) => judged,
            Err(failure) => {
                let (subject, members) = failed(input, &failure);
                (Outcome::Failed(failure, members), subject)
            }
        };
        outcomes.push(outcome);
        subjects.push(subject);
    }
    let mut report = Report {
        command: COMMAND,
        directory: directory(),
        subjects,
        issues: Vec::new(),
        has_baseline: false,
        about: String::new(),
    };
    baseline::accept(&args.baseline, &mut report)?;
    output.judged(&report);
    report.subjects.iter_mut().for_each(say_accepted);
    let views: Vec<View<'_>> = inputs
        .list
        .iter()
        .zip(&outcomes)
        .map(|(input, outcome)| View { input, outcome, zone, options })
        .collect();
    output.issues(report.issues.iter());
    match output.format {
        Format::Json => {
            let values = views.iter().zip(&report.subjects);
            output.json(values.map(|(view, subject)| view.json(subject, report.has_baseline)).collect())?;
        }
        Format::Text => {
            for (view, subject) in views.iter().zip(&report.subjects) {
                view.text(subject, output)?;
            }
            if output.verbosity > Verbosity::Quiet {
                output.text(&report.summary())?;
            }
        }
        Format::Pipeline(_) => output.report(&report)?,
    }
    let exit = |subject: &Subject| match subject.status {
        Status::Pass | Status::Skipped => Exit::Success,
        Status::Fail if subject.accepted().is_some() => Exit::Success,
        Status::Fail => Exit::Finding,
        Status::Unknown => Exit::Unknown,
        Status::Error => Exit::Error,
    };
    let exits = report.subjects.iter().map(|subject| exit(subject).zeroed(args.search.exit_zero));
    Ok(exits.fold(Exit::Success, Exit::and))
}

fn judged<'i>(
    args: &ExternalAccessArgs,
    input: &'i Input,
    zone: &Zone,
    options: &Options,
) -> Result<(Outcome<'i>, Subject), Failure> {
    let as_told = |(subject, members): Told| (Outcome::Told(members), subject);
    let kind = input.entry.as_ref().and_then(|entry| entry.kind);
    if let Some(why) = kind.and_then(|kind| passes_over(CheckKind::NoPublicAccess, kind)) {
        return Ok(as_told(told(input, Status::Skipped, &why, Vec::new(), "SKIPPED")));
    }
    if let Some(told) = settled(input, args.container.show_sensitive) {
        return Ok(as_told(told));
    }
    let read = input.read.as_ref().map_err(Failure::clone)?;
    let [policy] = documents([read])?;
    fit(&[policy], options.policy_type)?;
    let resource_type = match (&args.resource_type, &input.entry) {
        (Some(given), _) => external_resource_type(given)?,
        (None, None) => external_resource_type(USUAL_RESOURCE)?,
        (None, Some(entry)) => match entry.resource_type {
            Some(own) if own.is_trust_policy() => external_resource_type("AWS::IAM::Role")?,
            Some(own) => own,
            None => {
                let why = format!("no type of resource is known for {}", entry.resource);
                let issue = Issue::new(Kind::Unknown, Code::NoPublicCheck, format!("{}: {why}", entry.name))
                    .with_note("help", "`--resource-type TYPE` checks it as the policy of such a resource");
                return Ok(as_told(told(input, Status::Unknown, &why, vec![issue], "UNKNOWN")));
            }
        },
    };
    let options = &options.sharing();
    let access = Box::new(answered(|| external_access(policy, resource_type, zone, options))?);
    let view = External { policy, argument: &input.argument, resource_type, zone, access: &access, options };
    let subject = Subject {
        name: input.name.clone(),
        file: input.file(),
        rule: None,
        status: status(&access),
        message: view.sentence(),
        issues: view.issues().into_iter().chain(Issue::warnings(policy)).collect(),
    };
    Ok((Outcome::Found { policy, resource_type, access }, subject))
}

/// A policy with its outcome.
struct View<'v> {
    input: &'v Input,
    outcome: &'v Outcome<'v>,
    zone: &'v Zone,
    options: &'v Options,
}

impl View<'_> {
    fn external(&self) -> Option<External<'_>> {
        match self.outcome {
            Outcome::Found { policy, resource_type, access } => Some(External {
                policy,
                argument: &self.input.argument,
                resource_type: *resource_type,
                zone: self.zone,
                access,
                options: self.options,
            }),
            Outcome::Told(_) | Outcome::Failed(..) => None,
        }
    }

    fn json(&self, subject: &Subject, has_baseline: bool) -> Value {
        let mut members = Map::new();
        members.insert("file".to_owned(), Value::from(self.input.name.as_str()));
        if let Some(entry) = &self.input.entry {
            members.insert("policy".to_owned(), described_entry(entry));
        }
        match (self.external(), self.outcome) {
            (Some(external), _) => {
                if let Value::Object(own) = external.json(&subject.issues) {
                    members.extend(own);
                }
                if has_baseline {
                    members.insert("accepted".to_owned(), json::accepted(subject));
                }
            }
            (_, Outcome::Told(own) | Outcome::Failed(_, own)) => members.extend(own.clone()),
            (None, Outcome::Found { .. }) => broken("what was found can be shown"),
        }
        let mut value = Value::Object(members);
        json::add_issues(&mut value, &subject.issues);
        value
    }

    fn text(&self, subject: &Subject, output: &mut Output) -> Result<(), Failure> {
        if let Outcome::Failed(failure, _) = self.outcome {
            output.failure(failure);
            return Ok(());
        }
        if subject.status == Status::Skipped {
            output.note(&format!("skipped {}: {}", subject.name, subject.message));
            return Ok(());
        }
        let is_quiet = output.verbosity == Verbosity::Quiet;
        let mut issues = subject.issues.clone();
        if let Some(external) = self.external() {
            let table = external.table(if is_quiet { &subject.issues } else { &[] }, output.style.width);
            output.text(&table)?;
            if !is_quiet && !table.is_empty() {
                output.text("\n")?;
            }
            issues = if is_quiet { Vec::new() } else { external.together(issues) };
        }
        let message = match subject.message.starts_with(&subject.name) {
            true => subject.message.clone(),
            false => format!("{}: {}", subject.name, subject.message),
        };
        tell::outcome(output, COMMAND, &subject.name, subject.status, &message, issues)
    }
}
