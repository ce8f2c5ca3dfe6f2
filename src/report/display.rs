//! Requests for people: a small table, and the name of the requester.

use crate::explain::display::{KeyNames, one_line};
use crate::index::broken;
use crate::policy::PolicyType;
use crate::request::{Request, Requester};

/// Stands for the context of a request that needs none.
const NONE_NEEDED: &str = "(none needed)";

/// Lists the rows of a request: the name of a part, and its value.
pub(super) fn rows(
    request: &Request,
    names: &KeyNames<'_>,
    policy_type: PolicyType,
) -> Vec<(String, String)> {
    let mut rows = vec![
        ("action".to_owned(), request.action.clone()),
        ("resource".to_owned(), request.resource.clone()),
    ];
    let principal = match (&request.requester, policy_type) {
        (Some(requester), _) => principal_name(requester),
        (None, PolicyType::Identity) => "any principal this policy is attached to".to_owned(),
        (None, PolicyType::ServiceControl) => "any principal that this policy applies to".to_owned(),
        (None, PolicyType::Resource | PolicyType::ResourceControl) => "any".to_owned(),
    };
    rows.push(("principal".to_owned(), principal));
    if let Some(parent) = request.requester.as_ref().and_then(Requester::parent_arn) {
        rows.push((String::new(), format!("whose session {parent} requested")));
    }
    for id in &request.hidden.unique_ids {
        rows.push((String::new(), format!("whose unique id is {id}")));
    }
    for id in &request.hidden.canonical_users {
        rows.push((String::new(), format!("whose account is the canonical user {id}")));
    }
    if request.hidden.boundary {
        rows.push((String::new(), "which has a permissions boundary".to_owned()));
    }
    let mut heading = "context";
    for (key, values) in request.context() {
        let values: Vec<String> = values.iter().map(|v| shown(v)).collect();
        rows.push((heading.to_owned(), format!("{} = {}", names.name(key), values.join(", "))));
        heading = "";
    }
    if request.context().next().is_none() {
        rows.push(("context".to_owned(), NONE_NEEDED.to_owned()));
    }
    rows
}

/// Adds keys that the request lacks, where their absence is the reason for something.
pub(super) fn add_absent(rows: &mut Vec<(String, String)>, keys: &[String]) {
    for key in keys {
        let text = format!("{key} is absent");
        match rows.last_mut() {
            Some((_, last)) if last == NONE_NEEDED => *last = text,
            _ => rows.push((String::new(), text)),
        }
    }
}

/// Returns a value of a key, in quotes if it could be mistaken for something else.
fn shown(value: &str) -> String {
    let bare = !value.is_empty() && !value.contains([' ', ',', '"']);
    if bare { value.to_owned() } else { format!("\"{value}\"") }
}

/// Formats the rows in columns, as one message of several lines.
pub(super) fn table(rows: &[(String, String)]) -> String {
    let lines: Vec<String> =
        rows.iter().map(|(name, value)| format!("{name:<10} {}", one_line(value))).collect();
    lines.join("\n")
}

/// Names a requester for people.
pub(super) fn principal_name(requester: &Requester) -> String {
    match requester {
        Requester::Anonymous => "anonymous (an unsigned request)".to_owned(),
        Requester::Service { name } => format!("the service {name}"),
        Requester::WebIdentity { provider } => format!("a web identity of {provider}"),
        Requester::Saml { provider } => format!("a SAML user of {provider}"),
        Requester::AssumedRoot { account } => format!("a session of account {account}'s root"),
        Requester::Root { .. }
        | Requester::User { .. }
        | Requester::RoleSession { .. }
        | Requester::FederatedUser { .. } => match requester.arn() {
            Some(arn) => arn,
            None => broken("whoever belongs to an account has an ARN"),
        },
    }
}
