//! `find-external-access`: whom a policy lets in from outside.

use super::Exit;
use super::args::{ExternalAccess, Format};
use super::input::Reader;
use super::output::{Output, write_file};
use super::pair::{search_options, tell};
use crate::batch::{as_resource_policy, isolated, resource_type};
use crate::check::{Zone, external_access};
use crate::report::text::Verbosity;
use crate::report::{External, Failure, Issue, Status};

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
    let external = External { policy, resource_type, zone: &zone, access: &access };
    let (status, exit) = match (access.is_complete(), access.findings.is_empty()) {
        (false, _) => (Status::Unknown, Exit::Unknown),
        (true, true) => (Status::Pass, Exit::Success),
        (true, false) => (Status::Fail, Exit::Finding),
    };
    match output.format {
        Format::Json => output.json(&external.json())?,
        Format::Text if output.verbosity < Verbosity::Verbose => {
            output.issues(Issue::warnings(policy).collect::<Vec<_>>().iter());
            output.text(&external.table())?;
            if output.verbosity > Verbosity::Quiet {
                output.text(&format!("find-external-access: {}\n", external.sentence()))?;
            }
        }
        _ => {
            let mut issues = external.issues();
            issues.extend(Issue::warnings(policy));
            output.text(&if output.format == Format::Text { external.table() } else { String::new() })?;
            tell(output, "find-external-access", policy.source.name(), status, &external.sentence(), issues)?;
        }
    }
    Ok(exit.zeroed(args.search.exit_zero))
}
