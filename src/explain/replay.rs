//! Commands that reproduce a request: `iamsat simulate` with flags, ready to be pasted into a shell.

use super::display::{KeyNames, is_hidden};
use crate::evaluate::{self, Decision, decide};
use crate::policy::{Document, RequestSet};
use crate::request::{Request, RequestSpec};
use serde_json::{Map, Value};

/// The length in bytes beyond which a command is not printed.
const LONGEST_COMMAND: usize = 2_000;

/// The documents of a check, each with the options under which `iamsat simulate` reads it alone.
pub(crate) struct Replayer<'r> {
    /// True if the check read them under the same options.
    alike: bool,
    documents: Vec<(&'r Document, evaluate::Options)>,
    names: KeyNames<'r>,
    aws_compat: bool,
}

impl<'r> Replayer<'r> {
    /// Takes the documents of a check, the checked one first, and the options under which the check read them.
    pub(crate) fn new(
        documents: &[&'r Document],
        options: &evaluate::Options,
        aws_compat: bool,
    ) -> Replayer<'r> {
        let names = KeyNames::of(documents);
        let alone = |document: &&'r Document| {
            let mut alone = evaluate::Options::for_documents(&[document]);
            alone.policy_type = options.policy_type;
            alone.strict_arn = options.strict_arn;
            (*document, alone)
        };
        let documents: Vec<_> = documents.iter().map(alone).collect();
        let alike = documents.iter().all(|(_, alone)| alone == options);
        Replayer { alike, documents, names, aws_compat }
    }

    /// Spells the witness of a finding about this set as flags. `None` unless each document decides the spelled request as it
    /// decided the witness.
    pub(crate) fn spelled(&self, request: &Request, set: RequestSet) -> Option<RequestSpec> {
        let spelled = RequestSpec { bare_context: self.aws_compat, ..RequestSpec::of(request) };
        let again = spelled.request().ok()?;
        // The witness itself was confirmed before.
        let same = (self.alike && again == *request) || self.decide_alike(&again, set);
        let named = |(key, value): &(String, String)| (self.names.name(key).into_owned(), value.clone());
        same.then(|| RequestSpec { context: spelled.context.iter().map(named).collect(), ..spelled })
    }

    /// True if the first document allows the request and the others do not; for a finding about denied requests, if the others
    /// deny it and the first one does not.
    fn decide_alike(&self, request: &Request, set: RequestSet) -> bool {
        self.documents.iter().enumerate().all(|(index, (document, alone))| {
            let decision = decide(&[document], request, alone);
            match (set, index) {
                (RequestSet::Allowed(_) | RequestSet::Granted(_), 0) => decision == Decision::Allowed,
                (RequestSet::ALLOWED, _) => {
                    matches!(decision, Decision::ImplicitlyDenied | Decision::ExplicitlyDenied)
                }
                (RequestSet::Allowed(_) | RequestSet::Granted(_), _) => decision != Decision::Undetermined,
                (RequestSet::Denied, 0) => {
                    matches!(decision, Decision::ImplicitlyDenied | Decision::Allowed)
                }
                (RequestSet::Denied, _) => decision == Decision::ExplicitlyDenied,
            }
        })
    }
}

/// Writes the command that simulates the request against policy arguments that are read as one set.
///
/// # Errors
/// The reason why there is no such command, in a few words.
pub(crate) fn command(
    spelled: &RequestSpec,
    policies: &[&str],
    expect: &str,
    strict_arn: bool,
) -> Result<String, &'static str> {
    if policies.contains(&"-") {
        return Err("a policy came from standard input");
    }
    let mut words = vec!["iamsat".to_owned(), "simulate".to_owned()];
    // A value that looks like a flag must be in one word with its flag.
    let mut flag = |name: &str, value: &str| match value.starts_with('-') {
        true => words.push(shell_quoted(&format!("{name}={value}"))),
        false => words.extend([name.to_owned(), shell_quoted(value)]),
    };
    policies.iter().for_each(|policy| flag("--policy", policy));
    if let Some(principal) = &spelled.principal {
        flag("--principal", principal);
    }
    if let Some(parent) = &spelled.federated_by {
        flag("--federated-by", parent);
    }
    flag("--action", &spelled.action);
    flag("--resource", &spelled.resource);
    let mut odd: Map<String, Value> = Map::new();
    for (key, value) in &spelled.context {
        let values = spelled.context.iter().filter(|(other, _)| other == key).map(|(_, value)| value);
        if is_plain(key, values) {
            flag("--context", &format!("{key}={value}"));
        } else if let Value::Array(values) =
            odd.entry(key.as_str()).or_insert_with(|| Value::Array(Vec::new()))
        {
            values.push(Value::from(value.as_str()));
        }
    }
    if !odd.is_empty() {
        flag("--context-json", &without_hidden(&Value::Object(odd).to_string()));
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
    let command = words.join(" ");
    if command.contains(is_hidden) {
        Err("the request or the name of a policy contains invisible characters")
    } else if command.len() > LONGEST_COMMAND {
        Err("the command would be too long")
    } else {
        Ok(command)
    }
}

/// Returns true if `KEY=VALUE` is read as this key and these values.
fn is_plain<'v>(key: &str, mut values: impl Iterator<Item = &'v String>) -> bool {
    !key.contains(|c| c == '=' || is_hidden(c)) && !values.any(|value| value.contains(is_hidden))
}

/// Escapes the invisible characters of JSON.
fn without_hidden(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if is_hidden(c) {
            c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| out.push_str(&format!("\\u{unit:04x}")));
        } else {
            out.push(c);
        }
    }
    out
}

/// Quotes a word for a POSIX shell: a safe word is unchanged, any other is put in single quotes.
///
/// ```
/// use iamsat::explain::shell_quoted;
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

/// Splits a command of words that were quoted by [`shell_quoted`].
pub(crate) fn shell_words(command: &str) -> Vec<String> {
    let (mut words, mut word, mut is_quoted, mut is_word) = (Vec::new(), String::new(), false, false);
    let mut letters = command.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\'' => (is_quoted, is_word) = (!is_quoted, true),
            '\\' if !is_quoted => {
                word.extend(letters.next());
                is_word = true;
            }
            ' ' if !is_quoted => {
                if std::mem::take(&mut is_word) {
                    words.push(std::mem::take(&mut word));
                }
            }
            letter => {
                word.push(letter);
                is_word = true;
            }
        }
    }
    if is_word {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::{shell_quoted, shell_words};

    #[test]
    fn quoted_words_are_split_again() {
        let words = ["iamsat", "", "it's", "a b", "'", "\\", "x='y z'", "--flag=*", "''\\'"];
        let quoted: Vec<String> = words.iter().map(|word| shell_quoted(word)).collect();
        assert_eq!(shell_words(&quoted.join(" ")), words);
    }
}
