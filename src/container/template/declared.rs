//! Evaluates all properties of the resources of a template.

use super::super::declared::{Declared, Property};
use super::super::entry::{Content, Origin};
use super::super::hole::is_sign;
use super::super::text;
use super::functions::is_function;
use super::resource::{Reader, not_known};
use super::worlds::{Variants, variants};
use crate::limits::InputLimits;
use crate::policy::{Json, JsonValue, Member};
use crate::span::{Source, Span};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Members of a resource that say what CloudFormation does with it when the template changes.
const KEEPING: [&str; 2] = ["DeletionPolicy", "UpdateReplacePolicy"];

impl Property {
    /// Returns the value that a template gives whatever its parameters are; none if it is absent.
    fn of(found: Option<Variants<'_>>) -> Option<Property> {
        let open = |why: String| Some(Property { value: Err(why), unknown: Vec::new() });
        let Some(found) = found else {
            return open("it depends on a value that the template does not say".to_owned());
        };
        let mut list = found.list.into_iter();
        let (Some(first), None) = (list.next(), list.next()) else {
            return open(
                "it depends on parameters or conditions: give them with `--parameters` or `--set`".to_owned(),
            );
        };
        if !first.assumptions.is_empty() {
            return open("it depends on the partition".to_owned());
        }
        let value = plain(&first.value?);
        let holes = found.holes.into_iter();
        let unknown = holes.filter_map(|hole| hole.text.map(|text| (text.sign, hole.name, text.origin)));
        let unknown = unknown.filter(|(sign, ..)| has(&value, &|text| text.contains(*sign))).collect();
        Some(Property { value: Ok(value), unknown })
    }

    /// Returns the policy that a value of the property is.
    pub(crate) fn policy(&self, value: &Value, (file, name, span): (&Source, &str, Span)) -> Content {
        let policy = match value {
            Value::String(text) => text.clone(),
            Value::Object(members) if members.is_empty() => return Content::Absent,
            other => other.to_string(),
        };
        match policy.contains(is_sign) {
            false => text::content(file, name, &policy, span, Origin::Written, &InputLimits::default()),
            true => not_known(self.depends(&policy), ""),
        }
    }
}

/// Returns the resource that a member of `Resources` is.
pub(super) fn of<'t>(reader: &Reader<'_, '_, 't>, member: &Member<'t>) -> Declared {
    let most = reader.options.limits.worlds;
    let open = |why: &str| Property { value: Err(why.to_owned()), unknown: Vec::new() };
    let is_lone = |json: &Json<'t>| {
        let is_inside = |span: Span| json.span.start <= span.start && span.end <= json.span.end;
        reader.lone.iter().any(|fault| is_inside(fault.span))
    };
    let found = |json: &Json<'t>| match is_lone(json) {
        true => Some(open("it holds half of a surrogate pair, which is not a character")),
        false => Property::of(variants(reader.names, json, None, most)),
    };
    let span = member.key_span;
    let text = |text: &str| Json { span, kind: JsonValue::String(text.to_owned().into()) };
    let call = Member { key: "Ref".to_owned().into(), key_span: span, value: text(&member.key) };
    let call = Json { span, kind: JsonValue::Object(vec![call]) };
    let properties = member.value.member("Properties").map(|properties| &properties.value);
    let members: &[Member<'t>] = match properties.map(|properties| &properties.kind) {
        Some(JsonValue::Object(members)) => members,
        _ => &[],
    };
    let is_made = |json: &Json<'_>| match &json.kind {
        JsonValue::Object(members) => members.iter().any(|member| is_function(&member.key)),
        _ => false,
    };
    let kind = match member.value.member("Type").map(|member| &member.value.kind) {
        Some(JsonValue::String(kind)) => kind.to_string(),
        _ => String::new(),
    };
    let is_kept = KEEPING.into_iter().filter_map(|name| member.value.member(name));
    let mut is_kept =
        is_kept.map(|member| !matches!(&member.value.kind, JsonValue::String(policy) if policy == "Delete"));
    Declared {
        name: member.key.to_string(),
        kind,
        span,
        presence: presence(reader, member, &text("")),
        reference: found(&call).unwrap_or_else(|| open("its name is not known")),
        properties: members
            .iter()
            .filter_map(|member| Some((member.key.to_string(), found(&member.value)?)))
            .collect(),
        is_kept: is_kept.any(|is_kept| is_kept),
        is_more: member.key.starts_with("Fn::")
            || is_made(&member.value)
            || properties.is_some_and(is_made)
            || member.value.member("Connectors").is_some(),
    }
}

fn presence<'t>(reader: &Reader<'_, '_, 't>, member: &Member<'t>, probe: &Json<'t>) -> Result<bool, String> {
    let Some(condition) = member.value.member("Condition") else { return Ok(true) };
    let JsonValue::String(name) = &condition.value.kind else {
        return Err("its condition is not a name".to_owned());
    };
    let open = || {
        Err(format!(
            "the condition `{name}` is not decided: give its parameters with `--parameters` or `--set`"
        ))
    };
    if !reader.names.conditions.contains_key(&**name) {
        return Err(format!("`{name}` is not a condition of this template"));
    }
    let Some(found) = variants(reader.names, probe, Some(name), reader.options.limits.worlds) else {
        return open();
    };
    let are_there: BTreeSet<bool> = found.list.iter().map(|variant| variant.value.is_some()).collect();
    let assumes = found.list.iter().any(|variant| !variant.assumptions.is_empty());
    match are_there.into_iter().collect::<Vec<_>>()[..] {
        [is_there] if !assumes => Ok(is_there),
        _ => open(),
    }
}

/// Returns a value without places.
fn plain(json: &Json<'_>) -> Value {
    match &json.kind {
        JsonValue::Null => Value::Null,
        JsonValue::Bool(truth) => Value::Bool(*truth),
        JsonValue::Number(text) => match serde_json::from_str(text) {
            Ok(number) => number,
            // YAML has more notations of numbers.
            Err(_) => Value::String((*text).to_owned()),
        },
        JsonValue::String(text) => Value::String(text.to_string()),
        JsonValue::Array(list) => Value::Array(list.iter().map(plain).collect()),
        JsonValue::Object(members) => {
            let members = members.iter().map(|member| (member.key.to_string(), plain(&member.value)));
            Value::Object(members.collect::<Map<String, Value>>())
        }
    }
}

/// True if a predicate holds for a text somewhere in a value.
fn has(value: &Value, is_it: &dyn Fn(&str) -> bool) -> bool {
    match value {
        Value::String(text) => is_it(text),
        Value::Array(list) => list.iter().any(|value| has(value, is_it)),
        Value::Object(members) => members.values().any(|value| has(value, is_it)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}
