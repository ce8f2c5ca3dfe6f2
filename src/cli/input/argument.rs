//! The forms of an argument: a path, `file://PATH`, `-`, or JSON itself.

use crate::report::Failure;
use crate::surface::{reason, unreadable};
use std::io::Read;

/// The path of an argument, which `file://` may introduce.
pub(crate) fn path_of(argument: &str) -> &str {
    argument.strip_prefix("file://").unwrap_or(argument)
}

/// Reads up to one byte more than `most`: enough to know that there are too many.
pub(crate) fn read_bounded(input: impl Read, most: usize) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    input.take(most as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// True if the argument is a document itself.
pub(crate) fn is_inline(argument: &str) -> bool {
    argument.trim_start().starts_with('{')
}

/// The name of an input: its path, `<stdin>`, or for an inline document its role.
pub(crate) fn input_name(argument: &str, role: &str) -> String {
    if is_inline(argument) {
        format!("<{role}>")
    } else if argument == "-" {
        "<stdin>".to_owned()
    } else {
        path_of(argument).to_owned()
    }
}

/// The text of a file named like a policy, for arguments that are no policies.
pub(crate) fn text_of(argument: &str) -> Result<String, Failure> {
    match argument.strip_prefix("file://") {
        Some(path) => read_text(path),
        None => Ok(argument.to_owned()),
    }
}

/// The text of a file.
pub(crate) fn read_text(path: &str) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| unreadable(path, reason(&error)))
}
