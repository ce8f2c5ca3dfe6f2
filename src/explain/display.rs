//! Texts for people: names of condition keys and statements, and texts in which every character is visible.

use crate::hash::TextMap;
use crate::policy::{Document, Statement};
use crate::request::key_info;
use std::borrow::Cow;

/// The spellings of the condition keys of some documents.
#[derive(Clone, Debug)]
pub(crate) struct KeyNames<'d>(TextMap<&'d str, &'d str>);

impl<'d> KeyNames<'d> {
    /// Collects the first spelling of each key.
    pub(crate) fn of(documents: &[&'d Document]) -> KeyNames<'d> {
        let mut names = TextMap::default();
        for condition in documents.iter().flat_map(|d| &d.statements).flat_map(|s| &s.conditions) {
            let key = &condition.key.value;
            names.entry(&*key.name).or_insert(&*key.text);
        }
        KeyNames(names)
    }

    /// Returns a condition key (lower case) in AWS's spelling, or else in that of the documents.
    pub(crate) fn name<'k>(&self, key: &'k str) -> Cow<'k, str>
    where
        'd: 'k,
    {
        match (key_info(key), self.0.get(key)) {
            (Some(info), _) if key.len() == info.name.len() => Cow::Borrowed(info.name),
            (_, Some(spelled)) => Cow::Borrowed(spelled),
            // The name of a key family, such as `aws:RequestTag/`, is followed by the rest of the key.
            (Some(info), None) => match key.get(info.name.len()..) {
                Some(tag) => Cow::Owned(format!("{}{tag}", info.name)),
                None => Cow::Borrowed(key),
            },
            (None, None) => Cow::Borrowed(key),
        }
    }
}

/// True if a character is invisible or changes how others are displayed: controls, line and paragraph separators, bidirectional
/// controls, characters without width.
pub(crate) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Puts a text on one line in which every character is visible.
pub(crate) fn one_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' | '\t' => out.extend(c.escape_default()),
            c if is_hidden(c) => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out
}

/// Escapes every invisible character, line by line, so that a text cannot move the cursor, change colours or hide anything.
pub(crate) fn plain(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(one_line).collect();
    lines.join("\n")
}

/// Returns `statement 0 "Sid"`, or without a Sid `statement 0`.
pub(crate) fn statement_name(index: usize, statement: Option<&Statement>) -> String {
    match statement.and_then(Statement::sid) {
        Some(sid) => format!("statement {index} \"{}\"", one_line(sid)),
        None => format!("statement {index}"),
    }
}

/// Returns `1 thing` or `n things`.
pub(crate) fn counted(n: usize, thing: &str) -> String {
    if n == 1 { format!("{n} {thing}") } else { format!("{n} {thing}s") }
}
