//! Evaluates CloudFormation's functions, as far as their values are known from the template alone.
//!
//! A value that depends on a parameter, on a condition or on AWS is a hole. Source: AWS CloudFormation Template Reference,
//! "Intrinsic functions" and "Pseudo parameters".

use super::super::entry::{Hole, HoleClass};
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::policy::{Json, JsonValue, Member, escape};
use crate::span::Span;
use base64::prelude::{BASE64_STANDARD, Engine as _};
use std::collections::{BTreeMap, BTreeSet};

/// The names to which the functions of a template may refer.
#[derive(Debug, Default)]
pub(super) struct Names<'j, 't> {
    pub(super) parameters: BTreeSet<String>,
    pub(super) resources: BTreeSet<String>,
    pub(super) conditions: BTreeSet<String>,
    pub(super) mappings: BTreeMap<String, &'j Json<'t>>,
    /// The starts of scalars that can be read in two ways.
    pub(super) ambiguous: BTreeSet<u32>,
    /// True if something outside of the template (transforms) may add names, so that a missing name is not an error.
    pub(super) is_open: bool,
}

/// Evaluates the functions in a value.
pub(super) struct Evaluator<'n, 'j, 't> {
    pub(super) names: &'n Names<'j, 't>,
    pub(super) holes: Vec<Hole>,
    /// Functions that are wrong.
    pub(super) faults: Vec<Diagnostic>,
    /// True if the partition stays as its variable in a text, as in `Fn::Sub`, because names of policies are the same in all
    /// partitions.
    pub(super) names_partition: bool,
}

/// The value of a function.
enum Value<'t> {
    Known(Json<'t>),
    /// `AWS::NoValue`: the member or element is absent.
    Nothing,
    /// A hole with this name.
    Hole(String, HoleClass),
    /// The function is wrong.
    Wrong(String),
}

/// Pseudo parameters that have a value.
const PSEUDO: [&str; 7] = [
    "AWS::AccountId",
    "AWS::NotificationARNs",
    "AWS::Partition",
    "AWS::Region",
    "AWS::StackId",
    "AWS::StackName",
    "AWS::URLSuffix",
];

/// True if a name is that of a function.
pub(super) fn is_function(name: &str) -> bool {
    name == "Ref" || name.starts_with("Fn::")
}

/// Returns the function that an object calls, with its arguments.
pub(super) fn call<'j, 't>(json: &'j Json<'t>) -> Option<(&'j str, &'j Json<'t>)> {
    match &json.kind {
        JsonValue::Object(members) => match members.as_slice() {
            [one] if is_function(&one.key) => Some((&one.key, &one.value)),
            _ => None,
        },
        _ => None,
    }
}

impl<'n, 'j, 't> Evaluator<'n, 'j, 't> {
    pub(super) fn new(names: &'n Names<'j, 't>) -> Evaluator<'n, 'j, 't> {
        Evaluator { names, holes: Vec::new(), faults: Vec::new(), names_partition: false }
    }

    /// Returns the value with all functions in it evaluated; `None` if it is absent (`AWS::NoValue`). A null replaces a value
    /// that is a hole.
    pub(super) fn value(&mut self, json: &Json<'t>, pointer: &str) -> Option<Json<'t>> {
        if let Some((name, arguments)) = call(json) {
            let value = self.function(name, arguments, json.span);
            return self.settled(value, json.span, pointer);
        }
        let kind = match &json.kind {
            JsonValue::Object(members) => {
                let mut kept = Vec::with_capacity(members.len());
                for member in members {
                    let inner = format!("{pointer}/{}", escape(&member.key));
                    if let Some(value) = self.value(&member.value, &inner) {
                        kept.push(Member { key: member.key.clone(), key_span: member.key_span, value });
                    }
                }
                JsonValue::Object(kept)
            }
            JsonValue::Array(list) => {
                let elements = list.iter().enumerate();
                JsonValue::Array(
                    elements
                        .filter_map(|(index, json)| self.value(json, &format!("{pointer}/{index}")))
                        .collect(),
                )
            }
            JsonValue::String(text) => {
                let value = self.text(text, json);
                return self.settled(value, json.span, pointer);
            }
            JsonValue::Null | JsonValue::Bool(_) | JsonValue::Number(_) => {
                if self.names.ambiguous.contains(&json.span.start) {
                    let value =
                        Value::Hole("a scalar that can be read in two ways".to_owned(), HoleClass::Chosen);
                    return self.settled(value, json.span, pointer);
                }
                json.kind.clone()
            }
        };
        Some(Json { span: json.span, kind })
    }

    fn settled(&mut self, value: Value<'t>, span: Span, pointer: &str) -> Option<Json<'t>> {
        match value {
            Value::Known(json) => Some(Json { span, kind: json.kind }),
            Value::Nothing => None,
            Value::Hole(name, class) => {
                self.holes.push(Hole { name, pointer: pointer.to_owned(), span, class });
                Some(Json { span, kind: JsonValue::Null })
            }
            Value::Wrong(message) => {
                self.faults.push(Diagnostic::error(Code::InvalidFunction, message, span));
                Some(Json { span, kind: JsonValue::Null })
            }
        }
    }

    /// Returns the value of a text: one of two readings, a dynamic reference, or the text itself.
    fn text(&self, text: &str, json: &Json<'t>) -> Value<'t> {
        if self.names.ambiguous.contains(&json.span.start) {
            return Value::Hole(format!("`{text}`, which can be read in two ways"), HoleClass::Chosen);
        }
        if let Some((_, rest)) = text.split_once("{{resolve:") {
            let name = rest.split_once("}}").map_or(rest, |(name, _)| name);
            return Value::Hole(format!("resolve:{name}"), HoleClass::Given);
        }
        Value::Known(json.clone())
    }

    fn function(&mut self, name: &str, arguments: &Json<'t>, span: Span) -> Value<'t> {
        match name {
            "Ref" => match &arguments.kind {
                JsonValue::String(target) => self.reference(target),
                _ => Value::Wrong("`Ref` needs a name".to_owned()),
            },
            "Fn::GetAtt" => self.attribute(arguments),
            "Fn::Sub" => self.substitution(arguments, span),
            "Fn::Join" => self.join(arguments, span),
            "Fn::Select" => self.select(arguments),
            "Fn::Split" => self.split(arguments, span),
            "Fn::If" => self.choice(arguments),
            "Fn::FindInMap" => self.find(arguments),
            "Fn::Base64" => match self.known_text(arguments) {
                Ok(text) => known(BASE64_STANDARD.encode(text), span),
                Err(value) => value,
            },
            "Fn::ImportValue" => match self.known_text(arguments) {
                Ok(text) => Value::Hole(format!("the exported value `{text}`"), HoleClass::Given),
                Err(Value::Hole(..)) => Value::Hole("an exported value".to_owned(), HoleClass::Given),
                Err(value) => value,
            },
            "Fn::Length" | "Fn::ToJsonString" | "Fn::Cidr" | "Fn::GetAZs" | "Fn::GetStackOutput" => {
                Value::Hole(format!("`{name}`"), HoleClass::Given)
            }
            "Fn::Transform" => {
                Value::Hole("the value that a macro makes (`Fn::Transform`)".to_owned(), HoleClass::Chosen)
            }
            "Fn::And" | "Fn::Or" | "Fn::Not" | "Fn::Equals" => {
                Value::Wrong(format!("`{name}` is valid only in conditions"))
            }
            _ if name.starts_with("Fn::ForEach::") => {
                Value::Hole(format!("the value that `{name}` makes"), HoleClass::Chosen)
            }
            _ => Value::Wrong(format!("`{name}` is not a function of CloudFormation")),
        }
    }

    fn reference(&self, target: &str) -> Value<'t> {
        match target {
            "AWS::NoValue" => Value::Nothing,
            "AWS::Partition" if self.names_partition => {
                known("${AWS::Partition}".to_owned(), Span::default())
            }
            _ if PSEUDO.contains(&target) => Value::Hole(target.to_owned(), HoleClass::Given),
            _ if self.names.parameters.contains(target) => Value::Hole(target.to_owned(), HoleClass::Chosen),
            _ if self.names.resources.contains(target) || self.names.is_open => {
                Value::Hole(target.to_owned(), HoleClass::Given)
            }
            _ => Value::Wrong(format!("`{target}` is neither a parameter nor a resource of this template")),
        }
    }

    fn attribute(&self, arguments: &Json<'t>) -> Value<'t> {
        let (resource, attribute) = match &arguments.kind {
            JsonValue::Array(list) => match list.as_slice() {
                [
                    Json { kind: JsonValue::String(resource), .. },
                    Json { kind: JsonValue::String(name), .. },
                ] => (&**resource, &**name),
                [Json { kind: JsonValue::String(resource), .. }, _] => (&**resource, "an attribute"),
                _ => return Value::Wrong("`Fn::GetAtt` needs a resource and an attribute".to_owned()),
            },
            JsonValue::String(text) => match text.split_once('.') {
                Some(parts) => parts,
                None => return Value::Wrong("`Fn::GetAtt` needs a resource and an attribute".to_owned()),
            },
            _ => return Value::Wrong("`Fn::GetAtt` needs a resource and an attribute".to_owned()),
        };
        if self.names.resources.contains(resource) || self.names.is_open {
            Value::Hole(format!("{resource}.{attribute}"), HoleClass::Given)
        } else {
            Value::Wrong(format!("`{resource}` is not a resource of this template"))
        }
    }

    fn substitution(&mut self, arguments: &Json<'t>, span: Span) -> Value<'t> {
        let (text, variables) = match &arguments.kind {
            JsonValue::String(text) => (&**text, None),
            JsonValue::Array(list) => match list.as_slice() {
                [Json { kind: JsonValue::String(text), .. }, map] => (&**text, Some(map)),
                [Json { kind: JsonValue::String(text), .. }] => (&**text, None),
                _ => return Value::Wrong("`Fn::Sub` needs a text, and optionally values".to_owned()),
            },
            _ => return Value::Wrong("`Fn::Sub` needs a text, and optionally values".to_owned()),
        };
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            out.push_str(before);
            let Some((name, after)) = after.split_once('}') else {
                out.push_str("${");
                out.push_str(after);
                rest = "";
                break;
            };
            rest = after;
            if let Some(literal) = name.strip_prefix('!') {
                out.push_str(&format!("${{{literal}}}"));
                continue;
            }
            let name = name.trim();
            let value = match variables.and_then(|map| map.member(name)) {
                Some(member) => match self.known_text(&member.value) {
                    Ok(text) => {
                        out.push_str(&text);
                        continue;
                    }
                    Err(value) => value,
                },
                None => match name.split_once('.') {
                    Some((resource, attribute)) if !name.starts_with("AWS::") => {
                        let part =
                            |text: &str| Json { span, kind: JsonValue::String(text.to_owned().into()) };
                        let list = JsonValue::Array(vec![part(resource), part(attribute)]);
                        self.attribute(&Json { span, kind: list })
                    }
                    _ => self.reference(name),
                },
            };
            match value {
                Value::Nothing => return Value::Wrong("`AWS::NoValue` has no text".to_owned()),
                Value::Known(Json { kind: JsonValue::String(text), .. }) => out.push_str(&text),
                other => return other,
            }
        }
        out.push_str(rest);
        known(out, span)
    }

    fn join(&mut self, arguments: &Json<'t>, span: Span) -> Value<'t> {
        let JsonValue::Array(parts) = &arguments.kind else {
            return Value::Wrong("`Fn::Join` needs a delimiter and a list".to_owned());
        };
        let [Json { kind: JsonValue::String(delimiter), .. }, list] = parts.as_slice() else {
            return Value::Wrong("`Fn::Join` needs a delimiter and a list".to_owned());
        };
        match self.list(list) {
            Ok(texts) => known(texts.join(delimiter), span),
            Err(value) => value,
        }
    }

    fn select(&mut self, arguments: &Json<'t>) -> Value<'t> {
        let JsonValue::Array(parts) = &arguments.kind else {
            return Value::Wrong("`Fn::Select` needs an index and a list".to_owned());
        };
        let [index, list] = parts.as_slice() else {
            return Value::Wrong("`Fn::Select` needs an index and a list".to_owned());
        };
        let index = match &index.kind {
            JsonValue::Number(text) => text.parse::<usize>().ok(),
            _ => match self.known_text(index) {
                Ok(text) => text.parse::<usize>().ok(),
                Err(value) => return value,
            },
        };
        match self.list(list) {
            Ok(texts) => match index.and_then(|index| texts.into_iter().nth(index)) {
                Some(text) => known(text, list.span),
                None => Value::Wrong("`Fn::Select` has no such element".to_owned()),
            },
            Err(value) => value,
        }
    }

    fn split(&mut self, arguments: &Json<'t>, span: Span) -> Value<'t> {
        match self.split_texts(arguments) {
            Ok(texts) => {
                let element = |text: String| Json { span, kind: JsonValue::String(text.into()) };
                let list = texts.into_iter().map(element).collect();
                Value::Known(Json { span, kind: JsonValue::Array(list) })
            }
            Err(value) => value,
        }
    }

    fn split_texts(&mut self, arguments: &Json<'t>) -> Result<Vec<String>, Value<'t>> {
        let wrong = || Value::Wrong("`Fn::Split` needs a delimiter and a text".to_owned());
        let JsonValue::Array(parts) = &arguments.kind else { return Err(wrong()) };
        match parts.as_slice() {
            [Json { kind: JsonValue::String(delimiter), .. }, text] if !delimiter.is_empty() => {
                let text = self.known_text(text)?;
                Ok(text.split(&**delimiter).map(str::to_owned).collect())
            }
            _ => Err(wrong()),
        }
    }

    /// Returns the branches if both are equal; otherwise a hole for the condition.
    fn choice(&mut self, arguments: &Json<'t>) -> Value<'t> {
        let JsonValue::Array(parts) = &arguments.kind else {
            return Value::Wrong("`Fn::If` needs a condition and two values".to_owned());
        };
        match parts.as_slice() {
            [Json { kind: JsonValue::String(condition), .. }, _, _] => {
                if self.names.conditions.contains(&**condition) || self.names.is_open {
                    Value::Hole(format!("the condition `{condition}`"), HoleClass::Chosen)
                } else {
                    Value::Wrong(format!("`{condition}` is not a condition of this template"))
                }
            }
            _ => Value::Wrong("`Fn::If` needs a condition and two values".to_owned()),
        }
    }

    fn find(&mut self, arguments: &Json<'t>) -> Value<'t> {
        let JsonValue::Array(parts) = &arguments.kind else {
            return Value::Wrong("`Fn::FindInMap` needs a map and two keys".to_owned());
        };
        let [map, first, second, ..] = parts.as_slice() else {
            return Value::Wrong("`Fn::FindInMap` needs a map and two keys".to_owned());
        };
        let keys = [map, first, second].map(|part| self.known_text(part));
        let [Ok(map), Ok(first), Ok(second)] = keys else {
            let [map, first, second] = keys;
            let value = [map, first, second].into_iter().find_map(Result::err);
            return match value {
                Some(Value::Nothing) | None => {
                    Value::Wrong("`Fn::FindInMap` needs a map and two keys".to_owned())
                }
                Some(value) => value,
            };
        };
        let value = self.names.mappings.get(&map).and_then(|map| map.member(&first));
        match value.and_then(|keys| keys.value.member(&second)) {
            Some(member) => Value::Known(member.value.clone()),
            None if parts.len() > 3 || self.names.is_open => {
                Value::Hole(format!("the value of map `{map}`"), HoleClass::Chosen)
            }
            None => Value::Wrong(format!("the map `{map}` has no value for `{first}` and `{second}`")),
        }
    }

    /// Returns the text of a value, if it is known.
    fn known_text(&mut self, json: &Json<'t>) -> Result<String, Value<'t>> {
        let value = match call(json) {
            Some((name, arguments)) => self.function(name, arguments, json.span),
            None => match &json.kind {
                JsonValue::String(text) => self.text(text, json),
                _ => Value::Known(json.clone()),
            },
        };
        match value {
            Value::Known(json) => match json.kind {
                JsonValue::String(text) => Ok(text.into_owned()),
                JsonValue::Number(text) => Ok(text.to_owned()),
                JsonValue::Bool(value) => Ok(value.to_string()),
                _ => Err(Value::Wrong("a text is needed here".to_owned())),
            },
            other => Err(other),
        }
    }

    /// Returns the texts of a list, if all of them are known.
    fn list(&mut self, json: &Json<'t>) -> Result<Vec<String>, Value<'t>> {
        let value = match call(json) {
            Some((name, arguments)) => self.function(name, arguments, json.span),
            None => Value::Known(json.clone()),
        };
        match value {
            Value::Known(Json { kind: JsonValue::Array(list), .. }) => {
                let mut texts = Vec::with_capacity(list.len());
                for element in &list {
                    match self.known_text(element) {
                        Ok(text) => texts.push(text),
                        Err(Value::Nothing) => {}
                        Err(value) => return Err(value),
                    }
                }
                Ok(texts)
            }
            Value::Known(_) | Value::Nothing => Err(Value::Wrong("a list is needed here".to_owned())),
            other => Err(other),
        }
    }
}

fn known<'t>(text: String, span: Span) -> Value<'t> {
    Value::Known(Json { span, kind: JsonValue::String(text.into()) })
}
