//! The `access` member of check-access-not-granted.

use crate::check::Access;
use crate::report::Failure;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    #[serde(default)]
    actions: Vec<String>,
    #[serde(default)]
    resources: Vec<String>,
}

/// Reads a list of `{"actions": [...], "resources": [...]}`.
///
/// # Errors
/// Not such a list, an empty list, an entry without actions and resources, no action, no ARN.
pub fn access_entries(json: &str) -> Result<Vec<Access>, Failure> {
    let entries: Vec<Entry> = serde_json::from_str(json).map_err(|error| {
        Failure::validation(format!(
            "`access` has to be a list of {{\"actions\": [...], \"resources\": [...]}}: {error}"
        ))
    })?;
    if entries.is_empty() {
        return Err(Failure::validation("`access` is empty: list actions, resources or both"));
    }
    entries
        .into_iter()
        .map(|e| Access::new(e.actions, e.resources).map_err(|error| Failure::validation(error.to_string())))
        .collect()
}
