//! Changes to the text of a document: parts are removed, replaced or added, and every other byte stays as it is.
//!
//! A part is named by its span. With an element of a list or a member of an object go its comma and the white space beside it, so
//! that the lines around it keep their layout. A list or an object of which nothing is left goes too.

use crate::limits::InputLimits;
use crate::policy::json::{Json, JsonValue, tree};
use crate::span::Span;
use std::collections::BTreeSet;

/// Returns a JSON text without the parts with these spans, and with other texts for the spans in `changes`. A part is an element, the
/// value of a member, or a whole member (from the name to the end of the value). `None` if the text is not JSON, nothing of it
/// would be left, or a change is in a part that goes.
pub(crate) fn edited(
    text: &str,
    gone: &BTreeSet<Span>,
    mut changes: Vec<(Span, String)>,
    limits: &InputLimits,
) -> Option<String> {
    let (json, faults) = tree(text, limits).ok()?;
    let mut cutter = Cutter { gone, cuts: Vec::new() };
    if !faults.is_empty() || cutter.value(&json) {
        return None;
    }
    changes.extend(cutter.cuts.into_iter().map(|cut| (cut, String::new())));
    replaced(text, changes)
}

/// Returns a text in which every span is replaced by another text. `None` if two spans overlap or one is not in the text.
pub(crate) fn replaced(text: &str, mut changes: Vec<(Span, String)>) -> Option<String> {
    changes.sort_by_key(|(span, _)| *span);
    let (mut out, mut from) = (String::with_capacity(text.len()), 0);
    for (span, new) in changes {
        let range = span.range();
        out.push_str(text.get(from..range.start)?);
        out.push_str(&new);
        from = range.end.max(range.start);
    }
    out.push_str(text.get(from..)?);
    Some(out)
}

/// Returns the change that adds values, as JSON, to a list with these values; a single value becomes a list. `None` if the list is
/// empty.
pub(crate) fn added(text: &str, values: &[Span], is_list: bool, more: &[&str]) -> Option<(Span, String)> {
    let last = values.last()?;
    let own = text.get(last.range())?;
    if !is_list {
        let all: Vec<&str> = std::iter::once(own).chain(more.iter().copied()).collect();
        return Some((*last, format!("[{}]", all.join(", "))));
    }
    let separator = match values.len().checked_sub(2).and_then(|place| values.get(place)) {
        Some(before) => text.get(before.end as usize..last.start as usize)?.to_owned(),
        None => {
            let before = text.get(..last.start as usize)?;
            match before.get(before.trim_end().len()..)? {
                "" => ", ".to_owned(),
                space => format!(",{space}"),
            }
        }
    };
    let added: String = more.iter().flat_map(|value| [separator.as_str(), value]).collect();
    Some((Span { start: last.end, end: last.end }, added))
}

/// Returns a JSON text without white space between its tokens.
pub(crate) fn compact(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut in_string, mut escaped) = (false, false);
    for letter in text.chars() {
        if in_string {
            in_string = letter != '"' || escaped;
            escaped = letter == '\\' && !escaped;
        } else if matches!(letter, ' ' | '\t' | '\n' | '\r' | '\u{feff}') {
            continue;
        } else {
            in_string = letter == '"';
        }
        out.push(letter);
    }
    out
}

struct Cutter<'g> {
    gone: &'g BTreeSet<Span>,
    cuts: Vec<Span>,
}

impl Cutter<'_> {
    /// Plans the cuts in a value. Returns true if nothing of it is left; then there is no cut in it.
    fn value(&mut self, json: &Json<'_>) -> bool {
        if self.gone.contains(&json.span) {
            return true;
        }
        let children: Vec<(Span, bool)> = match &json.kind {
            JsonValue::Array(list) => {
                list.iter().map(|element| (element.span, self.value(element))).collect()
            }
            JsonValue::Object(members) => {
                let one = |member: &crate::policy::json::Member<'_>| {
                    let whole = Span { start: member.key_span.start, end: member.value.span.end };
                    (whole, self.gone.contains(&whole) || self.value(&member.value))
                };
                members.iter().map(one).collect()
            }
            JsonValue::Null | JsonValue::Bool(_) | JsonValue::Number(_) | JsonValue::String(_) => Vec::new(),
        };
        if !children.is_empty() && children.iter().all(|(_, is_gone)| *is_gone) {
            return true;
        }
        self.children(&children);
        false
    }

    /// Cuts the children that are gone. One of them stays.
    fn children(&mut self, children: &[(Span, bool)]) {
        let mut kept: Option<Span> = None;
        let mut first_gone: Option<Span> = None;
        for (span, is_gone) in children {
            if *is_gone {
                first_gone = first_gone.or(Some(*span));
                continue;
            }
            if let Some(first) = first_gone.take() {
                // The white space before the first one is now that before the next one.
                self.cuts.push(Span { start: first.start, end: span.start });
            }
            kept = Some(*span);
        }
        if let (Some(kept), Some(_), Some((last, _))) = (kept, first_gone, children.last()) {
            self.cuts.push(Span { start: kept.end, end: last.end });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the text without the parts that are given as texts.
    fn without(text: &str, parts: &[&str]) -> Option<String> {
        let span = |part: &&str| {
            let start = text.find(part).unwrap();
            Span::new(start, start + part.len())
        };
        edited(text, &parts.iter().map(span).collect(), Vec::new(), &InputLimits::default())
    }

    #[test]
    fn a_part_goes_with_its_comma_and_its_line() {
        let text = "{\n  \"a\": [\n    1,\n    2,\n    3\n  ],\n  \"b\": {\"c\": 4, \"d\": [5]}\n}\n";
        let cases: [(&[&str], &str); 7] = [
            (&["1"], "{\n  \"a\": [\n    2,\n    3\n  ],\n  \"b\": {\"c\": 4, \"d\": [5]}\n}\n"),
            (&["2"], "{\n  \"a\": [\n    1,\n    3\n  ],\n  \"b\": {\"c\": 4, \"d\": [5]}\n}\n"),
            (&["2", "3"], "{\n  \"a\": [\n    1\n  ],\n  \"b\": {\"c\": 4, \"d\": [5]}\n}\n"),
            (&["1", "2", "3"], "{\n  \"b\": {\"c\": 4, \"d\": [5]}\n}\n"),
            (&["4"], "{\n  \"a\": [\n    1,\n    2,\n    3\n  ],\n  \"b\": {\"d\": [5]}\n}\n"),
            (&["\"c\": 4", "5"], "{\n  \"a\": [\n    1,\n    2,\n    3\n  ]\n}\n"),
            (&["5"], "{\n  \"a\": [\n    1,\n    2,\n    3\n  ],\n  \"b\": {\"c\": 4}\n}\n"),
        ];
        for (parts, expected) in cases {
            assert_eq!(without(text, parts).as_deref(), Some(expected), "{parts:?}");
        }
        assert_eq!(without(text, &["1", "2", "3", "4", "5"]), None);
        assert_eq!(without("[1,", &["1"]), None);
    }

    #[test]
    fn values_are_added_as_the_others_are_written() {
        let cases = [
            ("[1, 2]", "[1, 2, 8, 9]"),
            ("[\n  1,\n  2\n]", "[\n  1,\n  2,\n  8,\n  9\n]"),
            ("[\n  2\n]", "[\n  2,\n  8,\n  9\n]"),
            ("[1,2]", "[1,2,8,9]"),
            ("[2]", "[2, 8, 9]"),
            (" 2 ", " [2, 8, 9] "),
        ];
        for (text, expected) in cases {
            let at = |part: &str| text.find(part).map(|start| Span::new(start, start + 1));
            let values: Vec<Span> = ["1", "2"].into_iter().filter_map(at).collect();
            let change = added(text, &values, text.contains('['), &["8", "9"]).unwrap();
            assert_eq!(replaced(text, vec![change]).as_deref(), Some(expected));
        }
        assert!(added("[]", &[], true, &["1"]).is_none());
    }

    #[test]
    fn only_white_space_between_tokens_goes() {
        assert_eq!(
            compact("\u{feff}{ \"a b\" :\t[ 1,\r\n\"\\\" \\\\\" , \" \" ] }\n"),
            r#"{"a b":[1,"\" \\"," "]}"#
        );
    }

    #[test]
    fn changes_that_overlap_are_refused() {
        let change = |start, end| (Span::new(start, end), String::new());
        assert_eq!(replaced("abcd", vec![change(2, 3), change(0, 1)]).as_deref(), Some("bd"));
        assert_eq!(replaced("abcd", vec![change(0, 2), change(1, 3)]), None);
        assert_eq!(replaced("abcd", vec![change(3, 5)]), None);
    }
}
