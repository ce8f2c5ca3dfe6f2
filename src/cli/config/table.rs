//! Reads tables of TOML member by member: what is missing, of a wrong type or unknown is a fault at its place.

use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::policy::closest;
use crate::report::{Failure, Fault};
use crate::span::{Source, Span};
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The faults of a configuration.
#[derive(Default)]
pub(super) struct Faults(pub(super) Vec<Diagnostic>);

impl Faults {
    /// Adds a fault at a place.
    pub(super) fn add(&mut self, place: Range<usize>, message: impl Into<String>, help: impl Into<String>) {
        let fault = Diagnostic::error(Code::InvalidConfiguration, message, span(place));
        self.0.push(fault.with_help(help));
    }

    /// Returns the error about all faults; `None` if there are none.
    pub(super) fn end(self, source: &Source) -> Option<Failure> {
        let count = match self.0.len() {
            0 => return None,
            1 => "1 error".to_owned(),
            n => format!("{n} errors"),
        };
        let message = format!("nothing was checked: {} has {count}", source.name());
        let faults = self.0.into_iter().map(|diagnostic| Fault { source: source.clone(), diagnostic });
        Some(Failure { faults: faults.collect(), ..Failure::validation(message) })
    }

    /// Adds a fault for every member whose name is not known.
    pub(super) fn unknown(&mut self, table: &DeTable<'_>, known: &[&str], what: &str) {
        for key in table.keys().filter(|key| !known.contains(&&**key.get_ref())) {
            let help = match closest(key.get_ref(), known) {
                Some(name) => format!("did you mean `{name}`?"),
                None => format!("the {what}s are {}", known.join(", ")),
            };
            self.add(key.span(), format!("`{}` is not a {what} of the configuration", key.get_ref()), help);
        }
    }

    /// Returns a text.
    pub(super) fn text(&mut self, value: &Spanned<DeValue<'_>>) -> Option<String> {
        match value.get_ref() {
            DeValue::String(text) if !text.trim().is_empty() => Some(text.clone().into_owned()),
            _ => {
                self.add(value.span(), "a text is needed here", "write it in quotes");
                None
            }
        }
    }

    /// Returns a list of texts with their places.
    pub(super) fn texts(&mut self, value: &Spanned<DeValue<'_>>) -> Vec<(String, Range<usize>)> {
        let DeValue::Array(list) = value.get_ref() else {
            self.add(value.span(), "a list of texts is needed here", "write [\"...\", \"...\"]");
            return Vec::new();
        };
        list.iter().filter_map(|one| Some((self.text(one)?, one.span()))).collect()
    }

    /// Returns a pattern of paths.
    pub(super) fn pattern(&mut self, text: &str, place: Range<usize>) -> Option<glob::Pattern> {
        match glob::Pattern::new(text.strip_prefix("./").unwrap_or(text)) {
            Ok(pattern) => Some(pattern),
            Err(error) => {
                self.add(place, format!("`{text}` is not a valid pattern: {}", error.msg), "");
                None
            }
        }
    }
}

/// Returns the span of a range of bytes.
pub(super) fn span(place: Range<usize>) -> Span {
    Span::new(place.start, place.end)
}
