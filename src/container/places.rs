//! Finds the places of a Terraform resource that contain a policy, on one side of a change.

use super::address::quoted;
use super::raw::{Fault, Optional, Raw};
use super::slots::Slot;
use super::text::{looks_like_policy, mentions_policy};

/// The attributes of a resource before or after a change, with the marks that Terraform adds to them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Values<'t> {
    pub(super) value: Option<Raw<'t>>,
    /// `true` where a value is not known, in the shape of the values.
    pub(super) unknown: Option<Raw<'t>>,
    /// `true` where a value is secret, in the shape of the values.
    pub(super) sensitive: Option<Raw<'t>>,
}

/// A place and its value.
#[derive(Clone, Debug)]
pub(super) struct Place<'t> {
    /// `inline_policy["deploy"].policy`
    pub(super) attribute: String,
    pub(super) value: PlaceValue<'t>,
    pub(super) sensitive: bool,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum PlaceValue<'t> {
    Known(Raw<'t>),
    Unknown,
}

/// Returns all places of a slot; unset places are omitted.
///
/// # Errors
/// A member occurs twice.
pub(super) fn places<'t>(text: &'t str, slot: &Slot, values: Values<'t>) -> Result<Vec<Place<'t>>, Fault> {
    let steps: Vec<(&str, bool)> = slot.steps().collect();
    let mut found = Vec::new();
    descend(text, &steps, values, (String::new(), false), &mut found)?;
    Ok(found)
}

fn descend<'t>(
    text: &'t str,
    steps: &[(&str, bool)],
    values: Values<'t>,
    (attribute, sensitive): (String, bool),
    found: &mut Vec<Place<'t>>,
) -> Result<(), Fault> {
    let sensitive = sensitive || values.sensitive.is_some_and(Raw::is_true);
    if values.unknown.is_some_and(Raw::is_true) {
        found.push(Place { attribute, value: PlaceValue::Unknown, sensitive });
        return Ok(());
    }
    let Some(((name, is_list), rest)) = steps.split_first() else {
        if let Some(value) = values.value.filter(|value| !value.is_null()) {
            found.push(Place { attribute, value: PlaceValue::Known(value), sensitive });
        }
        return Ok(());
    };
    let member = |of: Option<Raw<'t>>| match of {
        Some(of) => of.member(text, name),
        None => Ok(None),
    };
    let inner = Values {
        value: member(values.value)?,
        unknown: member(values.unknown)?,
        sensitive: member(values.sensitive)?,
    };
    let attribute = if attribute.is_empty() { (*name).to_owned() } else { format!("{attribute}.{name}") };
    // A single block may stand for a list of them.
    let is_one = inner.value.is_some_and(|value| !value.is_array() && !value.is_null());
    if !is_list || is_one || inner.unknown.is_some_and(Raw::is_true) {
        return descend(text, rest, inner, (attribute, sensitive), found);
    }
    let sensitive = sensitive || inner.sensitive.is_some_and(Raw::is_true);
    let elements = |of: Option<Raw<'t>>| of.elements();
    let (list, unknown, secret) = (elements(inner.value), elements(inner.unknown), elements(inner.sensitive));
    for index in 0..list.len().max(unknown.len()) {
        let element = Values {
            value: list.get(index).copied(),
            unknown: unknown.get(index).copied(),
            sensitive: secret.get(index).copied(),
        };
        let key = match element.value {
            Some(value) => value.member(text, "name")?.and_then(Raw::string),
            None => None,
        };
        // Blocks are sets without an order, so a block is called by its name if it has one.
        let label = key.map_or_else(|| format!("[{index}]"), |name| format!("[{}]", quoted(&name)));
        descend(text, rest, element, (format!("{attribute}{label}"), sensitive), found)?;
    }
    Ok(())
}

/// Returns texts anywhere in a value that look like policies, with their places, and true for secret ones. `skip` tells which
/// values were reported already.
pub(super) fn texts_like_policies<'t>(
    text: &'t str,
    values: Values<'t>,
    skip: &dyn Fn(Raw<'t>) -> bool,
    depth: usize,
) -> Result<Vec<Place<'t>>, Fault> {
    let mut found = Vec::new();
    if values.value.is_some_and(|value| mentions_policy(value.text())) {
        search(text, values, (String::new(), false), skip, depth, &mut found)?;
    }
    Ok(found)
}

fn search<'t>(
    text: &'t str,
    values: Values<'t>,
    (attribute, sensitive): (String, bool),
    skip: &dyn Fn(Raw<'t>) -> bool,
    depth: usize,
    found: &mut Vec<Place<'t>>,
) -> Result<(), Fault> {
    let Some(value) = values.value.filter(|value| mentions_policy(value.text())) else { return Ok(()) };
    if skip(value) {
        return Ok(());
    }
    let sensitive = sensitive || values.sensitive.is_some_and(Raw::is_true);
    let is_policy = match value.string() {
        Some(string) => looks_like_policy(&string),
        None => is_policy_object(text, value)?,
    };
    let Some(depth) = depth.checked_sub(1).filter(|_| !is_policy) else {
        // A value that is too deep to be searched may be one.
        found.push(Place { attribute, value: PlaceValue::Known(value), sensitive });
        return Ok(());
    };
    for (name, member) in value.members() {
        let secret = match values.sensitive {
            Some(secret) => secret.member(text, &name)?,
            None => None,
        };
        let inner = Values { value: Some(member), unknown: None, sensitive: secret };
        let attribute = if attribute.is_empty() { name.to_string() } else { format!("{attribute}.{name}") };
        search(text, inner, (attribute, sensitive), skip, depth, found)?;
    }
    let secret = values.sensitive.elements();
    for (index, element) in value.elements().into_iter().enumerate() {
        let inner = Values { value: Some(element), unknown: None, sensitive: secret.get(index).copied() };
        search(text, inner, (format!("{attribute}[{index}]"), sensitive), skip, depth, found)?;
    }
    Ok(())
}

/// Returns an object with `Statement` in which there is an `Effect`.
fn is_policy_object(text: &str, value: Raw<'_>) -> Result<bool, Fault> {
    Ok(value.member(text, "Statement")?.is_some_and(|statement| statement.text().contains("\"Effect\"")))
}
