//! From a policy argument to a document.

use super::argument::{input_name, is_inline, read_bounded};
use crate::index::broken;
use crate::limits::InputLimits;
use crate::policy::{Read, read};
use crate::report::Failure;
use crate::span::Source;
use crate::surface::{reason, unreadable};
use std::path::Path;

/// Reads policy arguments; standard input once.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    stdin_taken: bool,
    limits: InputLimits,
}

impl Reader {
    /// The document an argument names. `role` is what inline documents are called.
    pub(crate) fn read(&mut self, argument: &str, role: &str) -> Result<Read, Failure> {
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
        let bytes =
            read_bounded(input, self.limits.bytes).map_err(|error| unreadable(name, reason(&error)))?;
        if bytes.len() > self.limits.bytes {
            return Err(unreadable(name, format!("it is longer than {} bytes", self.limits.bytes)));
        }
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Source::new(name, text)),
            Err(error) => {
                let Some(first) = error.as_bytes().utf8_chunks().next() else {
                    broken("bytes that are no text are some")
                };
                let before = Source::new(name, first.valid());
                let place = before.position(before.text().len());
                Err(unreadable(
                    name,
                    format!("it is not UTF-8 text (line {}, column {})", place.line, place.column),
                ))
            }
        }
    }
}
