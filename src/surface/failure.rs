//! Failures of reading and writing, with the same messages on every surface.

use crate::report::Failure;
use std::fmt::Display;

/// Makes the failure for an input that cannot be read.
pub fn unreadable(name: &str, why: impl Display) -> Failure {
    let name = if name.is_empty() { "``" } else { name };
    Failure {
        code: "InputError",
        message: format!("cannot read {name}: {why}"),
        faults: Vec::new(),
        open: None,
    }
}

/// Makes the failure for a file or stream that cannot be written.
pub fn unwritable(name: impl Display, why: impl Display) -> Failure {
    Failure {
        code: "OutputError",
        message: format!("cannot write {name}: {why}"),
        faults: Vec::new(),
        open: None,
    }
}

/// Makes the failure for a directory that cannot be made.
pub fn unmakable(name: impl Display, why: impl Display) -> Failure {
    Failure {
        code: "OutputError",
        message: format!("cannot make {name}: {why}"),
        faults: Vec::new(),
        open: None,
    }
}

/// Returns the reason of an I/O error, without the operating system's error number.
pub fn reason(error: &std::io::Error) -> String {
    let text = error.to_string();
    let words = match text.split_once(" (os error") {
        Some((words, _)) => words,
        None => &text,
    };
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}
