//! The resources of a template with their properties evaluated, for readers that apply the template to something else.

use super::hole::{HoleOrigin, is_sign};
use crate::span::Span;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A resource that a template declares.
#[derive(Clone, Debug)]
pub(crate) struct Declared {
    /// Its name in the template.
    pub(crate) name: String,
    /// Its type: `AWS::IAM::Role`.
    pub(crate) kind: String,
    /// The place in the template.
    pub(crate) span: Span,
    /// True if the stack has it, false if a condition leaves it out; the reason if that is not decided.
    pub(crate) presence: Result<bool, String>,
    /// The result of `Ref`: its name, ARN or URL.
    pub(crate) reference: Property,
    /// The properties, evaluated.
    pub(crate) properties: BTreeMap<String, Property>,
    /// True if CloudFormation keeps it, or may keep it, when the template no longer declares it.
    pub(crate) is_kept: bool,
    /// True if a function or a short form makes more of it than its properties say.
    pub(crate) is_more: bool,
}

/// A property, evaluated.
#[derive(Clone, Debug)]
pub(crate) struct Property {
    /// The value, with signs in the places of unknown texts; the reason if there is more than one.
    pub(super) value: Result<Value, String>,
    /// The unknown texts, by their signs.
    pub(super) unknown: Vec<(char, String, HoleOrigin)>,
}

impl Property {
    /// Returns the value, with signs in the places of unknown texts.
    ///
    /// # Errors
    /// The reason why there is more than one.
    pub(crate) fn value(&self) -> Result<&Value, String> {
        self.value.as_ref().map_err(Clone::clone)
    }

    /// Returns the text of a value of the property.
    ///
    /// # Errors
    /// The reason why it is not known.
    pub(crate) fn text(&self, value: &Value) -> Result<String, String> {
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            Value::Bool(truth) => truth.to_string(),
            Value::Null | Value::Array(_) | Value::Object(_) => {
                return Err("its value is not a text".to_owned());
            }
        };
        match text.contains(is_sign) {
            false => Ok(text),
            true => Err(self.depends(&text)),
        }
    }

    pub(super) fn depends(&self, text: &str) -> String {
        let names = self.unknown.iter().filter(|(sign, ..)| text.contains(*sign));
        let names: Vec<String> = names.map(|(_, name, _)| format!("`{name}`")).collect();
        format!("it depends on {}: give it with `--set NAME=VALUE`", names.join(", "))
    }

    /// Returns the value as a text that is the same in another template of the stack only if the value is; none if it may be another
    /// one there. `resources` gets the names of the resources on whose names and ids the value depends.
    pub(crate) fn told(&self, resources: &mut BTreeSet<String>) -> Option<String> {
        let mut text = self.value.as_ref().ok()?.to_string();
        for (sign, name, origin) in &self.unknown {
            match origin {
                // A stack may be sent to other topics.
                HoleOrigin::PseudoParameter if name == "AWS::NotificationARNs" => return None,
                HoleOrigin::PseudoParameter => {}
                HoleOrigin::Resource => {
                    resources.extend(name.split('.').next().map(str::to_owned));
                }
                HoleOrigin::Parameter
                | HoleOrigin::StoredParameter
                | HoleOrigin::AfterApply
                | HoleOrigin::Elsewhere
                | HoleOrigin::Function => return None,
            }
            text = text.replace(*sign, &format!("\u{0}{name}\u{0}"));
        }
        Some(text)
    }
}
