//! The reasons why a policy of a file, or the file as a whole, is undecided.

use crate::code::Code;
use crate::container::{
    Attachment, BlockChange, Choice, Content, Entry, Link, LinkChange, PolicyKind, State, policy_of_arn,
};
use crate::diagnostic::Diagnostic;
use crate::query::CheckKind;
use crate::report::{Failure, Issue, Kind};
use crate::span::Source;

/// Returns the reason why the content is not a document, in a sentence.
pub fn unknown(content: &Content) -> String {
    match content {
        Content::Absent => "there is none".to_owned(),
        Content::Text { .. } => State::Known.name().to_owned(),
        Content::Partly { holes, worlds } => {
            let mut names: Vec<&str> = Vec::new();
            let choices = worlds.iter().flat_map(|world| &world.choices);
            let choices = choices.filter(|(_, choice)| !matches!(choice, Choice::Differs(_)));
            let choices = choices.map(|(name, _)| name.as_str());
            for name in holes.iter().map(|hole| hole.name.as_str()).chain(choices) {
                if !names.contains(&name) {
                    names.push(name);
                }
            }
            let assumed = worlds.iter().flat_map(|world| &world.assumptions).next();
            match (names.as_slice(), assumed) {
                ([], Some(_)) => "it depends on AWS::Partition".to_owned(),
                _ => format!("it depends on {}", names.join(", ")),
            }
        }
        Content::Unknown { reason, .. } => reason.clone(),
    }
}

/// Returns the reason why a policy is undecided, as an issue and a sentence; `None` if it can be checked, or has faults of its
/// own.
pub fn open(entry: &Entry, content: &Content) -> Option<(Issue, String)> {
    let (code, why) = match (entry.kind, content) {
        (None, _) => {
            let place = format!("{}.{}", entry.resource, entry.attribute);
            (
                Code::UnrecognisedPolicy,
                format!("it looks like a policy, but what {place} is for is not known"),
            )
        }
        (_, Content::Partly { .. }) => (Code::DependsOnUnknownValue, unknown(content)),
        (_, Content::Unknown { .. }) if entry.is_nested_stack() => (Code::NestedStack, unknown(content)),
        (_, Content::Unknown { .. }) => (Code::PolicyNotKnownYet, unknown(content)),
        (_, Content::Absent | Content::Text { .. }) => return None,
    };
    let issue = Issue::new(Kind::Unknown, code, format!("{}: {why}", entry.name));
    let has_presumption = matches!(content, Content::Unknown { presumed: Some(_), .. });
    let issue = match code {
        Code::PolicyNotKnownYet if has_presumption && entry.resource.starts_with("aws_") => issue.with_note(
            "help",
            "it refers to one policy document: with `--assume-plain-references` it is assumed to be that document, unchanged",
        ),
        Code::PolicyNotKnownYet if entry.resource.starts_with("AWS::Serverless::") => issue.with_note(
            "help",
            "give the processed template, of a stack or of a change set: \
             `aws cloudformation get-template --template-stage Processed`",
        ),
        Code::NestedStack => {
            let skip = format!("if it is checked elsewhere, skip it with `--skip '{}=REASON'`", entry.name);
            let help = match entry.resource.starts_with("aws_") {
                true => skip,
                false => format!("give its template, a file at the path that is written here, with `--with FILE`; {skip}"),
            };
            issue.with_note("help", help)
        }
        Code::UnrecognisedPolicy => issue.with_note(
            "help",
            format!(
                "say what it is with `--kind-of {}.{}=identity`, or skip it with `--skip '{}=REASON'`",
                entry.resource, entry.attribute, entry.name
            ),
        ),
        _ => issue,
    };
    Some((issue, why))
}

/// Returns the reason why a policy of two templates is not compared: it exists under different conditions.
pub fn other_condition(entry: &Entry, condition: &str) -> (Issue, String) {
    let why = format!("it depends on the condition `{condition}`, which is not the same in both templates");
    (Issue::new(Kind::Unknown, Code::DependsOnUnknownValue, format!("{}: {why}", entry.name)), why)
}

/// Returns the failure for a policy without a document, at its place in the file.
pub fn undecided(file: &Source, entry: &Entry, content: &Content) -> Failure {
    match open(entry, content) {
        Some((issue, why)) => {
            Failure::undecided(issue.at(file, entry.span, ""), format!("{}: {why}", entry.name))
        }
        None => Failure::validation(format!("{}: {}", entry.name, unknown(content))),
    }
}

/// Returns the reason why the answer is open for the principals to which a policy is attached: its document is not in the file.
pub fn not_read(link: &Attachment, file: &str) -> Issue {
    let policy = told(link);
    let name = link.name(None);
    let title = match link.link {
        Link::Membership => format!("{} is in {policy}, which is not in {file}", link.to.join(", ")),
        Link::Policy | Link::Boundary | Link::Profile => {
            format!("{policy} is attached by {}, and its document is not in {file}", link.address)
        }
    };
    let code = Code::AttachedPolicyNotRead;
    Issue::new(Kind::Unknown, code, title).with_fingerprint(&[code.as_str(), &name, attached(link)])
}

/// Returns the reason why the answer about a change is open: the effect of a link that it makes or removes is not known.
pub fn changed_link(change: &LinkChange<'_>, file: &str) -> Issue {
    let LinkChange { link, is_new, .. } = change;
    let (policy, to) = (told(link), change.to.join(", "));
    let title = match (link.link, is_new) {
        (Link::Policy, true) => return not_read(link, file),
        (Link::Policy, false) => {
            format!(
                "{policy} is detached from {to}, and {file} does not hold its document: it may deny requests"
            )
        }
        (Link::Membership, true) => {
            format!("{to} joins {policy}: the access that its policies give a new member is not checked")
        }
        (Link::Membership, false) => {
            format!("{to} leaves {policy}, and the requests that its policies deny are not checked")
        }
        (Link::Boundary | Link::Profile, _) => {
            format!("{policy} no longer limits {to}, and the requests that it stopped are not checked")
        }
    };
    let code = match link.link {
        Link::Policy => Code::AttachedPolicyNotRead,
        Link::Membership | Link::Boundary | Link::Profile => Code::LinkNotJudged,
    };
    let name = link.name(None);
    Issue::new(Kind::Unknown, code, title).with_fingerprint(&[code.as_str(), &name, attached(link), &to])
}

/// Returns the reason why the answer about a change is open: it no longer blocks public access.
pub fn changed_block(change: &BlockChange<'_>) -> Issue {
    let BlockChange { block, settings } = change;
    let of = match (&block.bucket, block.is_account) {
        (_, true) => "the account".to_owned(),
        (Some(bucket), false) => format!("bucket {bucket}"),
        (None, false) => "its bucket".to_owned(),
    };
    let settings = settings.join(", ");
    let title = format!(
        "{} no longer sets {settings} for {of}, and the public access that this stopped is not checked",
        block.address
    );
    let code = Code::LinkNotJudged;
    Issue::new(Kind::Unknown, code, title)
        .with_fingerprint(&[code.as_str(), &block.address, &settings])
        .with_note(
            "help",
            "ask check-no-public-access about the bucket's policy, and review its ACLs by hand",
        )
}

/// Returns the policy that a link names, or the values from which its name is made.
pub fn attached(link: &Attachment) -> &str {
    match (&link.policy, &link.reference) {
        (Some(policy), _) => policy,
        (None, Some(reference)) => reference,
        (None, None) => &link.attribute,
    }
}

/// Returns the policy or group of a link, as part of a sentence.
fn told(link: &Attachment) -> String {
    let what = if link.link == Link::Membership { "group" } else { "policy" };
    match (&link.policy, &link.resource, &link.reference) {
        (Some(name), _, _) | (None, Some(name), _) if link.link == Link::Membership => {
            format!("the group {name}")
        }
        (Some(name), _, _) | (None, Some(name), _) => name.clone(),
        (None, None, Some(reference)) if *reference != link.name(None) => {
            format!("a {what} that depends on {reference}")
        }
        (None, None, _) => format!("a {what} that is not known yet"),
    }
}

/// Returns the path below the directory of managed policies at which the policy of a link is expected.
pub fn given_in(link: &Attachment) -> Option<String> {
    let (account, name) = policy_of_arn(link.policy.as_ref()?)?;
    let name = name.rsplit('/').next()?;
    let is_account = !account.is_empty() && account.bytes().all(|byte| byte.is_ascii_digit());
    match account {
        "aws" => Some(format!("{name}.json")),
        _ if is_account => Some(format!("{account}/{name}.json")),
        _ => None,
    }
}

/// Returns the reason why the name of a link is not the name of a policy.
pub fn no_policy(link: &Attachment, name: &str) -> String {
    let policy = told(link);
    let (does, what) = match link.link {
        Link::Policy => (format!("attaches {policy}"), "that policy"),
        Link::Boundary => (format!("limits what others grant, by {policy}"), "that policy"),
        Link::Membership => {
            (format!("makes {} a member of {policy}", link.to.join(", ")), "a policy of the group")
        }
        Link::Profile => (format!("gives an instance the role {}", attached(link)), "a policy of the role"),
    };
    format!("{name} is not a policy: it {does}; give {what} by its own name, as `iamsat policies` lists it")
}

/// Returns the reason why a check does not apply to policies of a kind; `None` if it does.
pub fn passes_over(check: CheckKind, kind: PolicyKind) -> Option<String> {
    let why = match (check, kind) {
        (CheckKind::NoNewAccess | CheckKind::Find, _) => return None,
        (_, PolicyKind::Scp | PolicyKind::Rcp | PolicyKind::Endpoint) => "it grants nothing by itself",
        (CheckKind::NoPublicAccess, PolicyKind::Identity | PolicyKind::Session) => {
            "the check is about policies of resources"
        }
        _ => return None,
    };
    Some(format!("{why} (kind {})", kind.name()))
}

/// Returns the reason why the file as a whole is undecided.
pub fn incomplete(file: &Source, fault: &Diagnostic) -> Issue {
    let issue = Issue::new(Kind::Unknown, fault.code, fault.message.clone()).at(file, fault.span, "");
    if fault.help.is_empty() { issue } else { issue.with_note("help", fault.help.clone()) }
}
