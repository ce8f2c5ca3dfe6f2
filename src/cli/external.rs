//! `find-external-access`: whom a policy lets in from outside.

use super::Exit;
use super::args::{ExternalAccess, Format};
use super::input::Reader;
use super::output::{Output, write_file};
use super::pair::{search_options, tell};
use crate::batch::{as_resource_policy, isolated};
use crate::check::{Zone, external_access};
use crate::policy::ResourceType;
use crate::report::text::Verbosity;
use crate::report::{External, Failure, Issue, Status};

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
    let (status, exit) = match (access.is_complete(), access.findings.is_empty()) {
        (false, _) => (Status::Unknown, Exit::Unknown),
        (true, true) => (Status::Pass, Exit::Success),
        (true, false) => (Status::Fail, Exit::Finding),
    };
    match output.format {
        Format::Json => output.json(&external.json())?,
        Format::Text => {
            let table = external.table();
            output.text(&table)?;
            let mut issues = external.numbered();
            if output.verbosity == Verbosity::Quiet {
                issues.clear();
            } else if !table.is_empty() {
                output.text("\n")?;
            }
            issues.extend(Issue::warnings(policy));
            tell(output, COMMAND, policy.source.name(), status, &external.sentence(), issues)?;
        }
        Format::Sarif | Format::Junit | Format::Github => {
            let mut issues = external.issues();
            issues.extend(Issue::warnings(policy));
            tell(output, COMMAND, policy.source.name(), status, &external.sentence(), issues)?;
        }
    }
    Ok(exit.zeroed(args.search.exit_zero))
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
