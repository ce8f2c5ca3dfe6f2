//! Converts values to the types of variables.

use super::evaluator::{Evaluator, Outcome, Scope, pairs};
use super::value::Value;
use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, ObjectKey};
use std::collections::BTreeMap;

/// Converts a value to a type as a `variable` block writes it.
pub(super) fn convert<'a>(
    evaluator: &mut Evaluator<'a, '_>,
    value: Value,
    kind: &Expression,
    scope: &Scope<'a>,
) -> Outcome {
    let unmodelled = |what: &str| Err(scope.unmodelled(kind.span(), what));
    if let Value::Null | Value::Any(_) = value {
        return Ok(value);
    }
    match kind {
        Expression::String(name) => primitive(value, name, scope, kind),
        Expression::Variable(name) => primitive(value, name.as_str(), scope, kind),
        Expression::FuncCall(call) => {
            let Some(inner) = call.args.get(0) else { return unmodelled("this type") };
            let is_open = matches!(inner, Expression::Variable(name) if name.as_str() == "any");
            if is_open && value.has_primitive() {
                return unmodelled("a collection of any type with numbers or Booleans");
            }
            match (call.name.name.as_str(), inner) {
                ("optional", inner) => convert(evaluator, value, inner, scope),
                ("list", inner) => match value.elements() {
                    Some(list) => {
                        let list = list.to_vec();
                        let list = list.into_iter().map(|value| convert(evaluator, value, inner, scope));
                        list.collect::<Result<Vec<Value>, _>>().map(Value::List)
                    }
                    None => unmodelled("a value of another type than the variable's"),
                },
                ("set", inner) => match value.elements() {
                    Some(list) => {
                        let list = list.to_vec();
                        let list = list.into_iter().map(|value| convert(evaluator, value, inner, scope));
                        match Value::set(list.collect::<Result<Vec<Value>, _>>()?) {
                            Some(set) => Ok(set),
                            None => unmodelled("a set of values that are not known yet"),
                        }
                    }
                    None => unmodelled("a value of another type than the variable's"),
                },
                ("map", inner) => match value {
                    Value::Map(map) => {
                        let mut converted = BTreeMap::new();
                        for (key, value) in map {
                            converted.insert(key, convert(evaluator, value, inner, scope)?);
                        }
                        Ok(Value::Map(converted))
                    }
                    _ => unmodelled("a value of another type than the variable's"),
                },
                ("tuple", Expression::Array(kinds)) => match value.elements() {
                    Some(list) if list.len() == kinds.len() => {
                        let list = list.to_vec();
                        let each = list.into_iter().zip(kinds.iter());
                        let list = each.map(|(value, kind)| convert(evaluator, value, kind, scope));
                        list.collect::<Result<Vec<Value>, _>>().map(Value::List)
                    }
                    _ => unmodelled("a value of another type than the variable's"),
                },
                ("object", Expression::Object(members)) => object(evaluator, value, members, scope, kind),
                _ => unmodelled("this type"),
            }
        }
        _ => unmodelled("this type"),
    }
}

/// Converts an object: attributes of other names are dropped, optional ones get their defaults.
fn object<'a>(
    evaluator: &mut Evaluator<'a, '_>,
    value: Value,
    members: &hcl_edit::expr::Object,
    scope: &Scope<'a>,
    kind: &Expression,
) -> Outcome {
    let Value::Map(mut map) = value else {
        return Err(scope.unmodelled(kind.span(), "a value of another type than the variable's"));
    };
    let mut converted = BTreeMap::new();
    for (key, member) in members.iter() {
        let name = match key {
            ObjectKey::Ident(name) => name.as_str(),
            ObjectKey::Expression(Expression::String(name)) => name.as_str(),
            ObjectKey::Expression(_) => return Err(scope.unmodelled(kind.span(), "this type")),
        };
        let optional = match member.expr() {
            Expression::FuncCall(call) if call.name.name.as_str() == "optional" => Some(call),
            _ => None,
        };
        let default = optional.and_then(|call| call.args.get(1));
        let value = match (map.remove(name), default, optional) {
            (None | Some(Value::Null), Some(default), _) => evaluator.expression(default, scope)?,
            (Some(value), _, _) => value,
            (None, None, Some(_)) => Value::Null,
            (None, None, None) => {
                return Err(scope.unmodelled(kind.span(), "a value of another type than the variable's"));
            }
        };
        converted.insert(name.to_owned(), convert(evaluator, value, member.expr(), scope)?);
    }
    Ok(Value::Map(converted))
}

fn primitive(value: Value, name: &str, scope: &Scope<'_>, kind: &Expression) -> Outcome {
    let unmodelled = |what: &str| Err(scope.unmodelled(kind.span(), what));
    match name {
        "any" => Ok(value),
        "string" => match value.as_text() {
            Some(text) => Ok(Value::Text(text)),
            None => unmodelled("a value of another type than the variable's"),
        },
        "bool" => match &value {
            Value::Bool(_) => Ok(value),
            Value::Text(text) if text == "true" || text == "false" => Ok(Value::Bool(text == "true")),
            _ => unmodelled("a value of another type than the variable's"),
        },
        "number" => match &value {
            Value::Number(_) => Ok(value),
            Value::Text(text) if text.parse::<i64>().is_ok_and(|number| number.to_string() == *text) => {
                Ok(Value::Number(text.clone()))
            }
            _ => unmodelled("a value of another type than the variable's"),
        },
        "list" if pairs(&value).is_some() && !matches!(value, Value::Map(_)) => Ok(value),
        "map" if matches!(value, Value::Map(_)) => Ok(value),
        _ => unmodelled("this type"),
    }
}
