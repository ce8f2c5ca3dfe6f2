//! `block-public-access`: S3's four settings on a policy and ACLs.

use super::Exit;
use super::args::{BlockPublicAccess, Format};
use super::input::{Reader, text_of};
use super::output::{Output, write_file};
use super::pair::{search_options, tell};
use crate::batch::{as_resource_policy, isolated, resource_type};
use crate::check::{AclGrant, BlockSettings, Blocked, block_public_access};
use crate::report::text::Verbosity;
use crate::report::{BlockReport, Failure, Issue, Judgement, Question, Status, Typed};
use serde_json::Value;

const ALL_USERS: &str = "http://acs.amazonaws.com/groups/global/AllUsers";
const AUTHENTICATED: &str = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";

pub(super) fn run(args: &BlockPublicAccess, output: &mut Output) -> Result<Exit, Failure> {
    let resource_type = resource_type(&args.resource_type)?;
    let is_point = resource_type.is_access_point();
    if !is_point && resource_type.name() != "AWS::S3::Bucket" {
        return Err(wrong(
            resource_type.name(),
            "neither a bucket nor an access point, which these settings are about",
        ));
    }
    // They act on requests through an access point only: whoever goes to the bucket itself is not kept out by them.
    if !is_point && (args.vpc_origin || args.access_point_settings.is_some()) {
        return Err(Failure::validation(
            "`--vpc-origin` and `--access-point-settings` are about access points: ask with `--resource-type \
             AWS::S3::AccessPoint` and the policy of the access point",
        ));
    }
    let mut of_all = BlockSettings::default();
    for argument in
        [&args.settings, &args.account_settings, &args.access_point_settings].into_iter().flatten()
    {
        of_all = of_all.with(settings(argument)?);
    }
    let mut grants = Vec::new();
    for argument in &args.acl {
        grants.extend(acl(argument)?);
    }
    let read = args.policy.as_ref().map(|policy| Reader::default().read(policy, "policy")).transpose()?;
    if let Some(failure) = Failure::of_documents(&read) {
        return Err(failure);
    }
    let policy = read.as_ref().and_then(|read| read.document.as_ref());
    let mut options = search_options(&args.reading, &args.search);
    as_resource_policy(&mut options)?;
    if let Some(failure) = policy.and_then(|policy| Failure::of_misfits(&[policy], options.policy_type)) {
        return Err(failure);
    }
    if let Some(owner) =
        args.owner.as_deref().filter(|o| o.len() != 12 || !o.bytes().all(|b| b.is_ascii_digit()))
    {
        return Err(wrong(owner, "no account: it has 12 digits"));
    }
    let of = Blocked {
        policy,
        resource_type,
        vpc_only: args.vpc_origin,
        grants: &grants,
        settings: of_all,
        owner: args.owner.as_deref(),
    };
    let outcome = isolated(|| block_public_access(&of, &options))?;
    if let Some(path) = &args.search.certificate {
        match outcome.public.as_ref().and_then(|answer| answer.certificate()) {
            Some(certificate) => write_file(path, &certificate.to_text())?,
            None => output.note("there is no certificate: no policy was decided"),
        }
    }
    let report = BlockReport { of: &of, outcome: &outcome };
    let (status, exit) = match report.is_found() {
        Some(false) => (Status::Pass, Exit::Success),
        Some(true) => (Status::Fail, Exit::Finding),
        None => (Status::Unknown, Exit::Unknown),
    };
    match output.format {
        Format::Json => output.json(&report.json(&options))?,
        Format::Text => {
            output.issues(policy.into_iter().flat_map(Issue::warnings).collect::<Vec<_>>().iter());
            output.text(&report.text())?;
            if output.verbosity > Verbosity::Quiet {
                output.text(&format!("block-public-access: {}\n", report.sentence()))?;
            }
        }
        _ => {
            let judged = policy.zip(outcome.public.as_ref()).map(|(policy, answer)| {
                let question = Question::NoPublicAccess(resource_type);
                let typed = Typed { policy: args.policy.as_deref().unwrap_or_default(), ..Typed::default() };
                Judgement::new(question, policy, None, answer, &options).issues(&typed)
            });
            let name = policy.map_or("acl", |policy| policy.source.name());
            tell(
                output,
                "block-public-access",
                name,
                status,
                &report.sentence(),
                judged.unwrap_or_default(),
            )?;
        }
    }
    Ok(exit.zeroed(args.search.exit_zero))
}

fn wrong(argument: &str, what: &str) -> Failure {
    Failure::validation(format!("`{argument}` is {what}"))
}

/// JSON, or a file with JSON.
fn json(argument: &str, what: &str) -> Result<Value, Failure> {
    let text = match argument.trim_start().starts_with('{') {
        true => argument.to_owned(),
        false => match argument.starts_with("file://") {
            true => text_of(argument)?,
            false => text_of(&format!("file://{argument}"))?,
        },
    };
    serde_json::from_str(&text).map_err(|_| wrong(argument, what))
}

/// The answer of get-public-access-block, its configuration alone, or `Name=true,...`.
fn settings(argument: &str) -> Result<BlockSettings, Failure> {
    const WHAT: &str = "no settings: the answer of get-public-access-block, or BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true";
    let mut settings = BlockSettings::default();
    let mut set = |name: &str, on: Option<bool>| {
        let on = on.ok_or_else(|| wrong(argument, WHAT))?;
        match name {
            "BlockPublicAcls" => settings.block_public_acls = on,
            "IgnorePublicAcls" => settings.ignore_public_acls = on,
            "BlockPublicPolicy" => settings.block_public_policy = on,
            "RestrictPublicBuckets" => settings.restrict_public_buckets = on,
            _ => return Err(wrong(argument, WHAT)),
        }
        Ok(())
    };
    let names = ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"];
    if argument == "all" {
        names.iter().try_for_each(|name| set(name, Some(true)))?;
    } else if names.iter().any(|name| argument.starts_with(&format!("{name}="))) {
        for part in argument.split(',') {
            let (name, on) = part.split_once('=').unwrap_or((part, ""));
            set(name.trim(), on.trim().to_ascii_lowercase().parse().ok())?;
        }
    } else {
        let value = json(argument, WHAT)?;
        let inner = value.get("PublicAccessBlockConfiguration").unwrap_or(&value);
        let members = inner.as_object().ok_or_else(|| wrong(argument, WHAT))?;
        members.iter().try_for_each(|(name, on)| set(name, on.as_bool()))?;
    }
    Ok(settings)
}

/// The answer of get-bucket-acl or get-object-acl, or a canned ACL by its name.
fn acl(argument: &str) -> Result<Vec<AclGrant>, Failure> {
    const WHAT: &str = "no ACL: the answer of get-bucket-acl, or private, public-read, public-read-write, authenticated-read";
    let grant = |grantee: &str, permission: &str| AclGrant {
        grantee: grantee.to_owned(),
        permission: permission.to_owned(),
    };
    match argument {
        "private" => return Ok(vec![grant("owner", "FULL_CONTROL")]),
        "public-read" => return Ok(vec![grant("owner", "FULL_CONTROL"), grant(ALL_USERS, "READ")]),
        "public-read-write" => {
            return Ok(vec![
                grant("owner", "FULL_CONTROL"),
                grant(ALL_USERS, "READ"),
                grant(ALL_USERS, "WRITE"),
            ]);
        }
        "authenticated-read" => {
            return Ok(vec![grant("owner", "FULL_CONTROL"), grant(AUTHENTICATED, "READ")]);
        }
        _ => {}
    }
    let value = json(argument, WHAT)?;
    let inner = value.get("AccessControlPolicy").unwrap_or(&value);
    let list = inner.get("Grants").and_then(Value::as_array).ok_or_else(|| wrong(argument, WHAT))?;
    let one = |entry: &Value| {
        let grantee = entry.get("Grantee")?;
        let name = ["URI", "ID", "EmailAddress"].iter().find_map(|member| grantee.get(member)?.as_str())?;
        Some(grant(name, entry.get("Permission")?.as_str()?))
    };
    list.iter().map(|entry| one(entry).ok_or_else(|| wrong(argument, WHAT))).collect()
}
