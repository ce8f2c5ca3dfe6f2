//! Finds names and ids in a statement that do not exist at AWS: usually typing errors, which no other check reports.

use super::Fault;
use crate::check::region::Axis;
use crate::policy::{PrincipalKind, Statement, Template, Version};
use crate::request::key_info;

/// The digits of an account id.
const ACCOUNT_DIGITS: usize = 12;

/// The global keys whose values are account ids.
const ACCOUNT_KEYS: [&str; 5] = [
    "aws:principalaccount",
    "aws:resourceaccount",
    "aws:sourceaccount",
    "aws:sourceowner",
    "aws:vpceaccount",
];

/// The field of an ARN that holds an account id.
const ACCOUNT_FIELD: usize = 4;

/// The key whose values are ARNs of users and roles, never of sessions.
const PRINCIPAL_ARN: &str = "aws:principalarn";

/// The least length of the id of a user or role (`AIDA...`, `AROA...`).
const UNIQUE_ID: usize = 16;

/// Returns the faults of the names and ids of a statement, in a document of this version.
pub(super) fn faults(statement: &Statement, version: Version) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (place, condition) in statement.conditions.iter().enumerate() {
        let name = &*condition.key.value.name;
        if name.starts_with("aws:") && key_info(name).is_none() {
            faults.push(Fault::UnknownKey(place));
        }
    }
    let is_session = |text: &str| text.starts_with("arn:") && text.contains(":assumed-role/");
    for (number, condition) in statement.conditions.iter().enumerate() {
        let values = condition.values.iter().enumerate();
        let sessions = values.filter(|(_, value)| is_session(&value.value.text));
        if &*condition.key.value.name == PRINCIPAL_ARN {
            faults.extend(sessions.map(|(place, _)| Fault::SessionArn(number, place)));
        }
    }
    for Text { axis, place, text, is_account, template } in texts(statement) {
        let holds_id = is_account && is_digits(text);
        if has_wrong_account(text, is_account) {
            faults.push(Fault::WrongAccountId(axis, place));
        }
        let is_nobody = axis == Axis::Principal && is_account && !holds_id && is_nobody(text);
        if template.is_some_and(holds_placeholder) || holds_foreign_placeholder(text) {
            faults.push(Fault::Placeholder(axis, place));
        } else if is_nobody {
            faults.push(Fault::NobodyPrincipal(place));
        } else if version == Version::V2008 && template.is_some() && holds_key(text) {
            faults.push(Fault::UnreadVariable(axis, place));
        }
    }
    faults
}

/// A value of a statement.
struct Text<'s> {
    axis: Axis,
    place: usize,
    text: &'s str,
    /// True if the value may be an account id as a whole.
    is_account: bool,
    /// The value as a pattern, if policy variables are read in it.
    template: Option<&'s Template>,
}

fn texts(statement: &Statement) -> impl Iterator<Item = Text<'_>> {
    let principals = statement.principal.iter().flat_map(|principal| principal.values.iter().enumerate());
    let principals = principals.map(|(place, value)| {
        let is_account = value.value.kind == PrincipalKind::Aws;
        Text { axis: Axis::Principal, place, text: &value.value.text, is_account, template: None }
    });
    let resources = statement.resource.iter().flat_map(|resource| resource.values.iter().enumerate());
    let resources = resources.map(|(place, value)| {
        let template = Some(&value.value.template);
        Text { axis: Axis::Resource, place, text: &value.value.text, is_account: false, template }
    });
    let conditions = statement.conditions.iter().enumerate().flat_map(|(number, condition)| {
        let is_account = ACCOUNT_KEYS.contains(&&*condition.key.value.name);
        condition.values.iter().enumerate().map(move |(place, value)| {
            let template = Some(&value.value.template);
            Text { axis: Axis::Condition(number), place, text: &value.value.text, is_account, template }
        })
    });
    principals.chain(resources).chain(conditions)
}

/// True if the text holds the number of an account that has other than twelve digits: in an ARN or, where it may be one, as a whole.
pub(in crate::check) fn has_wrong_account(text: &str, is_account: bool) -> bool {
    let id = if is_account && is_digits(text) { Some(text) } else { account_of(text) };
    id.is_some_and(|id| is_digits(id) && id.len() != ACCOUNT_DIGITS)
}

/// The account field of an ARN.
fn account_of(text: &str) -> Option<&str> {
    text.strip_prefix("arn:")?;
    text.split(':').nth(ACCOUNT_FIELD)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns true if a variable has a name that no condition key can have: before the name of a tag, a key has exactly one colon.
fn holds_placeholder(template: &Template) -> bool {
    template.variables().any(|variable| {
        let name = match variable.key.split_once('/') {
            Some((name, _)) => name,
            None => &*variable.key,
        };
        !name.contains(':') || name.contains("::")
    })
}

/// Returns true if the text holds a placeholder in the notation of a template engine: `{{ name }}` or an escaped `$${name}`.
/// CloudFormation fills in those that start with `{{resolve:`.
fn holds_foreign_placeholder(text: &str) -> bool {
    let is_filled_in = |rest: &str| rest.contains("}}") && !rest.starts_with("resolve:");
    text.contains("$${") || text.split_once("{{").is_some_and(|(_, rest)| is_filled_in(rest))
}

/// Returns true if the text holds a condition key as a variable.
fn holds_key(text: &str) -> bool {
    let mut names = text.split("${").skip(1).filter_map(|rest| rest.split_once('}'));
    names.any(|(name, _)| {
        name.split_once(':').is_some_and(|(prefix, key)| !prefix.is_empty() && !key.is_empty())
    })
}

/// Returns true if a value for an AWS principal is neither an ARN, nor an account, nor the id of a user or role, nor a pattern.
fn is_nobody(text: &str) -> bool {
    let is_id = text.len() >= UNIQUE_ID
        && text.starts_with('A')
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    !text.is_empty() && !text.contains(['*', '?']) && !text.starts_with("arn:") && !is_id
}
