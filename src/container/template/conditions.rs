//! The definitions on which the conditions of a template depend.

use super::super::definitions::Definitions;
use crate::policy::{Json, JsonValue};
use std::collections::BTreeSet;

/// Members of a parameter that do not affect its value.
const REMARKS: [&str; 3] = ["ConstraintDescription", "Description", "NoEcho"];

/// Returns the conditions of a template, with the parameters and mappings to which they may refer.
pub(super) fn definitions(template: &Json<'_>) -> Definitions {
    let mut definitions = Definitions::default();
    for section in ["Conditions", "Mappings", "Parameters"] {
        let Some(member) = template.member(section) else { continue };
        let JsonValue::Object(members) = &member.value.kind else { continue };
        for member in members {
            let (mut text, mut words) = (format!("{section} "), BTreeSet::new());
            write(&member.value, &mut text, &mut words);
            // The others are plain values without references.
            if section != "Conditions" {
                words.clear();
            }
            definitions.add(&member.key, &text, words);
        }
    }
    definitions
}

/// Writes a value on one line, with the members of objects in order.
pub(super) fn one_line(json: &Json<'_>) -> String {
    let mut text = String::new();
    write(json, &mut text, &mut BTreeSet::new());
    text
}

/// Writes a value with the members of objects in order, and collects the words in its texts.
fn write(json: &Json<'_>, text: &mut String, words: &mut BTreeSet<String>) {
    match &json.kind {
        JsonValue::Object(members) => {
            let mut members: Vec<_> =
                members.iter().filter(|member| !REMARKS.contains(&&*member.key)).collect();
            members.sort_by(|a, b| a.key.cmp(&b.key));
            text.push('{');
            for member in members {
                text.push_str(&format!("{:?}:", member.key));
                write(&member.value, text, words);
                text.push(',');
            }
            text.push('}');
        }
        JsonValue::Array(list) => {
            text.push('[');
            for element in list {
                write(element, text, words);
                text.push(',');
            }
            text.push(']');
        }
        JsonValue::String(string) => {
            text.push_str(&format!("{string:?}"));
            words.insert(string.to_string());
            words.extend(string.split(|c: char| !c.is_alphanumeric()).map(str::to_owned));
        }
        JsonValue::Number(number) => text.push_str(number),
        JsonValue::Bool(value) => text.push_str(if *value { "true" } else { "false" }),
        JsonValue::Null => text.push_str("null"),
    }
}
