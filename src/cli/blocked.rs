//! `block-public-access`: S3's four settings on a policy and ACLs.

use super::Exit;
use super::args::{BlockPublicAccess, Format};
use super::input::{Reader, text_of};
use super::output::{Output, write_file};
use super::pair::{search_options, tell};
use crate::batch::{as_resource_policy, isolated};
use crate::check::{AclGrant, BlockSettings, Blocked, block_public_access};
use crate::policy::ResourceType;
use crate::report::text::Verbosity;
use crate::report::{AwsCheck, BlockReport, Failure, Invocation, Issue, Judgement, Status};
use serde_json::Value;
use std::path::Path;

const ALL_USERS: &str = "http://acs.amazonaws.com/groups/global/AllUsers";
const LOG_DELIVERY: &str = "http://acs.amazonaws.com/groups/s3/LogDelivery";
const AUTHENTICATED: &str = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";

pub(super) fn run(args: &BlockPublicAccess, output: &mut Output) -> Result<Exit, Failure> {
    let known = ["AWS::S3::Bucket", "AWS::S3::AccessPoint"].contains(&&*args.resource_type);
    let resource_type = ResourceType::from_name(&args.resource_type).filter(|_| known).ok_or_else(|| {
        wrong(
            &args.resource_type,
            "neither AWS::S3::Bucket nor AWS::S3::AccessPoint, which these settings are about",
        )
    })?;
    let is_point = resource_type.is_access_point();
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
    let report = BlockReport { of: &of, outcome: &outcome, argument: args.policy.as_deref() };
    let (status, exit) = match report.is_found() {
        Some(false) => (Status::Pass, Exit::Success),
        Some(true) => (Status::Fail, Exit::Finding),
        None => (Status::Unknown, Exit::Unknown),
    };
    match output.format {
        Format::Json => output.json(&report.json(&options))?,
        Format::Text => {
            output.issues(policy.into_iter().flat_map(Issue::warnings).collect::<Vec<_>>().iter());
            output.text(&report.text(&options))?;
            if output.verbosity > Verbosity::Quiet {
                output.text(&format!("block-public-access: {}\n", report.sentence()))?;
            }
        }
        _ => {
            let judged = policy.zip(outcome.public.as_ref()).map(|(policy, answer)| {
                let question = AwsCheck::NoPublicAccess(resource_type);
                let typed = Invocation {
                    policy: args.policy.as_deref().unwrap_or_default(),
                    ..Invocation::default()
                };
                Judgement::new(question, policy, None, answer, &options).issues(&typed)
            });
            let mut issues = judged.unwrap_or_default();
            issues.extend(report.of_acl());
            let name = policy.map_or("acl", |policy| policy.source.name());
            tell(output, "block-public-access", name, status, &report.sentence(), issues)?;
        }
    }
    Ok(exit.zeroed(args.search.exit_zero))
}

fn wrong(argument: &str, what: &str) -> Failure {
    Failure::validation(format!("`{argument}` is {what}"))
}

/// Whether the argument is JSON, or names a file that is to hold it.
fn is_json(argument: &str) -> bool {
    argument.trim_start().starts_with('{')
        || argument.starts_with("file://")
        || argument.ends_with(".json")
        || Path::new(argument).exists()
}

/// JSON, or a file with JSON.
fn json(argument: &str, what: &str) -> Result<Value, Failure> {
    let text = match argument.trim_start().starts_with('{') || argument.starts_with("file://") {
        true => text_of(argument)?,
        false => text_of(&format!("file://{argument}"))?,
    };
    serde_json::from_str(&text)
        .map_err(|error| Failure::validation(format!("`{argument}` holds no {what}: it is no JSON: {error}")))
}

const SETTINGS: [&str; 4] =
    ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"];

/// The answer of get-public-access-block, its configuration alone, `Name=true,...`, `all` or `none`.
fn settings(argument: &str) -> Result<BlockSettings, Failure> {
    let mut settings = BlockSettings::default();
    let mut set = |name: &str, on: Option<bool>| {
        let place = match name {
            "BlockPublicAcls" => &mut settings.block_public_acls,
            "IgnorePublicAcls" => &mut settings.ignore_public_acls,
            "BlockPublicPolicy" => &mut settings.block_public_policy,
            "RestrictPublicBuckets" => &mut settings.restrict_public_buckets,
            _ => return Err(wrong(name, &format!("no setting{}: {}", meant(name), SETTINGS.join(", ")))),
        };
        *place = on.ok_or_else(|| Failure::validation(format!("`{name}` has to be true or false")))?;
        Ok(())
    };
    match argument {
        "none" => {}
        "all" => SETTINGS.iter().try_for_each(|name| set(name, Some(true)))?,
        _ if is_json(argument) => {
            let value = json(argument, "settings")?;
            let inner = value.get("PublicAccessBlockConfiguration").unwrap_or(&value);
            let members = inner.as_object().ok_or_else(|| wrong(argument, "no JSON object with settings"))?;
            members.iter().try_for_each(|(name, on)| set(name, on.as_bool()))?;
        }
        _ => {
            for part in argument.split(',') {
                let Some((name, on)) = part.split_once('=') else {
                    return Err(wrong(part.trim(), &not_settings(part.trim())));
                };
                set(name.trim(), on.trim().to_ascii_lowercase().parse().ok())?;
            }
        }
    }
    Ok(settings)
}

/// Why a word without a value is no setting.
fn not_settings(word: &str) -> String {
    let name = SETTINGS.iter().find(|name| name.eq_ignore_ascii_case(word));
    match name {
        Some(name) => format!("a setting without a value: write {name}=true"),
        None => {
            format!("neither a file nor settings: write all, none, or {}=true", SETTINGS.join("=true,"))
        }
    }
}

/// The setting that a misspelled one is closest to, as a remark.
fn meant(name: &str) -> String {
    let letters = |text: &str| text.to_ascii_lowercase();
    let start = |known: &&&str| {
        let (known, name) = (letters(known), letters(name));
        known.chars().zip(name.chars()).take_while(|(a, b)| a == b).count()
    };
    match SETTINGS.iter().max_by_key(start).filter(|known| start(known) > 5) {
        Some(known) => format!(" (did you mean {known}?)"),
        None => String::new(),
    }
}

/// The canned ACLs of S3, and what each grants beside what the owner of the bucket or object has.
///
/// Source: Amazon S3 User Guide, "Access control list (ACL) overview", "Canned ACL".
const CANNED: [(&str, &[(&str, &str)]); 8] = [
    ("private", &[]),
    ("public-read", &[(ALL_USERS, "READ")]),
    ("public-read-write", &[(ALL_USERS, "READ"), (ALL_USERS, "WRITE")]),
    ("aws-exec-read", &[("Amazon EC2", "READ")]),
    ("authenticated-read", &[(AUTHENTICATED, "READ")]),
    ("bucket-owner-read", &[("bucket owner", "READ")]),
    ("bucket-owner-full-control", &[("bucket owner", "FULL_CONTROL")]),
    ("log-delivery-write", &[(LOG_DELIVERY, "WRITE"), (LOG_DELIVERY, "READ_ACP")]),
];

/// The answer of get-bucket-acl or get-object-acl, or a canned ACL by its name.
fn acl(argument: &str) -> Result<Vec<AclGrant>, Failure> {
    let grant = |grantee: &str, permission: &str| AclGrant {
        grantee: grantee.to_owned(),
        permission: permission.to_owned(),
    };
    if let Some((_, others)) = CANNED.iter().find(|(name, _)| *name == argument) {
        let others = others.iter().map(|(grantee, permission)| grant(grantee, permission));
        return Ok(std::iter::once(grant("owner", "FULL_CONTROL")).chain(others).collect());
    }
    if !is_json(argument) {
        let names: Vec<&str> = CANNED.iter().map(|(name, _)| *name).collect();
        return Err(wrong(
            argument,
            &format!(
                "neither a file nor a canned ACL: give the answer of get-bucket-acl, or one of {}",
                names.join(", ")
            ),
        ));
    }
    let value = json(argument, "ACL")?;
    let inner = value.get("AccessControlPolicy").unwrap_or(&value);
    let list = inner.get("Grants").and_then(Value::as_array).ok_or_else(|| {
        Failure::validation(format!(
            "`{argument}` holds no ACL: the answer of get-bucket-acl has a list `Grants`"
        ))
    })?;
    let one = |entry: &Value| {
        let grantee = entry.get("Grantee")?;
        let name = ["URI", "ID", "EmailAddress"].iter().find_map(|member| grantee.get(member)?.as_str())?;
        Some(grant(name, entry.get("Permission")?.as_str()?))
    };
    let each = list.iter().enumerate().map(|(place, entry)| {
        one(entry).ok_or_else(|| {
            Failure::validation(format!(
                "grant {place} of `{argument}` has no Permission, or no Grantee with a URI, ID or EmailAddress"
            ))
        })
    });
    each.collect()
}
