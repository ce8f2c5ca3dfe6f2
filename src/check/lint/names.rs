//! Names and ids in a statement that mean nothing to AWS: almost always slips of the pen, which otherwise nothing tells.

use super::Fault;
use crate::check::region::Axis;
use crate::policy::{PrincipalKind, Statement, spelled_variables};
use crate::request::key_info;

/// The digits of an account id.
const ACCOUNT_DIGITS: usize = 12;

/// The field of an ARN that holds an account id.
const ACCOUNT_FIELD: usize = 4;

/// The names and ids of a statement that mean nothing.
pub(super) fn faults(statement: &Statement) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (place, condition) in statement.conditions.iter().enumerate() {
        let name = &*condition.key.value.name;
        if name.starts_with("aws:") && key_info(name).is_none() {
            faults.push(Fault::UnknownKey(place));
        }
    }
    for (axis, place, text, is_account) in texts(statement) {
        let holds_id = is_account && is_digits(text);
        let id = if holds_id { Some(text) } else { account_of(text) };
        if id.is_some_and(|id| is_digits(id) && id.len() != ACCOUNT_DIGITS) {
            faults.push(Fault::WrongAccountId(axis, place));
        }
        if holds_placeholder(text) {
            faults.push(Fault::Placeholder(axis, place));
        }
    }
    faults
}

/// The values of a statement with their places, and whether one may be an account id as a whole.
fn texts(statement: &Statement) -> impl Iterator<Item = (Axis, usize, &str, bool)> {
    let principals = statement.principal.iter().flat_map(|principal| principal.values.iter().enumerate());
    let principals = principals.map(|(place, value)| {
        (Axis::Principal, place, &*value.value.text, value.value.kind == PrincipalKind::Aws)
    });
    let resources = statement.resource.iter().flat_map(|resource| resource.values.iter().enumerate());
    let resources = resources.map(|(place, value)| (Axis::Resource, place, &*value.value.text, false));
    let conditions = statement.conditions.iter().enumerate().flat_map(|(number, condition)| {
        let is_account = condition.key.value.name.ends_with("account");
        let values = condition.values.iter().enumerate();
        values.map(move |(place, value)| (Axis::Condition(number), place, &*value.value.text, is_account))
    });
    principals.chain(resources).chain(conditions)
}

/// The account field of an ARN.
fn account_of(text: &str) -> Option<&str> {
    text.strip_prefix("arn:")?;
    text.split(':').nth(ACCOUNT_FIELD)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// True if a template engine should have replaced a part of the text: the names of condition keys, for which alone AWS puts in values,
/// have one colon.
fn holds_placeholder(text: &str) -> bool {
    let is_key = |name: &str| matches!(name, "*" | "?" | "$") || name.contains(':') && !name.contains("::");
    let is_braced = |rest: &str| rest.contains("}}");
    spelled_variables(text).any(|name| !is_key(name))
        || text.split_once("{{").is_some_and(|(_, rest)| is_braced(rest))
}
