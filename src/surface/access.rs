//! The members `access` and `accessLevels` of check-access-not-granted.

use super::json_members;
use crate::catalogue::{Catalogue, Level};
use crate::check::Access;
use crate::report::Failure;
use serde_json::value::RawValue;

/// Reads a list of `{"actions": [...], "resources": [...]}`.
///
/// # Errors
/// The text is not such a list, the list is empty, an entry has neither actions nor resources, or an action or ARN is invalid.
pub fn access_entries(json: &str) -> Result<Vec<Access>, Failure> {
    let wrong = |why: &str| {
        Failure::validation(format!(
            "`access` has to be a list of {{\"actions\": [...], \"resources\": [...]}}: {why}"
        ))
    };
    let is_list = json.trim_start().starts_with('[');
    let entries: Vec<&RawValue> = serde_json::from_str(json).map_err(|error| match is_list {
        true => wrong(&super::members::syntax_error(&error)),
        false => wrong("it is not a list"),
    })?;
    if entries.is_empty() {
        return Err(Failure::validation("`access` is empty: list actions, resources or both"));
    }
    let entry = |entry: &RawValue| {
        let (mut actions, mut resources): (Option<Vec<String>>, Option<Vec<String>>) = (None, None);
        for (name, value) in json_members(entry.get()).map_err(|_| wrong("an entry is not an object"))? {
            let list = match name.as_str() {
                "actions" => &mut actions,
                "resources" => &mut resources,
                _ => return Err(wrong(&format!("`{name}` is neither `actions` nor `resources`"))),
            };
            let values: Vec<String> = serde_json::from_str(value.get())
                .map_err(|_| wrong(&format!("`{name}` is not a list of strings")))?;
            if list.replace(values).is_some() {
                return Err(wrong(&format!("`{name}` occurs twice in one entry")));
            }
        }
        // An absent list has no values.
        Access::new(actions.into_iter().flatten(), resources.into_iter().flatten())
            .map_err(|error| Failure::validation(error.to_string()))
    };
    entries.into_iter().map(entry).collect()
}

/// Reads a list of access levels. Returns the actions that the catalogue lists at one of them, on any resource.
///
/// # Errors
/// The text is not a list of levels, or AWS lists no action at any of them.
pub fn access_at_levels(json: &str, catalogue: &Catalogue) -> Result<Access, Failure> {
    let known = || Level::ALL.map(Level::option).join(", ");
    let wrong =
        |why: String| Failure::validation(format!("`accessLevels` has to be a list of {}: {why}", known()));
    let names: Vec<String> =
        serde_json::from_str(json).map_err(|_| wrong("it is not a list of strings".to_owned()))?;
    let level = |name: &String| Level::parse(name).ok_or_else(|| wrong(format!("`{name}` is none of them")));
    let levels: Vec<Level> = names.iter().map(level).collect::<Result<_, _>>()?;
    let actions: Vec<String> = catalogue.at_levels(&levels).map(|action| action.full_name()).collect();
    if actions.is_empty() {
        return Err(wrong("AWS lists no action at any of these levels".to_owned()));
    }
    Access::new(actions, Vec::<String>::new()).map_err(|error| Failure::validation(error.to_string()))
}
