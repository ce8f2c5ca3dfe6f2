//! Writes values as JSON, as Terraform's `jsonencode` does, and reads them.

use super::value::{Value, encoded, is_encoded, number};
use crate::container::hole::is_sign;
use std::fmt::Write as _;

/// Returns the JSON of a value; `None` if a text in it is JSON with unknown parts, which would be escaped twice.
///
/// Go's encoder writes the members of objects in order of their bytes, and escapes `<`, `>` and `&`.
pub(super) fn encode(value: &Value, out: &mut String) -> Option<()> {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
        Value::Number(digits) => out.push_str(digits),
        Value::Text(text) => string(text, out)?,
        Value::Any(sign) => string(&sign.to_string(), out)?,
        Value::List(list) | Value::Set(list) => {
            out.push('[');
            for (index, element) in list.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                encode(element, out)?;
            }
            out.push(']');
        }
        Value::Map(map) => {
            out.push('{');
            for (index, (key, element)) in map.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                string(key, out)?;
                out.push(':');
                encode(element, out)?;
            }
            out.push('}');
        }
        Value::Lazy(_) => return None,
    }
    Some(())
}

fn string(text: &str, out: &mut String) -> Option<()> {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                write!(out, "\\u{:04x}", u32::from(letter)).ok()?;
            }
            _ if is_sign(letter) => out.push(encoded(letter)?),
            _ if is_encoded(letter) => return None,
            _ => out.push(letter),
        }
    }
    out.push('"');
    Some(())
}

/// Reads a JSON value; `None` if it has a number whose text is not known here.
pub(super) fn decode(value: &serde_json::Value) -> Option<Value> {
    Some(match value {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(truth) => Value::Bool(*truth),
        serde_json::Value::Number(digits) => Value::Number(number(&digits.to_string())?),
        serde_json::Value::String(text) => Value::Text(text.clone()),
        serde_json::Value::Array(list) => Value::List(list.iter().map(decode).collect::<Option<_>>()?),
        serde_json::Value::Object(members) => {
            let members = members.iter().map(|(key, value)| Some((key.clone(), decode(value)?)));
            Value::Map(members.collect::<Option<_>>()?)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_written_as_go_writes_them() {
        let map = [
            ("b".to_owned(), Value::List(vec![Value::Text("<a>&\"".to_owned()), Value::Null])),
            ("a".to_owned(), Value::Bool(true)),
        ];
        let mut out = String::new();
        encode(&Value::Map(map.into()), &mut out).unwrap();
        assert_eq!(out, r#"{"a":true,"b":["\u003ca\u003e\u0026\"",null]}"#);
    }
}
