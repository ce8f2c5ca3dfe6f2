//! Fingerprints: names of findings that stay the same when a policy is reformatted, moved or renamed.

use crate::policy::{Document, Statement};
use hmac_sha256::Hash;
use serde_json::Value;

/// Half a SHA-256, which is long enough that nobody can find a second text with the same name.
const BYTES: usize = 16;

/// Names some texts.
pub(super) fn fingerprint(parts: &[&str]) -> String {
    let mut hash = Hash::new();
    for part in parts {
        // Each part is hashed with its length, so no two lists of parts hash the same bytes.
        hash.update(part.len().to_string());
        hash.update(":");
        hash.update(part);
    }
    hash.finalize().iter().take(BYTES).map(|byte| format!("{byte:02x}")).collect()
}

/// Returns the content of a statement, independent of layout, of the order of its members and lists, and of its Sid.
///
/// An accepted finding is accepted for a statement as written: whatever else changes, the statement cannot allow more than it
/// says.
pub(super) fn statement_text(document: &Document, statement: &Statement) -> String {
    let text = document.source.slice(statement.span);
    match serde_json::from_str(text) {
        Ok(Value::Object(mut members)) => {
            members.remove("Sid");
            format!("{:?} {}", document.version, canonical(&Value::Object(members)))
        }
        _ => text.to_owned(),
    }
}

/// Writes JSON with sorted members and lists; a single value is written as a list of one.
fn canonical(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let mut members: Vec<String> = members
                .iter()
                .map(|(name, value)| format!("{}:{}", Value::from(name.as_str()), canonical(value)))
                .collect();
            members.sort_unstable();
            format!("{{{}}}", members.join(","))
        }
        Value::Array(list) => {
            let mut list: Vec<String> = list.iter().map(Value::to_string).collect();
            list.sort_unstable();
            list.dedup();
            format!("[{}]", list.join(","))
        }
        single => format!("[{single}]"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::InputLimits;
    use crate::policy::parse;
    use crate::span::Source;

    fn text(statement: &str) -> String {
        let source = Source::new("p", format!(r#"{{"Version":"2012-10-17","Statement":[{statement}]}}"#));
        let document = parse(&source, &InputLimits::default()).unwrap();
        statement_text(&document, &document.statements[0])
    }

    #[test]
    fn what_a_statement_says_does_not_depend_on_how_it_is_written() {
        let plain = text(r#"{"Effect":"Allow","Action":["s3:Get*","s3:List*"],"Resource":"*"}"#);
        let moved = text(
            "{ \"Sid\":\"Read\",\n \"Resource\":[\"*\"], \"Action\":[\"s3:List*\",\"s3:Get*\"],\"Effect\":\"Allow\"}",
        );
        assert_eq!(plain, moved);
        assert_ne!(plain, text(r#"{"Effect":"Allow","Action":["s3:*","s3:List*"],"Resource":"*"}"#));
        assert_ne!(
            plain,
            text(
                r#"{"Effect":"Allow","Action":["s3:Get*","s3:List*"],"Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"true"}}}"#
            )
        );
    }

    #[test]
    fn parts_cannot_run_into_one_another() {
        assert_ne!(fingerprint(&["ab", "c"]), fingerprint(&["a", "bc"]));
        assert_ne!(fingerprint(&["1:a"]), fingerprint(&["", "a"]));
        // The SHA-256 of the empty text, as in FIPS 180-4's test vectors.
        assert_eq!(fingerprint(&[]), "e3b0c44298fc1c149afbf4c8996fb924");
    }
}
