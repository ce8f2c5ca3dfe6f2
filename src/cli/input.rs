//! From a policy argument to a document.

use crate::limits::InputLimits;
use crate::policy::{Read, read};
use crate::report::Failure;
use crate::span::Source;
use std::io::Read as _;
use std::path::Path;

/// Reads policy arguments; standard input once.
#[derive(Debug, Default)]
pub(super) struct Reader {
    stdin_taken: bool,
    limits: InputLimits,
}

impl Reader {
    /// The document an argument names. `role` is what inline documents are called.
    pub(super) fn read(&mut self, argument: &str, role: &str) -> Result<Read, Failure> {
        Ok(read(&self.source(argument, role)?, &self.limits))
    }

    /// The text an argument names.
    fn source(&mut self, argument: &str, role: &str) -> Result<Source, Failure> {
        let name = input_name(argument, role);
        if is_inline(argument) {
            return Ok(Source::new(name, argument));
        }
        if argument == "-" {
            if std::mem::replace(&mut self.stdin_taken, true) {
                return Err(Failure::validation("standard input (`-`) can be read only once"));
            }
            return self.text(&name, std::io::stdin().lock());
        }
        let path = Path::new(&name);
        if path.is_dir() {
            return Err(unreadable(&name, "it is a directory"));
        }
        let file = std::fs::File::open(path).map_err(|error| unreadable(&name, reason(&error)))?;
        self.text(&name, file)
    }

    fn text(&self, name: &str, input: impl std::io::Read) -> Result<Source, Failure> {
        let mut bytes = Vec::new();
        let most = u64::try_from(self.limits.bytes).unwrap_or(u64::MAX).saturating_add(1);
        input.take(most).read_to_end(&mut bytes).map_err(|error| unreadable(name, reason(&error)))?;
        if bytes.len() > self.limits.bytes {
            return Err(unreadable(name, format!("it is longer than {} bytes", self.limits.bytes)));
        }
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Source::new(name, text)),
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                let before = error.as_bytes().get(..at).unwrap_or_default();
                let source = Source::new(name, String::from_utf8_lossy(before));
                let place = source.position(at);
                Err(unreadable(
                    name,
                    format!("it is not UTF-8 text (line {}, column {})", place.line, place.column),
                ))
            }
        }
    }
}

pub(super) fn is_inline(argument: &str) -> bool {
    argument.trim_start().starts_with('{')
}

/// What an input is called: its path, `<stdin>`, or for an inline document its role.
pub(super) fn input_name(argument: &str, role: &str) -> String {
    if is_inline(argument) {
        format!("<{role}>")
    } else if argument == "-" {
        "<stdin>".to_owned()
    } else {
        argument.strip_prefix("file://").unwrap_or(argument).to_owned()
    }
}

/// The text of a file named like a policy, for arguments that are no policies.
pub(super) fn text_of(argument: &str) -> Result<String, Failure> {
    match argument.strip_prefix("file://") {
        Some(path) => read_text(path),
        None => Ok(argument.to_owned()),
    }
}

/// The text of a file.
pub(super) fn read_text(path: &str) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| unreadable(path, reason(&error)))
}

/// An input that cannot be read.
pub(super) fn unreadable(name: &str, why: impl std::fmt::Display) -> Failure {
    let name = if name.is_empty() { "``" } else { name };
    Failure { code: "InputError", message: format!("cannot read {name}: {why}"), faults: Vec::new() }
}

/// The reason of an I/O error without the number that the operating system gives it.
pub(super) fn reason(error: &std::io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text).to_owned();
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}
