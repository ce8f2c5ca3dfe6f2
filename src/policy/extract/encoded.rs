//! Texts that contain a policy in another form: URL-encoded, with escaped quotes, or unreadable.

use crate::policy::decode_base64;

/// The number of nested encodings that are removed.
const MOST_LAYERS: usize = 3;

/// Returns the JSON object that a text encodes, and the name of the encoding; `None` if the text is not encoded.
///
/// IAM URL-encodes documents. The AWS CLI prints the policy of an API of API Gateway with its quotes and slashes escaped
/// twice, as the service stores it escaped.
pub(super) fn plain(text: &str) -> Option<(String, &'static str)> {
    let mut found: Option<(String, &'static str)> = None;
    for _ in 0..MOST_LAYERS {
        let current = found.as_ref().map_or(text, |(text, _)| text.as_str()).trim();
        let next = match (percent_decoded(current), unescaped(current)) {
            (Some(text), _) => (text, "URL-decoded"),
            (None, Some(text)) => (text, "unescaped"),
            (None, None) => break,
        };
        found = Some(next);
    }
    found
}

/// Returns the text without its URL encoding, if it is a URL-encoded JSON object.
pub(crate) fn decoded(text: &str) -> Option<String> {
    let text = text.trim();
    if !text.starts_with('%') {
        return None;
    }
    percent_decoded(text)
}

fn percent_decoded(text: &str) -> Option<String> {
    if !text.starts_with('%') {
        return None;
    }
    let plain = percent_encoding::percent_decode_str(text).decode_utf8().ok()?;
    plain.trim_start().starts_with('{').then(|| plain.into_owned())
}

/// Returns the text without one layer of escapes, if the first quote of an object is escaped.
fn unescaped(text: &str) -> Option<String> {
    if !unindented(text.strip_prefix('{')?).starts_with("\\\"") {
        return None;
    }
    // Line ends between members are valid in the object, but not in a string.
    let line: String = text.chars().map(|c| if matches!(c, '\n' | '\r' | '\t') { ' ' } else { c }).collect();
    serde_json::from_str::<String>(&format!("\"{line}\"")).ok()
}

/// Returns the text without leading spaces, line ends and tabs, escaped or not.
fn unindented(text: &str) -> &str {
    let mut rest = text.trim_start();
    while let Some(after) = rest.strip_prefix("\\n").or_else(|| rest.strip_prefix("\\t")) {
        rest = after.trim_start();
    }
    rest
}

/// True if a text that is not JSON has the marks of a policy: it is cut off, in another notation, or in base64.
pub(super) fn is_cut_off_or_hidden(text: &str) -> bool {
    let marks = |text: &str| {
        let has = |part| text.contains(part);
        let is_policy = has("Statement") || has("\"Effect") || has("2012-10-17") || has("2008-10-17");
        is_policy && (has("{") || has("%7B") || has("%7b") || has("Statement:"))
    };
    // `{` and the characters that follow it in JSON start like this in base64.
    let is_base64 = || {
        let bytes = ["ey", "ew"].iter().any(|start| text.starts_with(start)).then(|| decode_base64(text));
        bytes.flatten().and_then(|bytes| String::from_utf8(bytes).ok()).is_some_and(|text| marks(&text))
    };
    marks(text) || is_base64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_encoding_gives_the_object() {
        let object = r#"{"Version": "2012-10-17", "Id": "a/b"}"#;
        let url: String = object.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let escaped = object.replace('"', "\\\"").replace('/', "\\/");
        for text in [&url, &escaped, &format!(" {escaped}\n"), &url.to_lowercase()] {
            assert_eq!(plain(text).unwrap().0.trim(), object, "{text}");
        }
        for text in [object, "%41", "{\\x\"}", "", "{", "{\\\"a\\\": \\q}"] {
            assert!(plain(text).is_none(), "{text}");
        }
    }

    #[test]
    fn parts_of_policies_have_marks() {
        for text in [
            r#"{"Version":"2012-10-17","Sta"#,
            "%7B%22Statement%22%3A%5B",
            "Statement:\n  - Effect: Allow\n",
            "eyJTdGF0ZW1lbnQiOltdfQ==",
            "[{\"Effect\": \"Allow\"}]",
        ] {
            assert!(is_cut_off_or_hidden(text), "{text}");
        }
        for text in ["", "A statement.", "Statement of intent", "{}", "2012-10-17", "eyJhIjoxfQ=="] {
            assert!(!is_cut_off_or_hidden(text), "{text}");
        }
    }
}
