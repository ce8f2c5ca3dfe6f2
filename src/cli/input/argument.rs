//! The forms of an argument: a path, `file://PATH`, `-`, or JSON itself.

use super::git::GitPath;
use crate::report::Failure;
use crate::surface::{reason, unreadable};
use std::io::Read;
use std::path::Path;

/// Returns the path in an argument, without the prefix `file://`.
pub(crate) fn path_of(argument: &str) -> &str {
    argument.strip_prefix("file://").unwrap_or(argument)
}

/// True if the argument names a directory of the working tree. What names a file in a commit never does.
pub(crate) fn is_directory(argument: &str) -> bool {
    GitPath::of(argument).is_none() && Path::new(path_of(argument)).is_dir()
}

/// Reads up to one byte more than `most`, which is enough to know that the input is too long.
pub(crate) fn read_bounded(input: impl Read, most: usize) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    input.take(most as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// True if the argument is a document itself.
pub(crate) fn is_inline(argument: &str) -> bool {
    argument.trim_start().starts_with('{')
}

/// Returns the name of an input: its path, `<stdin>`, or its role for an inline document.
pub(crate) fn input_name(argument: &str, role: &str) -> String {
    if is_inline(argument) {
        format!("<{role}>")
    } else if argument == "-" {
        "<stdin>".to_owned()
    } else {
        path_of(argument).to_owned()
    }
}

/// Returns the text of a file, for arguments that are not policies.
pub(crate) fn text_of(argument: &str) -> Result<String, Failure> {
    match argument.strip_prefix("file://") {
        Some(path) => read_text(path),
        None => Ok(argument.to_owned()),
    }
}

/// Returns the text of a file.
pub(crate) fn read_text(path: &str) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| unreadable(path, reason(&error)))
}
