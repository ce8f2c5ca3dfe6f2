//! The functions of the transform `AWS::LanguageExtensions`.
//!
//! Source: AWS CloudFormation Template Reference, "Fn::ToJsonString", "Fn::Length" and "Fn::FindInMap enhancements".

use super::functions::{Evaluator, Value, call, known};
use crate::container::hole::is_sign;
use crate::policy::{Json, JsonValue};
use crate::span::Span;

impl<'t> Evaluator<'_, '_, 't> {
    /// Returns a value as a JSON text.
    pub(super) fn json_text(&mut self, arguments: &Json<'t>, span: Span) -> Value<'t> {
        let before = (self.holes.len(), self.faults.len());
        let Some(value) = self.value(arguments, "") else { return Value::Nothing };
        if let Some(hole) = self.holes.drain(before.0..).next() {
            return Value::Hole(hole.name, hole.class);
        }
        if let Some(fault) = self.faults.drain(before.1..).next() {
            return Value::Wrong(fault.message);
        }
        let mut text = String::new();
        write(&value, &mut text);
        let is_itself = self.symbols.as_ref().is_none_or(|symbols| {
            symbols.in_text(&text).all(|unknown| {
                let is_escaped =
                    ('\0'..' ').chain(['"', '\\', '\u{7f}']).any(|one| unknown.shape.may_hold(one));
                !unknown.is_list && !is_escaped
            })
        });
        // A value that has to be escaped would not stand in the text as it is.
        if is_itself || !text.contains(is_sign) {
            known(text, span)
        } else {
            self.derived("`Fn::ToJsonString`", false, span)
        }
    }

    /// Returns the number of elements of a list.
    pub(super) fn length(&mut self, arguments: &Json<'t>, span: Span) -> Value<'t> {
        let elements = match call(arguments) {
            None => match &arguments.kind {
                // The elements may be anything.
                JsonValue::Array(list) => list.clone(),
                _ => return Value::Wrong("`Fn::Length` needs a list".to_owned()),
            },
            Some(_) => match self.list(arguments) {
                Ok(texts) if texts.iter().any(|text| self.is_list(text)) => {
                    return self.derived("`Fn::Length`", false, span);
                }
                Ok(texts) => return known(texts.len().to_string(), span),
                Err(value) => return value,
            },
        };
        let mut count = 0usize;
        for element in &elements {
            let is_open = match call(element) {
                Some(("Ref", Json { kind: JsonValue::String(name), .. })) if name == "AWS::NoValue" => {
                    continue;
                }
                Some(("Fn::If" | "Fn::Transform", _)) => true,
                _ => false,
            };
            if is_open {
                return self.derived("`Fn::Length`", false, span);
            }
            count += 1;
        }
        known(count.to_string(), span)
    }
}

/// Writes a value as JSON without spaces.
fn write(json: &Json<'_>, out: &mut String) {
    let quoted = |text: &str| serde_json::Value::String(text.to_owned()).to_string();
    match &json.kind {
        JsonValue::Null => out.push_str("null"),
        JsonValue::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        JsonValue::Number(text) => out.push_str(text),
        JsonValue::String(text) => out.push_str(&quoted(text)),
        JsonValue::Array(list) => {
            out.push('[');
            for (index, element) in list.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write(element, out);
            }
            out.push(']');
        }
        JsonValue::Object(members) => {
            out.push('{');
            for (index, member) in members.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                out.push_str(&quoted(&member.key));
                out.push(':');
                write(&member.value, out);
            }
            out.push('}');
        }
    }
}
