//! A document written out as JSON, for files that hold it in another notation.

use super::json::{Json, JsonValue};
use crate::span::Span;

/// A document as JSON text, with the places of its values and names in the file that it is from.
#[derive(Clone, Debug)]
pub struct Rendered {
    text: String,
    /// Place in the text and place in the file, by the start in the text, outer values first.
    places: Vec<(Span, Span)>,
}

impl Rendered {
    /// Writes a tree, on one line.
    pub(crate) fn of(json: &Json<'_>) -> Rendered {
        let mut rendered = Rendered { text: String::new(), places: Vec::new() };
        rendered.value(json);
        rendered
    }

    /// Returns the text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the smallest known place in the file for a part of the text.
    pub fn in_file(&self, part: Span) -> Option<Span> {
        let after = self.places.partition_point(|(place, _)| place.start <= part.start);
        let before = self.places.get(..after)?;
        before.iter().rev().find(|(place, _)| part.end <= place.end).map(|(_, place)| *place)
    }

    fn value(&mut self, json: &Json<'_>) {
        let number = self.places.len();
        let start = self.text.len();
        self.places.push((Span::new(start, start), json.span));
        match &json.kind {
            JsonValue::Null => self.text.push_str("null"),
            JsonValue::Bool(value) => self.text.push_str(if *value { "true" } else { "false" }),
            JsonValue::Number(text) => self.text.push_str(text),
            JsonValue::String(text) => self.string(text),
            JsonValue::Array(list) => {
                self.text.push('[');
                for (place, value) in list.iter().enumerate() {
                    self.text.push_str(if place > 0 { ", " } else { "" });
                    self.value(value);
                }
                self.text.push(']');
            }
            JsonValue::Object(members) => {
                self.text.push('{');
                for (place, member) in members.iter().enumerate() {
                    self.text.push_str(if place > 0 { ", " } else { "" });
                    let start = self.text.len();
                    self.string(&member.key);
                    self.places.push((Span::new(start, self.text.len()), member.key_span));
                    self.text.push_str(": ");
                    self.value(&member.value);
                }
                self.text.push('}');
            }
        }
        let end = self.text.len();
        if let Some((place, _)) = self.places.get_mut(number) {
            *place = Span::new(start, end);
        }
    }

    fn string(&mut self, text: &str) {
        self.text.push_str(&serde_json::Value::from(text).to_string());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::InputLimits;

    #[test]
    fn a_tree_is_written_with_its_places() {
        let text = "{ \"a\":[1, \"b\\u0022\"],\n\"c\": {\"d\":null}}";
        let (json, _) = crate::policy::tree(text, &InputLimits::default()).unwrap();
        let rendered = Rendered::of(&json);
        assert_eq!(rendered.text(), r#"{"a": [1, "b\""], "c": {"d": null}}"#);
        let place = |part: &str| {
            let start = rendered.text().find(part).unwrap();
            rendered.in_file(Span::new(start, start + part.len())).and_then(|span| text.get(span.range()))
        };
        assert_eq!(place(r#""b\"""#), Some(r#""b\u0022""#));
        assert_eq!(place("b"), Some(r#""b\u0022""#));
        assert_eq!(place(r#""c""#), Some(r#""c""#));
        assert_eq!(place("null"), Some("null"));
        assert_eq!(place(r#"{"d": null}"#), Some(r#"{"d":null}"#));
    }
}
