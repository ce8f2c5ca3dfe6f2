//! The text of a policy in a file, as far as it can be rewritten there.

use crate::cli::input::Input;
use crate::container::{Content, Origin};
use crate::limits::InputLimits;
use crate::policy::{Document, parse};
use crate::span::{Source, Span};

/// A policy that is written in a file as JSON: as an object, or as an object in a string.
#[derive(Clone, Debug)]
pub(in crate::cli::command) struct PolicyText {
    /// The file.
    pub(in crate::cli::command) file: Source,
    /// The name of the policy.
    pub(in crate::cli::command) name: String,
    /// The policy, and nothing else.
    pub(in crate::cli::command) source: Source,
    place: Span,
    is_in_string: bool,
}

impl PolicyText {
    /// Finds the text of a policy in its file.
    ///
    /// # Errors
    /// The reason why the policy cannot be rewritten there.
    pub(in crate::cli::command) fn of(input: &Input, document: &Document) -> Result<PolicyText, String> {
        let content = input.entry.as_ref().map(|entry| &entry.content);
        if let Some(Content::Text { origin: Origin::Built | Origin::Rebuilt | Origin::Presumed, .. }) =
            content
        {
            return Err("the file does not hold its text: it is made of other parts of the file".to_owned());
        }
        let (file, place) = document.source.in_file(document.span);
        let written = file.slice(place);
        let (text, is_in_string) = match written.as_bytes().first() {
            Some(b'{') => (written.to_owned(), false),
            Some(b'"') => match serde_json::from_str::<String>(written) {
                Ok(text) if text.trim_start().starts_with('{') => (text, true),
                _ => return Err("its text is encoded in the file".to_owned()),
            },
            Some(b'%') => return Err("its text is URL-encoded in the file".to_owned()),
            _ => return Err("it is not written as JSON, and only JSON is rewritten".to_owned()),
        };
        let source = Source::new(input.name.clone(), text);
        // Functions and values of a template make another policy of the text.
        let is_same = parse(&source, &InputLimits::default())
            .is_ok_and(|written| written.to_string() == document.to_string());
        if !is_same {
            return Err("its text in the file is not plain JSON: values are filled in".to_owned());
        }
        Ok(PolicyText { file: file.clone(), name: input.name.clone(), source, place, is_in_string })
    }

    /// Returns the change of the file that gives the policy another text.
    pub(in crate::cli::command) fn change(&self, text: &str) -> (Span, String) {
        let text = match self.is_in_string {
            true => serde_json::Value::from(text).to_string(),
            false => text.to_owned(),
        };
        (self.place, text)
    }

    /// Returns the line of a place of the policy in the file; of a policy in a string, the line of the string.
    pub(in crate::cli::command) fn line(&self, place: Span) -> usize {
        let within = if self.is_in_string { 0 } else { place.start as usize };
        self.file.position(self.place.start as usize + within).line
    }
}
