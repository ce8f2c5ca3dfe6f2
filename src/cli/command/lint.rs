//! `lint`: parts of policies that have no effect, and parts that allow more than they appear to.

use super::{baseline, tell};
use crate::check::{self, Options};
use crate::cli::Exit;
use crate::cli::args::{Format, LintArgs};
use crate::cli::input::{Input, Reader, Standing, gather};
use crate::cli::output::{Output, directory};
use crate::code::Code;
use crate::report::text::Verbosity;
use crate::report::{self, Failure, Issue, Kind, Report, Status, Subject, json};
use crate::surface::{answered, deadline, documents, fit, isolated};

pub(crate) fn run(args: &LintArgs, output: &mut Output) -> Result<Exit, Failure> {
    let inputs =
        gather(&mut Reader::new(&args.inputs.container), &args.policies, "policy", &args.inputs.container);
    if args.inputs.skip_non_policies && inputs.list.iter().all(Input::is_no_policy) {
        return Err(Failure::validation("none of the inputs holds a policy"));
    }
    let mut failures: Vec<Option<Failure>> = Vec::new();
    let mut subjects: Vec<Subject> = Vec::new();
    for input in &inputs.list {
        let mut options = Options {
            certify: args.certify,
            judging: args.alone.judging(),
            ..args.semantics.options().sharing()
        };
        options.limits.deadline = deadline(args.timeout);
        if args.inputs.skip_non_policies && input.is_no_policy() {
            let message = "this file holds no policy".to_owned();
            let name = input.name.clone();
            subjects.push(Subject {
                name,
                file: None,
                rule: None,
                status: Status::Skipped,
                message,
                issues: Vec::new(),
            });
            failures.push(None);
            continue;
        }
        if let Some(subject) = settled(input, args) {
            subjects.push(subject);
            failures.push(None);
            continue;
        }
        let kind = input.entry.as_ref().and_then(|entry| entry.kind);
        options.policy_type = options.policy_type.or(kind.map(|kind| kind.policy_type()));
        match one(input, &options) {
            Ok(subject) => {
                subjects.push(subject);
                failures.push(None);
            }
            Err(failure) => {
                subjects.push(Subject {
                    name: input.name.clone(),
                    file: input.file(),
                    rule: None,
                    status: Status::Error,
                    message: failure.message.clone(),
                    issues: Issue::of_failure(&failure),
                });
                failures.push(Some(failure));
            }
        }
    }
    let mut report = Report {
        command: "lint",
        directory: directory(),
        subjects,
        issues: Vec::new(),
        has_baseline: false,
        about: String::new(),
    };
    baseline::accept(&args.inputs.baseline, &mut report)?;
    match output.format {
        Format::Text => {
            tell::subjects(output, &report, failures.iter().map(Option::as_ref), inputs.are_many)?;
            if output.verbosity >= Verbosity::Normal {
                let date = args.semantics.options().catalogue().date().to_owned();
                output.note(&format!(
                    "lint does not judge whether access is intended; names of AWS are those listed as of {date}"
                ));
            }
        }
        Format::Json => output.json(&json::lint(&report, &failures))?,
        Format::Pipeline(_) => output.report(&report)?,
    }
    let exit = |subject: &Subject| match subject.status {
        Status::Pass | Status::Skipped => Exit::Success,
        Status::Error => Exit::Error,
        _ if subject.issues.iter().any(|i| i.kind == Kind::Lint && i.accepted.is_none()) => Exit::Finding,
        _ if subject.issues.iter().any(|i| i.kind == Kind::Unknown) => Exit::Unknown,
        _ => Exit::Success,
    };
    let exits = report.subjects.iter().map(|subject| exit(subject).zeroed(args.exit_zero));
    Ok(exits.fold(Exit::Success, Exit::and))
}

/// Returns the outcome of a policy that is not analyzed; `None` if it is.
fn settled(input: &Input, args: &LintArgs) -> Option<Subject> {
    let hidden =
        input.entry.as_ref().filter(|entry| entry.sensitive && !args.inputs.container.show_sensitive);
    let (status, message, issue) = match (&input.standing, hidden) {
        (Standing::Skipped(why), _) => (Status::Skipped, why.clone(), None),
        (Standing::Open(issue, why), _) => (Status::Unknown, why.clone(), Some((**issue).clone())),
        (_, Some(entry)) => {
            let why = "its text is marked as sensitive: `--show-sensitive` shows the findings";
            let title = format!("{}: {why}", entry.name);
            (Status::Unknown, why.to_owned(), Some(Issue::new(Kind::Unknown, Code::SensitivePolicy, title)))
        }
        _ => return None,
    };
    let issues = issue.into_iter().collect();
    Some(Subject { name: input.name.clone(), file: input.file(), rule: None, status, message, issues })
}

fn one(input: &Input, options: &Options) -> Result<Subject, Failure> {
    let read = input.read.as_ref().map_err(Failure::clone)?;
    let [document] = documents([read])?;
    fit(&[document], options.policy_type)?;
    let found = answered(|| check::lint(document, options))?;
    isolated(|| Subject {
        name: input.name.clone(),
        file: input.file(),
        ..report::lint(document, &input.argument, &found, options)
    })
}
