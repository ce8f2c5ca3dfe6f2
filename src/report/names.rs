//! Names as people know them: condition keys, statements, requesters.

use crate::policy::{Document, Statement};
use crate::request::{Requester, RequesterKind, key_info};

/// A condition key (lower case) as AWS spells it, else as the documents do.
pub(super) fn key_name(key: &str, documents: &[&Document]) -> String {
    if let Some(info) = key_info(key) {
        let tag = key.get(info.name.len()..).unwrap_or("");
        if tag.is_empty() {
            return info.name.to_owned();
        }
    }
    let conditions = documents.iter().flat_map(|d| &d.statements).flat_map(|s| &s.conditions);
    let spelled = conditions.map(|c| &c.key.value).find(|k| &*k.name == key).map(|k| k.text.to_string());
    spelled.unwrap_or_else(|| match key_info(key) {
        Some(info) => format!("{}{}", info.name, key.get(info.name.len()..).unwrap_or("")),
        None => key.to_owned(),
    })
}

/// `statement 0 "Sid"`, or without a Sid `statement 0`.
pub(super) fn statement_name(index: usize, statement: Option<&Statement>) -> String {
    match statement.and_then(Statement::sid) {
        Some(sid) => format!("statement {index} \"{sid}\""),
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
