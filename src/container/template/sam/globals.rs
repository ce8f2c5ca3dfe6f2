//! Merges what `Globals` says about resources of a type into each of them.
//!
//! Source: AWS SAM Developer Guide, "Globals section of the AWS SAM template" and "IgnoreGlobals".

use super::super::functions::call;
use super::TYPES;
use crate::policy::{Json, JsonValue, Member};

/// Returns the resource merged with what `Globals` says about resources of its type; `None` if it says nothing.
pub(in super::super) fn with_globals<'t>(
    member: &Member<'t>,
    globals: Option<&Member<'t>>,
) -> Option<Member<'t>> {
    let kind = match member.value.member("Type").map(|kind| &kind.value.kind) {
        Some(JsonValue::String(kind)) => kind.strip_prefix(TYPES)?,
        _ => return None,
    };
    let common = not_ignored(&globals?.value.member(kind)?.value, member.value.member("IgnoreGlobals"))?;
    let JsonValue::Object(parts) = &member.value.kind else { return None };
    let own = member.value.member("Properties");
    let merged = own.map_or_else(|| common.clone(), |own| merged(&common, &own.value));
    let mut parts: Vec<Member<'t>> = parts.iter().filter(|part| part.key != "Properties").cloned().collect();
    let key_span = own.map_or(member.key_span, |own| own.key_span);
    parts.push(Member { key: "Properties".to_owned().into(), key_span, value: merged });
    let value = Json { span: member.value.span, kind: JsonValue::Object(parts) };
    Some(Member { key: member.key.clone(), key_span: member.key_span, value })
}

/// Returns what a resource takes over: all, nothing (`*`), or all but the properties that it lists.
fn not_ignored<'t>(common: &Json<'t>, ignored: Option<&Member<'t>>) -> Option<Json<'t>> {
    let Some(ignored) = ignored else { return Some(common.clone()) };
    match (&ignored.value.kind, &common.kind) {
        (JsonValue::String(all), _) if all == "*" => None,
        (JsonValue::Array(names), JsonValue::Object(members)) => {
            let is_ignored = |key: &str| {
                names.iter().any(|name| matches!(&name.kind, JsonValue::String(name) if name == key))
            };
            let kept = members.iter().filter(|member| !is_ignored(&member.key)).cloned().collect();
            Some(Json { span: common.span, kind: JsonValue::Object(kept) })
        }
        _ => Some(common.clone()),
    }
}

/// Objects are merged, lists are joined, and for other values the resource's own takes precedence.
fn merged<'t>(common: &Json<'t>, own: &Json<'t>) -> Json<'t> {
    let kind = match (&common.kind, &own.kind) {
        (JsonValue::Object(all), JsonValue::Object(members)) if is_merged(common) && is_merged(own) => {
            let mut together: Vec<Member<'t>> =
                all.iter().filter(|member| own.member(&member.key).is_none()).cloned().collect();
            for member in members {
                let value = match common.member(&member.key) {
                    Some(common) => merged(&common.value, &member.value),
                    None => member.value.clone(),
                };
                together.push(Member { key: member.key.clone(), key_span: member.key_span, value });
            }
            JsonValue::Object(together)
        }
        (JsonValue::Array(all), JsonValue::Array(list)) => {
            JsonValue::Array(all.iter().chain(list).cloned().collect())
        }
        _ => own.kind.clone(),
    };
    Json { span: own.span, kind }
}

/// True if the members of an object are merged: it calls nothing, or what adds members.
fn is_merged(json: &Json<'_>) -> bool {
    call(json).is_none_or(|(function, _)| function == "Fn::Transform")
}
