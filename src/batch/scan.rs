//! Finds the members of a line without reading their values.
//!
//! Reading JSON properly costs as much as answering a small query, and cached documents need not be read again. So values are
//! delimited by their brackets and quotes alone. The result is right if every value is valid JSON by itself: then the line is an
//! object with exactly these members, because a JSON text has only one reading.

use crate::policy::{string_length, value_length};

/// Returns the names and values of the members of an object in a plain spelling. `None` if the text must be read properly: it is
/// not an object with at least one member, a name is not plain, or a bracket or quote is missing.
pub(super) fn members(text: &str) -> Option<Vec<(&str, &str)>> {
    let mut members = Vec::with_capacity(8);
    let mut rest = blank(text).strip_prefix('{').map(blank)?;
    loop {
        let (name, after) = split(rest, string_length(rest.as_bytes())?)?;
        let name = name.strip_prefix('"')?.strip_suffix('"')?;
        if name.bytes().any(|byte| byte == b'\\' || byte < b' ') {
            return None;
        }
        let after = blank(after).strip_prefix(':').map(blank)?;
        let (value, after) = split(after, value_length(after.as_bytes())?)?;
        members.push((name, value));
        let after = blank(after);
        match after.strip_prefix(',') {
            Some(more) => rest = blank(more),
            None => return blank(after.strip_prefix('}')?).is_empty().then_some(members),
        }
    }
}

fn split(text: &str, at: usize) -> Option<(&str, &str)> {
    text.split_at_checked(at)
}

fn blank(text: &str) -> &str {
    text.trim_start_matches([' ', '\t', '\r', '\n'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::surface::json_members;
    use serde_json::value::RawValue;

    /// True if every value is valid JSON by itself.
    fn sound(members: &[(&str, &str)]) -> bool {
        members.iter().all(|(_, value)| serde_json::from_str::<&RawValue>(value).is_ok())
    }

    /// Members that are found and sound are those that the JSON reader reads; a text that it rejects is never found sound.
    fn agrees(text: &str) -> bool {
        let found = members(text).filter(|members| sound(members));
        if let Some(found) = &found {
            let read = json_members(text).unwrap();
            let read: Vec<(&str, &str)> = read.iter().map(|(name, value)| (&**name, value.get())).collect();
            assert_eq!(*found, read, "{text}");
        }
        found.is_some()
    }

    #[test]
    fn finds_what_the_json_reader_reads() {
        for text in [
            r#"{"a":1}"#,
            r#" { "a" : {"b":["]}",{}]} , "c":"\"}\\" ,"d":[ ] , "e": -1.5e3 ,"f":null,"ä":"ö\u00e9"}  "#,
            r#"{"a":1,"a":2}"#,
        ] {
            assert!(agrees(text), "{text}");
        }
        for text in
            ["", "{}", "[]", "{", r#"{"a":1"#, r#"{"a":1}}"#, r#"{"a":1,}"#, r#"{"a":[}"#, r#"{"\u0061":1}"#]
        {
            assert!(!agrees(text), "{text}");
        }
    }

    /// Texts are made of JSON's tokens in any order.
    #[test]
    fn never_takes_what_is_no_json_for_sound() {
        let pieces = [
            "{", "}", "[", "]", "\"", "\\", ":", ",", " ", "\"a\"", "1", "tru", "e", "\"b\":", "{\"a\":",
            "\u{e9}", "\n",
        ];
        let mut seed = 5u64;
        let mut below = |n: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) as usize % n
        };
        let mut found = 0;
        for _ in 0..200_000 {
            let middle: String = (0..below(7)).map(|_| pieces[below(pieces.len())]).collect();
            found += usize::from(agrees(&format!("{{\"a\":{middle}}}")));
        }
        assert!(found > 2_000, "{found}");
    }
}
