//! `block-public-access`: the effect of S3's four settings on a policy and ACLs.

use super::tell;
use crate::check::{BlockSettings, Blocked, block_public_access};
use crate::cli::Exit;
use crate::cli::args::{BlockPublicAccessArgs, Format};
use crate::cli::input::{Reader, acl_grants, block_settings, is_no};
use crate::cli::output::{Output, write_file};
use crate::policy::ResourceType;
use crate::report::text::Verbosity;
use crate::report::{AwsCheck, BlockReport, Failure, Invocation, Issue, Judgement, Status, json};
use crate::surface::{answered, as_resource_policy, document, fit};

pub(crate) fn run(args: &BlockPublicAccessArgs, output: &mut Output) -> Result<Exit, Failure> {
    let known = ["AWS::S3::Bucket", "AWS::S3::AccessPoint"].contains(&&*args.resource_type);
    let resource_type = ResourceType::from_name(&args.resource_type).filter(|_| known).ok_or_else(|| {
        is_no(
            &args.resource_type,
            "neither AWS::S3::Bucket nor AWS::S3::AccessPoint, which these settings are about",
        )
    })?;
    let is_point = resource_type.is_access_point();
    // These apply only to requests through an access point: they do not stop requests to the bucket itself.
    if !is_point && (args.vpc_origin || args.access_point_settings.is_some()) {
        return Err(Failure::validation(
            "`--vpc-origin` and `--access-point-settings` are about access points: ask with `--resource-type \
             AWS::S3::AccessPoint` and the policy of the access point",
        ));
    }
    let mut settings = BlockSettings::default();
    for argument in
        [&args.settings, &args.account_settings, &args.access_point_settings].into_iter().flatten()
    {
        settings = settings.with(block_settings(argument)?);
    }
    let mut grants = Vec::new();
    for argument in &args.acl {
        grants.extend(acl_grants(argument)?);
    }
    let read =
        args.policy.as_ref().map(|policy| Reader::new(&args.container).read(policy, "policy")).transpose()?;
    if let Some(failure) = Failure::of_documents(&read) {
        return Err(failure);
    }
    let policy = read.as_ref().map(document);
    let settings = settings.with(file_settings(args, output)?);
    let mut options = args.search.options(&args.semantics).sharing();
    as_resource_policy(&mut options)?;
    if let Some(policy) = policy {
        fit(&[policy], options.policy_type)?;
    }
    if let Some(owner) =
        args.owner.as_deref().filter(|o| o.len() != 12 || !o.bytes().all(|b| b.is_ascii_digit()))
    {
        return Err(is_no(owner, "not an account: an account has 12 digits"));
    }
    let of = Blocked {
        policy,
        resource_type,
        vpc_only: args.vpc_origin,
        grants: &grants,
        settings,
        owner: args.owner.as_deref(),
    };
    let outcome = answered(|| block_public_access(&of, &options))?;
    if let Some(path) = &args.search.certificate {
        match outcome.public.as_ref().and_then(|answer| answer.certificate()) {
            Some(certificate) => write_file(path, certificate.to_text())?,
            None => output.note("there is no certificate: no policy was decided"),
        }
    }
    let report =
        BlockReport { of: &of, outcome: &outcome, argument: args.policy.as_deref(), options: &options };
    let (status, exit) = match report.is_found() {
        Some(false) => (Status::Pass, Exit::Success),
        Some(true) => (Status::Fail, Exit::Finding),
        None => (Status::Unknown, Exit::Unknown),
    };
    match output.format {
        Format::Json => {
            let mut answer = serde_json::json!(report);
            json::add_issues(&mut answer, &issues(args, &report));
            output.json(answer)?;
        }
        Format::Text => {
            output.issues(policy.into_iter().flat_map(Issue::warnings).collect::<Vec<_>>().iter());
            if output.verbosity > Verbosity::Quiet {
                output.text(&format!("block-public-access: {}\n", report.sentence()))?;
            }
            output.text(&report.text())?;
        }
        _ => {
            let issues = issues(args, &report);
            let name = policy.map_or("acl", |policy| policy.source.name());
            tell::outcome(output, "block-public-access", name, status, &report.sentence(), issues)?;
        }
    }
    Ok(exit.zeroed(args.search.exit_zero))
}

/// Returns the issues about the policy and the ACLs.
fn issues(args: &BlockPublicAccessArgs, report: &BlockReport<'_>) -> Vec<Issue> {
    let (of, public) = (report.of, report.outcome.public.as_ref());
    let of_policy = match (&args.policy, of.policy, public) {
        (Some(argument), Some(policy), Some(answer)) => {
            let question = AwsCheck::NoPublicAccess(of.resource_type);
            let typed = Invocation { policy: argument, ..Invocation::default() };
            Judgement::new(question, policy, None, answer, report.options).issues(&typed)
        }
        _ => Vec::new(),
    };
    of_policy.into_iter().chain(report.of_acl()).collect()
}

/// Returns the settings that the file of the policy has for the bucket, unless flags give them.
fn file_settings(args: &BlockPublicAccessArgs, output: &mut Output) -> Result<BlockSettings, Failure> {
    let mut settings = BlockSettings::default();
    let file = args.policy.as_deref().filter(|argument| *argument != "-");
    if let (Some(argument), None) = (file, &args.settings) {
        for block in Reader::new(&args.container).blocks(argument)? {
            let [acls, ignores, policies, restricts] = block.flags.map(|flag| flag == Some(true));
            settings = settings.with(BlockSettings {
                block_public_acls: acls,
                ignore_public_acls: ignores,
                block_public_policy: policies,
                restrict_public_buckets: restricts,
            });
            output.note(&format!(
                "with the settings of {}; one that is not known counts as off",
                block.address
            ));
        }
    }
    Ok(settings)
}
