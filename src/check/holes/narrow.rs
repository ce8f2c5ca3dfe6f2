//! Policies without unknown texts that allow less than a policy with unknown texts, or more, whatever the texts are.
//!
//! A request that such a narrower policy shows is a finding for every value.

use super::abstraction::{has_sign, nothing};
use serde_json::{Map, Value};

/// The direction in which a policy without unknown texts differs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Bound {
    /// It allows at most what the policy allows, and denies at least what the policy denies.
    Below,
    /// It allows at least what the policy allows, and denies at most what the policy denies.
    Above,
}

/// Returns the policy; `None` if a sign is in a place that is not modelled.
pub(super) fn bound(policy: &str, bound: Bound) -> Option<String> {
    let Ok(Value::Object(mut members)) = serde_json::from_str::<Value>(policy) else { return None };
    members.remove("Id");
    let statements = match members.remove("Statement")? {
        Value::Array(list) => list,
        one @ Value::Object(_) => vec![one],
        _ => return None,
    };
    if members.values().any(has_sign) {
        return None;
    }
    let mut kept = vec![nothing(&statements)];
    for statement in statements {
        let Value::Object(statement) = statement else { return None };
        kept.extend(bounded(statement, bound)?.map(Value::Object));
    }
    members.insert("Statement".to_owned(), Value::Array(kept));
    Some(Value::Object(members).to_string())
}

/// Returns the statement in the direction of the bound; `Some(None)` if nothing remains of it.
fn bounded(mut statement: Map<String, Value>, bound: Bound) -> Option<Option<Map<String, Value>>> {
    statement.remove("Sid");
    let grows = match (statement.get("Effect")?.as_str()?, bound) {
        ("Allow", Bound::Above) | ("Deny", Bound::Below) => true,
        ("Allow", Bound::Below) | ("Deny", Bound::Above) => false,
        _ => return None,
    };
    let mut changed = Map::new();
    for (name, value) in statement {
        if name == "Condition" {
            match conditions(value, grows)? {
                Some(conditions) => changed.insert(name, conditions),
                None => return Some(None),
            };
            continue;
        }
        if !has_sign(&value) {
            changed.insert(name, value);
            continue;
        }
        let positive = match name.strip_prefix("Not") {
            Some(positive) if grows => positive,
            Some(_) => return Some(None),
            None => name.as_str(),
        };
        if !["Action", "Resource", "Principal"].contains(&positive) {
            return None;
        }
        if grows {
            changed.insert(positive.to_owned(), Value::from("*"));
            continue;
        }
        match without_signs(value) {
            Some(value) => changed.insert(name, value),
            None => return Some(None),
        };
    }
    Some(Some(changed))
}

/// Returns the conditions without signs; `Some(None)` if a condition with a sign has to be one that is not met.
fn conditions(value: Value, grows: bool) -> Option<Option<Value>> {
    let Value::Object(operators) = value else { return None };
    let mut kept = Map::new();
    for (operator, keys) in operators {
        let Value::Object(keys) = keys else { return None };
        let is_known =
            |(key, value): &(String, Value)| !has_sign(value) && !has_sign(&Value::from(key.as_str()));
        let (known, unknown): (Vec<_>, Vec<_>) = keys.into_iter().partition(is_known);
        if has_sign(&Value::from(operator.as_str())) || !unknown.is_empty() {
            if !grows {
                return Some(None);
            }
            if has_sign(&Value::from(operator.as_str())) {
                continue;
            }
        }
        if !known.is_empty() {
            kept.insert(operator, Value::Object(known.into_iter().collect()));
        }
    }
    Some(Some(Value::Object(kept)))
}

/// Returns a list, or lists by kind, without the values that have signs; `None` if nothing remains.
fn without_signs(value: Value) -> Option<Value> {
    match value {
        Value::Array(list) => {
            let kept: Vec<Value> = list.into_iter().filter(|value| !has_sign(value)).collect();
            (!kept.is_empty()).then_some(Value::Array(kept))
        }
        Value::Object(kinds) => {
            let kept = kinds.into_iter().filter(|(kind, _)| !has_sign(&Value::from(kind.as_str())));
            let kept: Map<String, Value> = kept
                .filter_map(|(kind, value)| {
                    Some((kind, if has_sign(&value) { without_signs(value)? } else { value }))
                })
                .collect();
            (!kept.is_empty()).then_some(Value::Object(kept))
        }
        _ => None,
    }
}
