//! The same request as a command that can be pasted into a shell.

use super::names::KeyNames;
use crate::evaluate::{self, Decision, decide};
use crate::policy::Document;
use crate::request::{Request, Spelled};

/// A request as flags, if the documents decide it as they decide the request itself.
pub(super) fn spelled(
    request: &Request,
    documents: &[&Document],
    options: &evaluate::Options,
    aws_compat: bool,
) -> Option<Spelled> {
    let spelled = Spelled { bare_context: aws_compat, ..Spelled::of(request) };
    let again = spelled.request().ok()?;
    let same = documents.iter().enumerate().all(|(index, document)| {
        let mut alone = evaluate::Options::for_documents(&[document]);
        alone.policy_type = options.policy_type;
        alone.strict_arn = options.strict_arn;
        let decision = decide(&[document], &again, &alone);
        match index {
            0 => decision == Decision::Allowed,
            _ => matches!(decision, Decision::ImplicitlyDenied | Decision::ExplicitlyDenied),
        }
    });
    let names = KeyNames::of(documents);
    let context = spelled.context.iter().cloned().map(|(key, value)| (names.name(&key), value));
    same.then(|| Spelled { context: context.collect(), ..spelled })
}

/// The command that simulates the request against one policy argument.
pub(super) fn command(spelled: &Spelled, policy: &str, expect: &str, strict_arn: bool) -> String {
    let mut words = vec!["iamsat".to_owned(), "simulate".to_owned()];
    let mut flag = |name: &str, value: &str| words.extend([name.to_owned(), shell_quoted(value)]);
    flag("--policy", policy);
    if let Some(principal) = &spelled.principal {
        flag("--principal", principal);
    }
    flag("--action", &spelled.action);
    flag("--resource", &spelled.resource);
    for (key, value) in &spelled.context {
        flag("--context", &format!("{key}={value}"));
    }
    for id in &spelled.unique_ids {
        flag("--unique-id", id);
    }
    for id in &spelled.canonical_users {
        flag("--canonical-user", id);
    }
    if spelled.boundary {
        flag("--boundary", "yes");
    }
    flag("--expect", expect);
    if spelled.bare_context {
        words.push("--aws-compat".to_owned());
    }
    if strict_arn {
        words.push("--strict-arn".to_owned());
    }
    words.join(" ")
}

/// A word for a POSIX shell: as it is where that is safe, else in single quotes.
///
/// ```
/// use iamsat::report::shell_quoted;
/// assert_eq!(shell_quoted("arn:aws:s3:::b/k"), "arn:aws:s3:::b/k");
/// assert_eq!(shell_quoted("it's *"), r"'it'\''s *'");
/// ```
pub fn shell_quoted(word: &str) -> String {
    let safe = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c);
    if !word.is_empty() && word.chars().all(safe) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}
