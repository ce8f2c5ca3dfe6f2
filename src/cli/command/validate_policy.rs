//! `validate-policy`: AWS's findings about policies, and beside them what is proved.

use super::{baseline, tell};
use crate::catalogue::Catalogue;
use crate::check;
use crate::cli::Exit;
use crate::cli::args::{Format, ValidatePolicyArgs};
use crate::cli::input::{Input, Reader, Standing, gather};
use crate::cli::output::{Output, directory};
use crate::code::Code;
use crate::container::Entry;
use crate::limits::InputLimits;
use crate::policy::PolicyType;
use crate::report::json::{self, ValidatedInput};
use crate::report::text::Verbosity;
use crate::report::{Failure, Issue, Kind, Report, Status, Subject, Validated};
use crate::surface::{ToValidate, Validating, each};
use crate::validate::Validator;

/// The outcome of one input.
enum Outcome {
    Validated(Box<Validated>),
    /// It is skipped, or not known.
    Settled(Subject),
    Failed(Failure, Subject),
}

pub(crate) fn run(args: &ValidatePolicyArgs, output: &mut Output) -> Result<Exit, Failure> {
    if let (Some(_), Some(policy_type)) = (args.resource_type, args.policy_type)
        && policy_type != PolicyType::Resource
    {
        return Err(Failure::validation("`--resource-type` needs the policy type RESOURCE_POLICY"));
    }
    let container = &args.inputs.container;
    let inputs = gather(&mut Reader::new(container).lenient(), &args.policy, "policy", container);
    if args.inputs.skip_non_policies && inputs.list.iter().all(Input::is_no_policy) {
        return Err(Failure::validation("none of the inputs holds a policy"));
    }
    let aws = args.catalogue.as_deref().unwrap_or_else(|| Catalogue::embedded());
    let validator = Validator::new(aws);
    let exact = check::Options { catalogue: args.catalogue.clone(), ..check::Options::default() };
    let validating = Validating {
        validator: &validator,
        exact: (!args.no_exact).then_some(exact),
        fail_on: args.fail_on.0,
        input: InputLimits::default(),
    };
    let outcomes = each(&inputs.list, args.jobs, |input| outcome(input, &validating, args));
    let subjects = outcomes.iter().map(|outcome| match outcome {
        Outcome::Validated(validated) => validated.subject.clone(),
        Outcome::Settled(subject) | Outcome::Failed(_, subject) => subject.clone(),
    });
    let mut report = Report {
        command: "validate-policy",
        directory: directory(),
        subjects: subjects.collect(),
        issues: Vec::new(),
        has_baseline: false,
        about: String::new(),
    };
    baseline::accept(&args.inputs.baseline, &mut report)?;
    output.judged(&report);
    match output.format {
        Format::Text => {
            let failures = outcomes.iter().map(|outcome| match outcome {
                Outcome::Failed(failure, _) => Some(failure),
                Outcome::Validated(_) | Outcome::Settled(_) => None,
            });
            tell::subjects(output, &report, failures, inputs.are_many)?;
            if output.verbosity >= Verbosity::Normal {
                output.note(&format!("names of AWS are those listed as of {}", aws.date()));
            }
        }
        Format::Json => {
            let mut answer = answer(&report, outcomes, inputs.are_many);
            let answers = match &mut answer {
                serde_json::Value::Array(list) => list.as_mut_slice(),
                one => std::slice::from_mut(one),
            };
            for (answer, subject) in answers.iter_mut().zip(&report.subjects) {
                json::add_issues(answer, &subject.issues);
            }
            output.json(answer)?;
        }
        Format::Pipeline(_) => output.report(&report)?,
    }
    Ok(report.subjects.iter().map(exit).fold(Exit::Success, Exit::and))
}

fn exit(subject: &Subject) -> Exit {
    let has = |kind: Kind| subject.issues.iter().any(|issue| issue.kind == kind && issue.accepted.is_none());
    match subject.status {
        Status::Error => Exit::Error,
        _ if has(Kind::Finding) => Exit::Finding,
        _ if has(Kind::Unknown) => Exit::Unknown,
        _ => Exit::Success,
    }
}

fn outcome(input: &Input, validating: &Validating<'_>, args: &ValidatePolicyArgs) -> Outcome {
    if args.inputs.skip_non_policies && input.is_no_policy() {
        return settled(input, Status::Skipped, "this file holds no policy".to_owned(), None);
    }
    let is_hidden = |entry: &&Entry| entry.sensitive && !args.inputs.container.show_sensitive;
    match &input.standing {
        Standing::Skipped(why) => return settled(input, Status::Skipped, why.clone(), None),
        Standing::Open(issue, why) => {
            return settled(input, Status::Unknown, why.clone(), Some((**issue).clone()));
        }
        _ if input.entry.as_deref().filter(is_hidden).is_some() => {
            let why = "its text is marked as sensitive: `--show-sensitive` shows the findings";
            let title = format!("{}: {why}", input.name);
            let issue = Issue::new(Kind::Unknown, Code::SensitivePolicy, title);
            return settled(input, Status::Unknown, why.to_owned(), Some(issue));
        }
        _ => {}
    }
    match validated(input, validating, args) {
        Ok(validated) => Outcome::Validated(Box::new(validated)),
        Err(failure) => {
            let subject = Subject {
                name: input.name.clone(),
                file: input.file(),
                rule: None,
                status: Status::Error,
                message: failure.message.clone(),
                issues: Issue::of_failure(&failure),
            };
            Outcome::Failed(failure, subject)
        }
    }
}

fn settled(input: &Input, status: Status, message: String, issue: Option<Issue>) -> Outcome {
    let issues = issue.into_iter().collect();
    let name = input.name.clone();
    Outcome::Settled(Subject { name, file: input.file(), rule: None, status, message, issues })
}

fn validated(
    input: &Input,
    validating: &Validating<'_>,
    args: &ValidatePolicyArgs,
) -> Result<Validated, Failure> {
    validating.validated(&ToValidate {
        name: (&input.name, &input.argument),
        read: input.read.as_ref().map_err(Failure::clone)?,
        entry: input.entry.as_deref(),
        policy_type: args.policy_type,
        resource: args.resource_type,
    })
}

/// Returns the answer in JSON: AWS's object for one policy, a list of named ones for several.
fn answer(report: &Report, outcomes: Vec<Outcome>, are_many: bool) -> serde_json::Value {
    // Accepted findings are marked in the report.
    let outcomes: Vec<Outcome> = outcomes
        .into_iter()
        .zip(&report.subjects)
        .map(|(outcome, subject)| match outcome {
            Outcome::Validated(validated) => {
                Outcome::Validated(Box::new(Validated { subject: subject.clone(), ..*validated }))
            }
            other => other,
        })
        .collect();
    let told = |outcome: &'_ Outcome| match outcome {
        Outcome::Validated(_) | Outcome::Failed(..) => None,
        Outcome::Settled(subject) => Some(subject.message.clone()),
    };
    if let ([outcome], false) = (outcomes.as_slice(), are_many) {
        return match outcome {
            Outcome::Validated(validated) => serde_json::json!(validated),
            Outcome::Failed(failure, _) => json::failure(failure),
            Outcome::Settled(_) => serde_json::json!({"message": told(outcome)}),
        };
    }
    let inputs: Vec<(&str, ValidatedInput<'_>)> = outcomes
        .iter()
        .zip(&report.subjects)
        .map(|(outcome, subject)| {
            let input = match outcome {
                Outcome::Validated(validated) => ValidatedInput::Validated(validated),
                Outcome::Failed(failure, _) => ValidatedInput::Failed(failure),
                Outcome::Settled(_) => ValidatedInput::Told(&subject.message),
            };
            (subject.name.as_str(), input)
        })
        .collect();
    json::validations(&inputs)
}
