//! Recognises by its members if an object is intended as a policy, so that nothing resembling a policy is skipped.

use crate::policy::closest::closest;
use crate::policy::json::{Json, JsonValue};

/// Elements of a statement, one of which occurs beside `Effect`.
const STATEMENT_MARKS: [&str; 6] =
    ["action", "notaction", "resource", "notresource", "principal", "notprincipal"];
/// Members of templates and answers that attach managed policies.
const ATTACHING_MEMBERS: [&str; 7] = [
    "ManagedPolicyArn",
    "ManagedPolicyArns",
    "PolicyArn",
    "PolicyArns",
    "managed_policy_arns",
    "managedPolicyArns",
    "policy_arn",
];
/// Endings of member names that mention a policy but never contain one.
const ABOUT: [&str; 5] = ["name", "id", "type", "description", "version"];

/// True for an object without `Statement` that is probably meant as a policy, so that its own faults are worth reporting.
///
/// A `version` alone does not suffice unless its value looks like a date: manifests and lock files have one too.
pub(super) fn resembles_policy(json: &Json<'_>) -> bool {
    match &json.kind {
        JsonValue::Object(members) => {
            members.is_empty()
                || members.iter().any(|member| {
                    let key = member.key.to_ascii_lowercase();
                    match &member.value.kind {
                        JsonValue::String(text) if key == "version" => is_date(text),
                        _ => key == "effect" || closest(&key, &["statement"]).is_some(),
                    }
                })
        }
        JsonValue::Array(_) | JsonValue::String(_) => false,
        _ => true,
    }
}

/// True if `Version` is a version of the policy language.
pub(super) fn is_policy_version(json: &Json<'_>) -> bool {
    let version = json.member("Version").map(|member| &member.value.kind);
    matches!(version, Some(JsonValue::String(text)) if ["2012-10-17", "2008-10-17"].contains(&&**text))
}

/// `2012-10-18` and the like.
fn is_date(text: &str) -> bool {
    let shape: String = text.trim().chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    shape == "0000-00-00"
}

/// True if the object has the members of a statement.
pub(super) fn is_lone_statement(json: &Json<'_>) -> bool {
    let JsonValue::Object(members) = &json.kind else { return false };
    let mut has_effect = false;
    let mut has_mark = false;
    for member in members {
        let key = member.key.to_ascii_lowercase();
        has_mark |= STATEMENT_MARKS.contains(&key.as_str());
        has_effect |= key == "effect"
            && matches!(&member.value.kind, JsonValue::String(text)
                if text.eq_ignore_ascii_case("allow") || text.eq_ignore_ascii_case("deny"));
    }
    has_effect && has_mark
}

/// True if a member with this name may contain policies or ARNs of managed policies.
pub(super) fn is_policy_member(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    (lower.contains("polic") || lower.contains("document")) && !ABOUT.iter().any(|end| lower.ends_with(end))
}

/// Returns the template function whose result is not in the file: anywhere one that includes text, else one in a member that may
/// contain policies.
pub(super) fn function<'j>(json: &'j Json<'_>, name: &str) -> Option<&'j str> {
    let JsonValue::Object(members) = &json.kind else { return None };
    let names = || members.iter().map(|member| &*member.key);
    let including = names().find(|name| *name == "Fn::Transform" || name.starts_with("Fn::ForEach"));
    let any = || names().find(|name| *name == "Ref" || name.starts_with("Fn::"));
    including.or_else(|| if is_policy_member(name) { any() } else { None })
}

/// True if the member attaches a managed policy of IAM by its ARN.
pub(super) fn managed_policy(name: &str, text: &str) -> bool {
    let mut fields = text.splitn(6, ':');
    let is_arn = fields.next() == Some("arn")
        && fields.nth(1) == Some("iam")
        && fields.nth(2).is_some_and(|path| path.starts_with("policy/"));
    is_arn && ATTACHING_MEMBERS.contains(&name)
}
