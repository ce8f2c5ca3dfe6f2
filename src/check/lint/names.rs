//! Finds names and ids in a statement that do not exist at AWS: usually typing errors, which no other check reports.

use super::Fault;
use crate::check::region::Axis;
use crate::policy::{PrincipalKind, Statement, Template};
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

/// Returns the faults of a statement's names and ids.
pub(super) fn faults(statement: &Statement) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (place, condition) in statement.conditions.iter().enumerate() {
        let name = &*condition.key.value.name;
        if name.starts_with("aws:") && key_info(name).is_none() {
            faults.push(Fault::UnknownKey(place));
        }
    }
    for Text { axis, place, text, is_account, template } in texts(statement) {
        let holds_id = is_account && is_digits(text);
        let id = if holds_id { Some(text) } else { account_of(text) };
        if id.is_some_and(|id| is_digits(id) && id.len() != ACCOUNT_DIGITS) {
            faults.push(Fault::WrongAccountId(axis, place));
        }
        if template.is_some_and(holds_placeholder) {
            faults.push(Fault::Placeholder(axis, place));
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
