//! `find-external-access`: access that a policy gives from outside.

use super::{baseline, certificate, external_access_many, tell};
use crate::check::{ExternalAccess, Zone, external_access};
use crate::cli::Exit;
use crate::cli::args::{ExternalAccessArgs, Format};
use crate::cli::config;
use crate::cli::input::{Reader, gather};
use crate::cli::output::{Output, directory};
use crate::explain::display::one_line;
use crate::report::text::Verbosity;
use crate::report::{External, Failure, Issue, Report, Status, Subject, json};
use crate::surface::{answered, as_resource_policy, documents, external_resource_type, fit};
use serde_json::Value;

pub(super) const COMMAND: &str = "find-external-access";

/// The assumed type of resource, if neither the file nor a flag states it.
pub(super) const USUAL_RESOURCE: &str = "AWS::S3::Bucket";

pub(crate) fn run(args: &ExternalAccessArgs, output: &mut Output) -> Result<Exit, Failure> {
    let resource_type = external_resource_type(args.resource_type.as_deref().unwrap_or(USUAL_RESOURCE))?;
    let (within, trusted) = config::zone(&args.zone_of_trust, &args.trusted, output)?;
    let zone = Zone::new(&within, &trusted).map_err(|error| Failure::validation(error.to_string()))?;
    let mut options = args.search.options(&args.semantics);
    as_resource_policy(&mut options)?;
    let mut reader = Reader::new(&args.container);
    let inputs = gather(&mut reader, std::slice::from_ref(&args.policy), "policy", &args.container);
    if !inputs.files.is_empty() {
        return external_access_many::run(args, &inputs, &zone, &options, output);
    }
    let options = options.sharing();
    let read = reader.read(&args.policy, "policy")?;
    let [policy] = documents([&read])?;
    fit(&[policy], options.policy_type)?;
    let access = answered(|| external_access(policy, resource_type, &zone, &options))?;
    certificate::write(args.search.certificate.as_deref(), access.rest.certificate(), output)?;
    let external = External {
        policy,
        argument: &args.policy,
        resource_type,
        zone: &zone,
        access: &access,
        options: &options,
    };
    let status = status(&access);
    let issues = external.issues().into_iter().chain(Issue::warnings(policy)).collect();
    let (name, file) =
        (policy.source.name().to_owned(), policy.source.in_file(policy.span).0.name().to_owned());
    let mut report = Report {
        command: COMMAND,
        directory: directory(),
        subjects: vec![Subject {
            name,
            file: Some(file),
            rule: None,
            status,
            message: external.sentence(),
            issues,
        }],
        issues: Vec::new(),
        has_baseline: false,
        about: String::new(),
    };
    baseline::accept(&args.baseline, &mut report)?;
    report.subjects.iter_mut().for_each(say_accepted);
    let is_accepted = report.subjects.iter().all(|subject| subject.accepted().is_some());
    match output.format {
        Format::Json => json(&external, &report, output)?,
        Format::Text => text(&external, report, output)?,
        Format::Pipeline(_) => output.report(&report)?,
    }
    let exit = match status {
        Status::Unknown => Exit::Unknown,
        Status::Fail if !is_accepted => Exit::Finding,
        _ => Exit::Success,
    };
    Ok(exit.zeroed(args.search.exit_zero))
}

/// Returns the status of an answer.
pub(super) fn status(access: &ExternalAccess) -> Status {
    match (access.is_complete(), access.findings.is_empty()) {
        (false, _) => Status::Unknown,
        (true, true) => Status::Pass,
        (true, false) => Status::Fail,
    }
}

/// Adds the number of accepted findings to the sentence about a policy.
pub(super) fn say_accepted(subject: &mut Subject) {
    match subject.issues.iter().filter(|issue| issue.accepted.is_some()).count() {
        0 => {}
        _ if subject.accepted().is_some() => subject.message.push_str(", accepted"),
        n => subject.message.push_str(&format!(", {n} of them accepted")),
    }
}

fn json(external: &External<'_>, report: &Report, output: &mut Output) -> Result<(), Failure> {
    output.issues(report.issues.iter());
    let issues: Vec<Issue> = report.subjects.iter().flat_map(|subject| subject.issues.clone()).collect();
    let mut value = external.json(&issues);
    if let (true, Value::Object(members)) = (report.has_baseline, &mut value) {
        members.extend(report.subjects.iter().map(|s| ("accepted".to_owned(), json::accepted(s))));
    }
    json::add_issues(&mut value, &issues);
    output.json(value)
}

/// Returns the table and the issues. If only problems are shown, the table omits accepted findings.
fn text(external: &External<'_>, report: Report, output: &mut Output) -> Result<(), Failure> {
    output.issues(report.issues.iter());
    let is_quiet = output.verbosity == Verbosity::Quiet;
    for subject in report.subjects {
        let table = external.table(if is_quiet { &subject.issues } else { &[] }, output.style.width);
        if !is_quiet && !table.is_empty() {
            let name = external.policy.source.name();
            let title = format!("access from outside {} that {name} gives", external.zone);
            output.text(&format!("{}:\n", one_line(&title)))?;
        }
        output.text(&table)?;
        if !is_quiet && !table.is_empty() {
            output.text("\n")?;
        }
        let issues = if is_quiet { Vec::new() } else { external.together(subject.issues) };
        tell::outcome(output, COMMAND, &subject.name, subject.status, &subject.message, issues)?;
    }
    Ok(())
}
