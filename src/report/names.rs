//! Names as people know them: condition keys, statements, requesters.

use crate::hash::TextMap;
use crate::policy::{Document, Statement};
use crate::request::{Requester, RequesterKind, key_info};
use std::borrow::Cow;

/// How the condition keys of some documents are spelled.
#[derive(Clone, Debug)]
pub(super) struct KeyNames<'d>(TextMap<&'d str, &'d str>);

impl<'d> KeyNames<'d> {
    /// The first spelling of each key.
    pub(super) fn of(documents: &[&'d Document]) -> KeyNames<'d> {
        let mut names = TextMap::default();
        for condition in documents.iter().flat_map(|d| &d.statements).flat_map(|s| &s.conditions) {
            let key = &condition.key.value;
            names.entry(&*key.name).or_insert(&*key.text);
        }
        KeyNames(names)
    }

    /// A condition key (lower case) as AWS spells it, else as the documents do.
    pub(super) fn name<'k>(&self, key: &'k str) -> Cow<'k, str>
    where
        'd: 'k,
    {
        let info = key_info(key);
        let tag = info.and_then(|info| key.get(info.name.len()..)).unwrap_or("");
        match (info, self.0.get(key)) {
            (Some(info), _) if tag.is_empty() => Cow::Borrowed(info.name),
            (_, Some(spelled)) => Cow::Borrowed(spelled),
            (Some(info), None) => Cow::Owned(format!("{}{tag}", info.name)),
            (None, None) => Cow::Borrowed(key),
        }
    }
}

/// Whether a character is not seen, or changes how others are seen: controls, line and paragraph ends, bidirectional
/// controls, characters without width.
pub(super) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// A text on one line in which every character is seen.
pub(super) fn one_line(text: &str) -> String {
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

/// Lines that cannot move the cursor, change colours or hide anything: what is not seen is spelled out.
pub(super) fn plain(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(one_line).collect();
    lines.join("\n")
}

/// `statement 0 "Sid"`, or without a Sid `statement 0`.
pub(super) fn statement_name(index: usize, statement: Option<&Statement>) -> String {
    match statement.and_then(Statement::sid) {
        Some(sid) => format!("statement {index} \"{}\"", one_line(sid)),
        None => format!("statement {index}"),
    }
}

/// `principal.type` of the JSON output.
pub(super) fn principal_type(requester: &Requester) -> &'static str {
    match requester.kind() {
        RequesterKind::Anonymous => "Anonymous",
        RequesterKind::Service => "Service",
        RequesterKind::WebIdentity | RequesterKind::Saml => "Federated",
        RequesterKind::Root
        | RequesterKind::User
        | RequesterKind::RoleSession
        | RequesterKind::FederatedUser
        | RequesterKind::AssumedRoot => "AWS",
    }
}

/// A requester for people.
pub(super) fn principal_name(requester: &Requester) -> String {
    match requester {
        Requester::Anonymous => "anonymous (an unsigned request)".to_owned(),
        Requester::Service { name } => format!("the service {name}"),
        Requester::WebIdentity { provider } => format!("a web identity of {provider}"),
        Requester::Saml { provider } => format!("a SAML user of {provider}"),
        Requester::AssumedRoot { account } => format!("a session of account {account}'s root"),
        other => other.arn().unwrap_or_default(),
    }
}

/// `n thing` or `n things`.
pub(super) fn counted(n: usize, thing: &str) -> String {
    if n == 1 { format!("{n} {thing}") } else { format!("{n} {thing}s") }
}
