//! The text of a policy in a file, as far as it can be rewritten there.

use super::yaml::edits;
use crate::cli::input::Input;
use crate::container::{ContainerKind, Content, Origin};
use crate::limits::InputLimits;
use crate::policy::{Document, parse};
use crate::span::{Source, Span};

/// A policy that is written in a file: as an object in JSON, as one in a string, or as YAML.
#[derive(Clone, Debug)]
pub(in crate::cli::command) struct PolicyText {
    /// The file.
    pub(in crate::cli::command) file: Source,
    /// The name of the policy.
    pub(in crate::cli::command) name: String,
    /// The policy, and nothing else; of a policy in YAML, the same in JSON.
    pub(in crate::cli::command) source: Source,
    written: Written,
}

/// How a policy is written in a file.
#[derive(Clone, Debug)]
enum Written {
    /// As JSON, at this place.
    Json(Span),
    /// As JSON in a string, at this place.
    InString(Span),
    /// As YAML: the policy with the places of its parts.
    Yaml(Box<Document>),
}

impl PolicyText {
    /// Finds the text of a policy in its file.
    ///
    /// # Errors
    /// The reason why the policy cannot be rewritten there.
    pub(in crate::cli::command) fn of(input: &Input, document: &Document) -> Result<PolicyText, String> {
        let content = input.entry.as_ref().map(|entry| &entry.content);
        if let Some(Content::Text {
            origin: Origin::Built | Origin::Rebuilt | Origin::Evaluated | Origin::Presumed,
            ..
        }) = content
        {
            return Err("the file does not hold its text: it is made of other parts of the file".to_owned());
        }
        let (file, place) = document.source.in_file(document.span);
        let written = file.slice(place);
        let (text, is_in_string) = match written.as_bytes().first() {
            Some(b'{') if serde_json::from_str::<serde_json::Value>(written).is_ok() => {
                (written.to_owned(), false)
            }
            Some(b'"') => match serde_json::from_str::<String>(written) {
                Ok(text) if text.trim_start().starts_with('{') => (text, true),
                _ => return Err("its text is encoded in the file".to_owned()),
            },
            Some(b'%') => return Err("its text is URL-encoded in the file".to_owned()),
            _ => return PolicyText::of_yaml(input, document),
        };
        let source = Source::new(input.name.clone(), text);
        // Functions and values of a template make another policy of the text.
        let is_same = parse(&source, &InputLimits::default())
            .is_ok_and(|written| written.to_string() == document.to_string());
        if !is_same {
            return Err("its text in the file is not plain JSON: values are filled in".to_owned());
        }
        let written = if is_in_string { Written::InString(place) } else { Written::Json(place) };
        Ok(PolicyText { file: file.clone(), name: input.name.clone(), source, written })
    }

    /// Finds a policy that is written as YAML in a template.
    fn of_yaml(input: &Input, document: &Document) -> Result<PolicyText, String> {
        let entry = input.entry.as_ref().filter(|_| {
            input.selected.as_ref().is_some_and(|selected| selected.kind() == ContainerKind::Template)
        });
        if entry.is_none() {
            return Err("it is not written as JSON, and only JSON is rewritten".to_owned());
        }
        let source = Source::new(input.name.clone(), document.to_string());
        let is_same = parse(&source, &InputLimits::default())
            .is_ok_and(|written| written.to_string() == document.to_string());
        if !is_same {
            return Err("its text in the file is not plain: values are filled in".to_owned());
        }
        let place = |span: Span| document.source.in_file(span).1;
        if document.statements.iter().any(|statement| place(statement.span) == place(document.span)) {
            return Err("it is JSON in a text within YAML, which is not rewritten".to_owned());
        }
        let file = document.source.in_file(document.span).0.clone();
        let written = Written::Yaml(Box::new(document.clone()));
        Ok(PolicyText { file, name: input.name.clone(), source, written })
    }

    /// Returns the changes of the file that make another policy of it.
    ///
    /// # Errors
    /// The reason why the file cannot be changed so.
    pub(in crate::cli::command) fn changes(&self, new: &Document) -> Result<Vec<(Span, String)>, String> {
        let text = new.source.text();
        match &self.written {
            Written::Json(place) => Ok(vec![(*place, text.to_owned())]),
            Written::InString(place) => Ok(vec![(*place, serde_json::Value::from(text).to_string())]),
            Written::Yaml(document) => {
                let place = |span: Span| document.source.in_file(span).1;
                let changes = edits(self.file.text(), document, new, &place)?;
                // An alias stands for a text elsewhere, which may be a part of something else too.
                let own = place(document.span);
                let rest = self.file.text().get(own.end as usize..).and_then(|rest| rest.find('\n'));
                let end = rest.map_or(self.file.text().len(), |line| own.end as usize + line + 1);
                let is_own = |span: &Span| span.start >= own.start && span.end as usize <= end;
                match changes.iter().all(|(span, _)| is_own(span)) {
                    true => Ok(changes),
                    false => {
                        Err("a part of it is written elsewhere in the file, behind an alias or a merge key"
                            .to_owned())
                    }
                }
            }
        }
    }

    /// Returns the line of a place of the policy in the file; of a policy in a string or in YAML, its first line.
    pub(in crate::cli::command) fn line(&self, place: Span) -> usize {
        let at = match &self.written {
            Written::Json(own) => own.start + place.start,
            Written::InString(own) => own.start,
            Written::Yaml(document) => document.source.in_file(document.span).1.start,
        };
        self.file.position(at as usize).line
    }
}
