//! Arguments that are JSON, or name a file that contains it.

use super::argument::text_of;
use crate::report::Failure;
use serde_json::Value;
use std::path::Path;

/// Makes the failure for an invalid argument; `what` describes the argument.
pub(crate) fn is_no(argument: &str, what: &str) -> Failure {
    Failure::validation(format!("`{argument}` is {what}"))
}

/// True if the argument is JSON, or names a JSON file.
pub(super) fn is_json(argument: &str) -> bool {
    argument.trim_start().starts_with('{')
        || argument.starts_with("file://")
        || argument.ends_with(".json")
        || Path::new(argument).exists()
}

/// Returns the JSON in an argument, or in the file that it names.
pub(super) fn json(argument: &str, what: &str) -> Result<Value, Failure> {
    let text = match argument.trim_start().starts_with('{') || argument.starts_with("file://") {
        true => text_of(argument)?,
        false => text_of(&format!("file://{argument}"))?,
    };
    serde_json::from_str(&text).map_err(|error| {
        Failure::validation(format!("`{argument}` holds no {what}: it is not JSON: {error}"))
    })
}

/// Returns the member of an object that contains the wanted value, or the object itself.
pub(super) fn member_or_self<'v>(value: &'v Value, name: &str) -> &'v Value {
    value.get(name).unwrap_or(value)
}
