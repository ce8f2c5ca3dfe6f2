//! `find-external-access`: whom a policy lets in from outside.

use super::Exit;
use super::args::{ExternalAccess, Format};
use super::input::Reader;
use super::known;
use super::output::{Output, directory, write_file};
use super::pair::{search_options, tell};
use crate::batch::{as_resource_policy, isolated};
use crate::check::{Zone, external_access};
use crate::policy::ResourceType;
use crate::report::text::Verbosity;
use crate::report::{External, Failure, Issue, Report, Status, Subject, json};
use serde_json::Value;

const COMMAND: &str = "find-external-access";

pub(super) fn run(args: &ExternalAccess, output: &mut Output) -> Result<Exit, Failure> {
    let resource_type = resource_type(&args.resource_type)?;
    let zone = Zone::new(&args.zone_of_trust, &args.trusted).map_err(Failure::validation)?;
    let read = Reader::default().read(&args.policy, "policy")?;
    if let Some(failure) = Failure::of_documents([&read]) {
        return Err(failure);
    }
    let missing = || Failure::internal("a document without faults is missing");
    let policy = read.document.as_ref().ok_or_else(missing)?;
    let mut options = search_options(&args.reading, &args.search);
    as_resource_policy(&mut options)?;
    if let Some(failure) = Failure::of_misfits(&[policy], options.policy_type) {
        return Err(failure);
    }
    let access = isolated(|| external_access(policy, resource_type, &zone, &options))?;
    if let Some(path) = &args.search.certificate {
        match access.rest.certificate() {
            Some(certificate) => write_file(path, &certificate.to_text())?,
            None => output.note("there is no certificate: the answer is UNKNOWN"),
        }
    }
    let external = External {
        policy,
        argument: &args.policy,
        resource_type,
        zone: &zone,
        access: &access,
        options: &options,
    };
    let status = match (access.is_complete(), access.findings.is_empty()) {
        (false, _) => Status::Unknown,
        (true, true) => Status::Pass,
        (true, false) => Status::Fail,
    };
    // JSON is made from the findings; it needs the issues only where some may be accepted.
    let issues = match output.format {
        Format::Json if !args.accepted.is_asked() => Vec::new(),
        _ => external.issues().into_iter().chain(Issue::warnings(policy)).collect(),
    };
    let name = policy.source.name().to_owned();
    let mut report = Report {
        command: COMMAND,
        directory: directory(),
        subjects: vec![Subject { name, rule: None, status, message: external.sentence(), issues }],
        issues: Vec::new(),
        has_baseline: false,
    };
    known::accept(&args.accepted, &mut report)?;
    let is_accepted = report.subjects.iter().all(|subject| subject.accepted().is_some());
    for subject in &mut report.subjects {
        match subject.issues.iter().filter(|issue| issue.accepted.is_some()).count() {
            0 => {}
            _ if is_accepted => subject.message.push_str(", accepted"),
            n => subject.message.push_str(&format!(", {n} of them accepted")),
        }
    }
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

fn json(external: &External<'_>, report: &Report, output: &mut Output) -> Result<(), Failure> {
    output.issues(report.issues.iter());
    let issues: Vec<Issue> = report.subjects.iter().flat_map(|subject| subject.issues.clone()).collect();
    let mut value = external.json(&issues);
    if let (true, Value::Object(members)) = (report.has_baseline, &mut value) {
        members.extend(report.subjects.iter().map(|s| ("accepted".to_owned(), json::accepted(s))));
    }
    output.json(&value)
}

/// The table and the issues; where only what is wrong is to be shown, the table without what is accepted.
fn text(external: &External<'_>, report: Report, output: &mut Output) -> Result<(), Failure> {
    output.issues(report.issues.iter());
    let is_quiet = output.verbosity == Verbosity::Quiet;
    for subject in report.subjects {
        let table = external.table(if is_quiet { &subject.issues } else { &[] });
        output.text(&table)?;
        if !is_quiet && !table.is_empty() {
            output.text("\n")?;
        }
        let issues = if is_quiet { Vec::new() } else { External::numbered(subject.issues) };
        tell(output, COMMAND, &subject.name, subject.status, &subject.message, issues)?;
    }
    Ok(())
}

/// The resource type with this name, as AWS's findings have them.
fn resource_type(name: &str) -> Result<ResourceType, Failure> {
    ResourceType::of_findings(name).ok_or_else(|| {
        let all: Vec<&str> = ResourceType::all_of_findings().map(ResourceType::name).collect();
        Failure::validation(format!(
            "Value '{name}' at 'resourceType' failed to satisfy constraint: Member must satisfy enum value set: [{}]",
            all.join(", ")
        ))
    })
}
