//! `lint`: parts of policies that have no effect, and parts that allow more than they appear to.

use super::fix::{self, Fixes, options_for};
use super::{baseline, tell};
use crate::check::{self, Options};
use crate::cli::Exit;
use crate::cli::args::{Format, LintArgs};
use crate::cli::input::{Input, Reader, Standing, gather};
use crate::cli::output::{Output, directory};
use crate::code::Code;
use crate::report::text::Verbosity;
use crate::report::{self, Failure, Issue, Kind, Report, Status, Subject, json};
use crate::surface::{answered, documents, each, fit, isolated};

pub(crate) fn run(args: &LintArgs, output: &mut Output) -> Result<Exit, Failure> {
    let read =
        || gather(&mut Reader::new(&args.inputs.container), &args.policies, "policy", &args.inputs.container);
    let mut inputs = read();
    if args.diff {
        return fix::patch(&inputs, args, output);
    }
    let mut fixes = Fixes::default();
    if args.fix {
        fixes = fix::write(&inputs, args, output)?;
        inputs = read();
    }
    if args.inputs.skip_non_policies && inputs.list.iter().all(Input::is_no_policy) {
        return Err(Failure::validation("none of the inputs holds a policy"));
    }
    let outcomes = each(&inputs.list, args.jobs, |input| outcome(input, args));
    let (mut subjects, failures): (Vec<Subject>, Vec<Option<Failure>>) = outcomes.into_iter().unzip();
    if args.fix {
        subjects.iter_mut().for_each(|subject| fixes.explain(&subject.name, &mut subject.issues));
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
        Format::Json => {
            let mut answer = json::lint(&report, &failures);
            fixes.add_to(&mut answer);
            output.json(answer)?;
        }
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
    let of_fixes = fixes.exit.unwrap_or(Exit::Success);
    Ok(exits.fold(of_fixes, Exit::and))
}

/// Returns what is told about an input, and the failure if it could not be judged.
fn outcome(input: &Input, args: &LintArgs) -> (Subject, Option<Failure>) {
    if args.inputs.skip_non_policies && input.is_no_policy() {
        return (untold(input, Status::Skipped, "this file holds no policy".to_owned(), Vec::new()), None);
    }
    if let Some(subject) = settled(input, args) {
        return (subject, None);
    }
    match one(input, &options_for(input, args).sharing()) {
        Ok(subject) => (subject, None),
        Err(failure) => {
            let issues = Issue::of_failure(&failure);
            (untold(input, Status::Error, failure.message.clone(), issues), Some(failure))
        }
    }
}

fn untold(input: &Input, status: Status, message: String, issues: Vec<Issue>) -> Subject {
    Subject { name: input.name.clone(), file: input.file(), rule: None, status, message, issues }
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
    Some(untold(input, status, message, issues))
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
