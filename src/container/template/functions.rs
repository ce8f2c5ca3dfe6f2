//! Evaluates CloudFormation's functions, as far as their values are known from the template alone.
//!
//! A value that depends on a parameter, on a condition or on AWS is a hole. Source: AWS CloudFormation Template Reference,
//! "Intrinsic functions" and "Pseudo parameters".

use super::exported::Exported;
use super::parameters::Parameter;
use super::symbols::{Symbols, Unknown, form};
use crate::code::Code;
use crate::container::hole::{Hole, HoleClass, HoleOrigin, is_sign};
use crate::container::shape::Shape;
use crate::diagnostic::Diagnostic;
use crate::policy::{Json, JsonValue, Member, escape};
use crate::span::Span;
use base64::prelude::{BASE64_STANDARD, Engine as _};
use std::collections::{BTreeMap, BTreeSet};

/// The names to which the functions of a template may refer.
#[derive(Debug, Default)]
pub(super) struct Names<'j, 't> {
    pub(super) parameters: BTreeMap<String, Parameter>,
    pub(super) resources: BTreeMap<String, &'j Json<'t>>,
    /// The types of resources that a transform of AWS adds, by name.
    pub(super) generated: BTreeMap<String, &'static str>,
    pub(super) conditions: BTreeMap<String, &'j Json<'t>>,
    pub(super) mappings: BTreeMap<String, &'j Json<'t>>,
    /// The values that other templates export.
    pub(super) exports: BTreeMap<String, Exported>,
    /// The starts of scalars that can be read in two ways.
    pub(super) ambiguous: BTreeSet<u32>,
    /// True if something outside of the template (transforms) may add names, so that a missing name is not an error.
    pub(super) is_open: bool,
    /// The values that were given for parameters, pseudo parameters and attributes of resources.
    pub(super) given: BTreeMap<String, String>,
    /// True if nothing is assumed of values that the template leaves open.
    pub(super) is_strict: bool,
}

impl Names<'_, '_> {
    /// Returns the reason why a given value is not one of a stack of this template.
    pub(super) fn refused(&self) -> Option<String> {
        self.given.iter().find_map(|(name, value)| match self.parameters.get(name) {
            Some(parameter) if !parameter.admits(value) => {
                Some(format!("the template does not admit the value `{value}` for the parameter `{name}`"))
            }
            Some(_) => None,
            None if let Some(pattern) = form(name)
                && !Shape::pattern(pattern).is_some_and(|shape| shape.contains(value)) =>
            {
                Some(format!("`{value}` is not a value of `{name}`: those match `{pattern}`"))
            }
            None => {
                let resource = name.split('.').next().is_some_and(|name| self.resources.contains_key(name));
                let is_other = ["resolve:", "export:"].iter().any(|start| name.starts_with(start));
                let is_known = resource || is_other || PSEUDO.contains(&name.as_str()) || self.is_open;
                (!is_known)
                    .then(|| format!("`{name}` is neither a parameter nor a resource of this template"))
            }
        })
    }
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
    /// The signs of unknown texts; `None` if each of them is a hole.
    pub(super) symbols: Option<Symbols>,
    /// The bytes that functions may still make.
    pub(super) left: usize,
}

/// The bytes of all texts that functions make for one policy, and those that each call counts for.
const MOST_TEXT: usize = 1 << 20;
const CALL: usize = 16;

/// The value of a function.
pub(super) enum Value<'t> {
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

/// True if some text in a value is, or may with its unknown parts be, a dynamic reference.
fn may_refer(json: &Json<'_>) -> bool {
    match &json.kind {
        JsonValue::String(text) => {
            text.contains("{{resolve:")
                || text.contains(is_sign) && ["{{", "resolve:"].iter().any(|part| text.contains(part))
        }
        JsonValue::Array(list) => list.iter().any(may_refer),
        JsonValue::Object(members) => members.iter().any(|member| may_refer(&member.value)),
        JsonValue::Null | JsonValue::Bool(_) | JsonValue::Number(_) => false,
    }
}

impl<'n, 'j, 't> Evaluator<'n, 'j, 't> {
    pub(super) fn new(names: &'n Names<'j, 't>) -> Evaluator<'n, 'j, 't> {
        Evaluator {
            names,
            holes: Vec::new(),
            faults: Vec::new(),
            names_partition: false,
            symbols: None,
            left: MOST_TEXT,
        }
    }

    /// Makes an evaluator that puts signs in the places of unknown texts.
    pub(super) fn with_symbols(names: &'n Names<'j, 't>, symbols: Symbols) -> Evaluator<'n, 'j, 't> {
        Evaluator { symbols: Some(symbols), ..Evaluator::new(names) }
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
        let value = match value {
            // A stack resolves references after functions, so a function may have made one.
            Value::Known(json) if may_refer(&json) => {
                Value::Hole("a dynamic reference".to_owned(), HoleClass::Given)
            }
            other => other,
        };
        match value {
            Value::Known(json) => Some(Json { span, kind: json.kind }),
            Value::Nothing => None,
            Value::Hole(name, class) => {
                if let Some(symbols) = &mut self.symbols {
                    symbols.is_unmodelled = true;
                }
                self.holes.push(Hole { name, pointer: pointer.to_owned(), span, class, text: None });
                Some(Json { span, kind: JsonValue::Null })
            }
            Value::Wrong(message) => {
                self.faults.push(Diagnostic::error(Code::InvalidFunction, message, span));
                Some(Json { span, kind: JsonValue::Null })
            }
        }
    }

    /// Returns the value of a text: one of two readings, a dynamic reference, or the text itself.
    fn text(&mut self, text: &str, json: &Json<'t>) -> Value<'t> {
        if self.names.ambiguous.contains(&json.span.start) {
            return Value::Hole(format!("`{text}`, which can be read in two ways"), HoleClass::Chosen);
        }
        if let Some((_, rest)) = text.split_once("{{resolve:") {
            let name = rest.split_once("}}").map_or(rest, |(name, _)| name);
            let name = format!("resolve:{name}");
            if let Some(value) = self.given(&name) {
                return value;
            }
            // The reference may be a part of the text.
            return match text.strip_prefix("{{resolve:").and_then(|rest| rest.strip_suffix("}}")) {
                Some(inner) if !inner.contains(['{', '}']) => {
                    self.unknown(Unknown::any(&name, HoleClass::Given, HoleOrigin::Elsewhere), json.span)
                }
                _ => Value::Hole(name, HoleClass::Given),
            };
        }
        if let Some(symbols) = self.symbols.as_mut().filter(|_| text.contains(is_sign)) {
            symbols.is_unmodelled = true;
        }
        Value::Known(json.clone())
    }

    /// Evaluates a function; when the texts together are too long, their values are not known.
    fn function(&mut self, name: &str, arguments: &Json<'t>, span: Span) -> Value<'t> {
        let value = self.made(name, arguments, span);
        let bytes = match &value {
            Value::Known(json) => size(json),
            Value::Nothing | Value::Hole(..) | Value::Wrong(_) => 0,
        };
        match self.counted(bytes) {
            true => value,
            false => too_long(),
        }
    }

    /// Counts the bytes of a text; false if there are too many.
    fn counted(&mut self, bytes: usize) -> bool {
        self.left =
            self.left.checked_sub(bytes).and_then(|left| left.checked_sub(CALL)).map_or(0, |left| left);
        self.left > 0
    }

    fn made(&mut self, name: &str, arguments: &Json<'t>, span: Span) -> Value<'t> {
        if self.left == 0 {
            return too_long();
        }
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
            "Fn::Base64" => match self.exact_text(arguments, "`Fn::Base64`", span) {
                Ok(text) => known(BASE64_STANDARD.encode(text), span),
                Err(value) => value,
            },
            "Fn::ImportValue" => match self.exact_text(arguments, "an exported value", span) {
                Ok(text) => self.imported(&text, span),
                Err(Value::Hole(..)) => Value::Hole("an exported value".to_owned(), HoleClass::Given),
                Err(value) => value,
            },
            "Fn::Length" => self.length(arguments, span),
            "Fn::ToJsonString" => self.json_text(arguments, span),
            "Fn::GetStackOutput" => self.derived(&format!("`{name}`"), false, span),
            "Fn::Cidr" | "Fn::GetAZs" => self.derived(&format!("`{name}`"), true, span),
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

    pub(super) fn reference(&mut self, target: &str) -> Value<'t> {
        if let Some(value) = self.given(target) {
            return value;
        }
        if let Some(value) = self.pseudo_parameter(target) {
            return value;
        }
        let names = self.names;
        if let Some(parameter) = names.parameters.get(target) {
            return self.parameter(target, parameter);
        }
        match target {
            "AWS::NoValue" => Value::Nothing,
            "AWS::Partition" if self.names_partition => {
                known("${AWS::Partition}".to_owned(), Span::default())
            }
            _ if PSEUDO.contains(&target) => Value::Hole(target.to_owned(), HoleClass::Given),
            _ if self.names.resources.contains_key(target) || self.names.is_open => {
                self.of_resource(target, None)
            }
            _ => Value::Wrong(format!("`{target}` is neither a parameter nor a resource of this template")),
        }
    }

    fn attribute(&mut self, arguments: &Json<'t>) -> Value<'t> {
        let (resource, attribute) = match &arguments.kind {
            JsonValue::Array(list) => match list.as_slice() {
                [
                    Json { kind: JsonValue::String(resource), .. },
                    Json { kind: JsonValue::String(name), .. },
                ] => (&**resource, &**name),
                [Json { kind: JsonValue::String(resource), .. }, _] => {
                    let name = format!("{resource}.an attribute");
                    return self.derived(&name, false, arguments.span);
                }
                _ => return Value::Wrong("`Fn::GetAtt` needs a resource and an attribute".to_owned()),
            },
            JsonValue::String(text) => match text.split_once('.') {
                Some(parts) => parts,
                None => return Value::Wrong("`Fn::GetAtt` needs a resource and an attribute".to_owned()),
            },
            _ => return Value::Wrong("`Fn::GetAtt` needs a resource and an attribute".to_owned()),
        };
        if let Some(value) = self.given(&format!("{resource}.{attribute}")) {
            return value;
        }
        if self.names.resources.contains_key(resource) || self.names.is_open {
            self.of_resource(resource, Some(attribute))
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
                    Ok(text) if self.counted(text.len()) => {
                        out.push_str(&text);
                        continue;
                    }
                    Ok(_) => too_long(),
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
                Value::Known(Json { kind: JsonValue::String(text), .. }) if self.counted(text.len()) => {
                    out.push_str(&text);
                }
                Value::Known(Json { kind: JsonValue::String(_), .. }) => return too_long(),
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
            Ok(texts) if texts.iter().any(|text| self.is_list(text)) => {
                self.derived("`Fn::Join`", false, span)
            }
            // A long delimiter is there once for each text.
            Ok(texts) => match texts.len().checked_mul(delimiter.len()) {
                Some(bytes) if self.counted(bytes) => known(texts.join(delimiter), span),
                _ => too_long(),
            },
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
            _ => match self.exact_text(index, "`Fn::Select`", list.span) {
                Ok(text) => text.parse::<usize>().ok(),
                Err(value) => return value,
            },
        };
        match self.list(list) {
            Ok(texts) if texts.iter().any(|text| self.is_list(text)) => {
                self.derived("`Fn::Select`", false, list.span)
            }
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
                if text.contains(is_sign) {
                    let mut letters = delimiter.chars();
                    let is_safe = match (letters.next(), letters.next(), &self.symbols) {
                        (Some(one), None, Some(symbols)) => symbols
                            .in_text(&text)
                            .all(|unknown| !unknown.is_list && !unknown.shape.may_hold(one)),
                        _ => false,
                    };
                    if !is_safe {
                        return Err(self.derived("`Fn::Split`", true, arguments.span));
                    }
                }
                Ok(text.split(&**delimiter).map(str::to_owned).collect())
            }
            _ => Err(wrong()),
        }
    }

    /// Returns the branch that the condition chooses; a hole for the condition if it is not decided.
    fn choice(&mut self, arguments: &Json<'t>) -> Value<'t> {
        let JsonValue::Array(parts) = &arguments.kind else {
            return Value::Wrong("`Fn::If` needs a condition and two values".to_owned());
        };
        match parts.as_slice() {
            [Json { kind: JsonValue::String(condition), .. }, chosen, other] => {
                if self.symbols.is_some()
                    && let Some(value) = self.condition(condition)
                {
                    return self.inner_value(if value { chosen } else { other });
                }
                if self.names.conditions.contains_key(&**condition) || self.names.is_open {
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
        let keys = [map, first, second].map(|part| self.exact_text(part, "`Fn::FindInMap`", part.span));
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
            None if let Some(default) = parts.get(3).and_then(|part| part.member("DefaultValue")) => {
                self.inner_value(&default.value)
            }
            None if parts.len() > 3 || self.names.is_open => {
                Value::Hole(format!("the value of map `{map}`"), HoleClass::Chosen)
            }
            None => Value::Wrong(format!("the map `{map}` has no value for `{first}` and `{second}`")),
        }
    }

    /// Returns the value of a branch, with all functions in it evaluated.
    fn inner_value(&mut self, json: &Json<'t>) -> Value<'t> {
        match self.value(json, "") {
            Some(value) => Value::Known(value),
            None => Value::Nothing,
        }
    }

    /// True if a text is the sign of an unknown list.
    pub(super) fn is_list(&self, text: &str) -> bool {
        self.symbols.as_ref().is_some_and(|symbols| symbols.in_text(text).any(|unknown| unknown.is_list))
    }

    /// Returns a text without signs, or the unknown result of the function that needs it.
    fn exact_text(&mut self, json: &Json<'t>, function: &str, span: Span) -> Result<String, Value<'t>> {
        let text = self.known_text(json)?;
        self.exact(text, function, span)
    }

    /// Returns the text of a value, if it is known.
    pub(super) fn known_text(&mut self, json: &Json<'t>) -> Result<String, Value<'t>> {
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
    pub(super) fn list(&mut self, json: &Json<'t>) -> Result<Vec<String>, Value<'t>> {
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
            // The sign of an unknown list.
            Value::Known(Json { kind: JsonValue::String(text), .. }) if self.is_list(&text) => {
                Ok(vec![text.into_owned()])
            }
            Value::Known(_) | Value::Nothing => Err(Value::Wrong("a list is needed here".to_owned())),
            other => Err(other),
        }
    }
}

/// Returns the bytes of the texts of a value; each value counts for one.
fn size(json: &Json<'_>) -> usize {
    let inner: usize = match &json.kind {
        JsonValue::String(text) => text.len(),
        JsonValue::Array(list) => list.iter().map(size).sum(),
        JsonValue::Object(members) => {
            members.iter().map(|member| member.key.len() + size(&member.value)).sum()
        }
        JsonValue::Null | JsonValue::Bool(_) | JsonValue::Number(_) => 0,
    };
    inner + 1
}

fn too_long<'t>() -> Value<'t> {
    Value::Hole("a text that is too long".to_owned(), HoleClass::Chosen)
}

pub(super) fn known<'t>(text: String, span: Span) -> Value<'t> {
    Value::Known(Json { span, kind: JsonValue::String(text.into()) })
}
