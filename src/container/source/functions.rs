//! Terraform's functions, as far as policies are made with them.
//!
//! Source: "Functions" in Terraform's documentation. A function of a value that is not known yet has another unknown value each
//! time.

use super::evaluator::{Evaluator, Outcome, Scope, equal};
use super::json;
use super::value::{Failure, Value, is_any_sign, is_encoded};
use hcl_edit::expr::{Expression, FuncCall, TraversalOperator};
use hcl_edit::template::Template;
use std::collections::BTreeMap;
use std::ops::Range;

type Place = Option<Range<usize>>;

impl<'a> Evaluator<'a, '_> {
    /// Evaluates the call of a function.
    pub(super) fn call(&mut self, call: &FuncCall, scope: &Scope<'a>, span: Place) -> Outcome {
        let name = call.name.name.as_str();
        if call.name.is_namespaced() {
            return Err(scope.unmodelled(span, format!("the function `{name}` of a provider")));
        }
        if name == "try" {
            return self.first_without_error(call, scope, span);
        }
        let mut arguments = Vec::with_capacity(call.args.len());
        for argument in call.args.iter() {
            arguments.push(self.expression(argument, scope)?);
        }
        if call.args.expand_final()
            && let Some(last) = arguments.pop()
        {
            match last.elements() {
                Some(elements) => arguments.extend(elements.iter().cloned()),
                None => return Err(scope.unmodelled(span, format!("the arguments of `{name}`"))),
            }
        }
        self.apply(name, arguments, scope, span)
    }

    fn first_without_error(&mut self, call: &FuncCall, scope: &Scope<'a>, span: Place) -> Outcome {
        // Which errors Terraform has is not modelled, so the first argument has to be plainly a value.
        match call.args.get(0) {
            Some(first) if is_plain(first) => self.expression(first, scope),
            _ => Err(scope.unmodelled(span, "`try` of an expression that may fail")),
        }
    }

    fn apply(&mut self, name: &str, arguments: Vec<Value>, scope: &Scope<'a>, span: Place) -> Outcome {
        let what = format!("`{name}`");
        match (name, arguments.as_slice()) {
            ("jsonencode", [value]) => self.json(value, span, scope),
            ("jsondecode", [Value::Text(text)]) if text.contains(is_any_sign) => {
                self.derived(&what, true, span, scope)
            }
            ("jsondecode", [Value::Text(text)]) => {
                let value = serde_json::from_str::<serde_json::Value>(text).ok();
                match value.and_then(|value| json::decode(&value)).filter(Value::is_known) {
                    Some(value) => Ok(value),
                    None => Err(scope.unmodelled(span, what)),
                }
            }
            ("sensitive" | "nonsensitive" | "ephemeralasnull", [value]) => Ok(value.clone()),
            ("tostring", [Value::Null]) => Ok(Value::Null),
            ("tostring", [value]) => match value.as_text() {
                Some(text) => Ok(Value::Text(text)),
                None => Err(scope.unmodelled(span, "`tostring` of a value that is not a text")),
            },
            ("concat" | "flatten" | "compact" | "distinct" | "toset" | "tolist" | "reverse" | "sort", _) => {
                self.list_function(name, &arguments, scope, span)
            }
            ("merge", maps) => self.merge(maps, scope, span),
            ("tomap", [Value::Map(map)]) if !arguments.iter().any(Value::has_primitive) => {
                Ok(Value::Map(map.clone()))
            }
            ("keys", [Value::Map(map)]) => Ok(Value::List(map.keys().cloned().map(Value::Text).collect())),
            ("values", [Value::Map(map)]) => Ok(Value::List(map.values().cloned().collect())),
            ("length", [Value::List(list) | Value::Set(list)]) => Ok(Value::Number(list.len().to_string())),
            ("length", [Value::Map(map)]) => Ok(Value::Number(map.len().to_string())),
            ("length", [Value::Text(text)]) if text.is_ascii() => Ok(Value::Number(text.len().to_string())),
            ("one", [Value::List(list) | Value::Set(list)]) => match list.as_slice() {
                [] => Ok(Value::Null),
                [one] => Ok(one.clone()),
                _ => Err(scope.unmodelled(span, "`one` of a list with several elements")),
            },
            ("element", [Value::List(list), index]) => {
                let Ok(index) = self.key(index, span.clone(), scope)?.parse::<usize>() else {
                    return Err(scope.unmodelled(span, "an index that is not a whole number"));
                };
                match index.checked_rem(list.len()).and_then(|index| list.get(index)) {
                    Some(value) => Ok(value.clone()),
                    None => Err(scope.unmodelled(span, "`element` of an empty list")),
                }
            }
            ("lookup", [Value::Map(map), key, rest @ ..]) => {
                let key = self.key(key, span.clone(), scope)?;
                match (map.get(&key), rest) {
                    (Some(value), _) => Ok(value.clone()),
                    (None, [default]) => Ok(default.clone()),
                    (None, _) => Err(scope.unmodelled(span, "the map has no such key")),
                }
            }
            ("contains", [Value::List(list) | Value::Set(list), value]) => {
                let same: Option<Vec<bool>> = list.iter().map(|one| equal(one, value)).collect();
                match same {
                    Some(same) => Ok(Value::Bool(same.contains(&true))),
                    None => Err(scope.unmodelled(span, "`contains` of values that are not known yet")),
                }
            }
            ("zipmap", [Value::List(keys), Value::List(values)]) if keys.len() == values.len() => {
                let mut map = BTreeMap::new();
                for (key, value) in keys.iter().zip(values) {
                    map.insert(self.key(key, span.clone(), scope)?, value.clone());
                }
                Ok(Value::Map(map))
            }
            ("coalesce", values) => self.coalesce(values, scope, span),
            ("file", [Value::Text(path)]) => {
                let text = self.file(path, span.clone(), scope)?;
                self.text(text, span, scope)
            }
            ("templatefile", [Value::Text(path), Value::Map(values)]) => {
                self.template_file(path, values, scope, span)
            }
            _ => self.text_function(name, &arguments, scope, span),
        }
    }

    fn list_function(&mut self, name: &str, arguments: &[Value], scope: &Scope<'a>, span: Place) -> Outcome {
        if arguments.iter().any(|value| matches!(value, Value::Any(_))) {
            return self.derived(&format!("`{name}`"), true, span, scope);
        }
        let mut all = Vec::new();
        for argument in arguments {
            match argument.elements() {
                Some(elements) => all.extend(elements.iter().cloned()),
                None => return Err(scope.unmodelled(span, format!("`{name}` of a value without elements"))),
            }
        }
        let is_open = |value: &Value| matches!(value, Value::Any(_));
        match name {
            "concat" => Ok(Value::List(all)),
            "flatten" => {
                let mut flat = Vec::new();
                all.into_iter().for_each(|value| flatten(value, &mut flat));
                match flat.iter().any(is_open) {
                    true => self.derived("`flatten`", true, span, scope),
                    false => Ok(Value::List(flat)),
                }
            }
            "compact" => {
                let mut kept = Vec::new();
                for value in all {
                    match &value {
                        Value::Null => {}
                        Value::Text(text) if text.is_empty() => {}
                        Value::Text(text) if self.is_filled(text) => kept.push(value),
                        Value::Bool(_) | Value::Number(_) => kept.extend(value.as_text().map(Value::Text)),
                        _ => return self.derived("`compact`", true, span, scope),
                    }
                }
                Ok(Value::List(kept))
            }
            "tolist" | "toset" if all.iter().any(Value::has_primitive) => {
                Err(scope.unmodelled(span, format!("`{name}` of numbers or Booleans")))
            }
            "tolist" => Ok(Value::List(all)),
            "toset" => match Value::set(all) {
                Some(set) => Ok(set),
                None => self.derived("`toset`", true, span, scope),
            },
            "distinct" if all.iter().all(Value::is_known) => {
                let mut kept: Vec<Value> = Vec::new();
                for value in all {
                    if !kept.contains(&value) {
                        kept.push(value);
                    }
                }
                Ok(Value::List(kept))
            }
            "reverse" => {
                all.reverse();
                Ok(Value::List(all))
            }
            "sort" if all.iter().all(|value| matches!(value, Value::Text(_)) && value.is_known()) => {
                all.sort_by_cached_key(Value::as_text);
                Ok(Value::List(all))
            }
            _ => self.derived(&format!("`{name}`"), true, span, scope),
        }
    }

    fn merge(&mut self, maps: &[Value], scope: &Scope<'a>, span: Place) -> Outcome {
        let mut merged = BTreeMap::new();
        for map in maps {
            match map {
                Value::Map(map) => merged.extend(map.iter().map(|(key, value)| (key.clone(), value.clone()))),
                Value::Any(_) => return self.derived("`merge`", true, span, scope),
                _ => return Err(scope.unmodelled(span, "`merge` of a value that is not a map")),
            }
        }
        Ok(Value::Map(merged))
    }

    fn coalesce(&mut self, values: &[Value], scope: &Scope<'a>, span: Place) -> Outcome {
        for value in values {
            match value {
                Value::Null => {}
                Value::Text(text) if text.is_empty() => {}
                Value::Text(text) if self.is_filled(text) => return Ok(value.clone()),
                _ => {
                    return Err(
                        scope.unmodelled(span, "`coalesce` of values that may be empty, or not texts")
                    );
                }
            }
        }
        Err(scope.unmodelled(span, "`coalesce` of empty values"))
    }

    /// True if a text is not empty, whatever its unknown parts are.
    fn is_filled(&self, text: &str) -> bool {
        text.chars().any(|letter| match is_any_sign(letter) {
            true => self.shape(letter).is_some_and(|shape| shape.steps().iter().any(|step| step.min > 0)),
            false => true,
        })
    }

    fn text_function(&mut self, name: &str, arguments: &[Value], scope: &Scope<'a>, span: Place) -> Outcome {
        let what = format!("`{name}`");
        match (name, arguments) {
            ("join", [separator, lists @ ..]) => {
                let separator = separator.as_text();
                let mut parts = Vec::new();
                for list in lists {
                    match list {
                        Value::List(list) | Value::Set(list) => {
                            parts.extend(list.iter().map(Value::as_text));
                        }
                        _ => return self.derived(&what, false, span, scope),
                    }
                }
                match (separator, parts.into_iter().collect::<Option<Vec<String>>>()) {
                    (Some(separator), Some(parts)) => self.text(parts.join(&separator), span, scope),
                    _ => Err(scope.unmodelled(span, "`join` of values that are not texts")),
                }
            }
            ("format", [Value::Text(spec), values @ ..]) if !spec.contains(is_any_sign) => {
                match formatted(spec, values) {
                    Some(text) => self.text(text, span, scope),
                    None => self.derived(&what, false, span, scope),
                }
            }
            ("split", [Value::Text(separator), Value::Text(text)]) => {
                match !separator.is_empty() && self.is_apart(text, separator) {
                    true => {
                        let parts = text.split(separator.as_str());
                        Ok(Value::List(parts.map(|part| Value::Text(part.to_owned())).collect()))
                    }
                    false => self.derived(&what, true, span, scope),
                }
            }
            ("replace", [Value::Text(text), Value::Text(from), Value::Text(to)]) => {
                let is_pattern = from.len() > 1 && from.starts_with('/') && from.ends_with('/');
                match !is_pattern && !from.is_empty() && self.is_apart(text, from) {
                    true => self.text(text.replace(from.as_str(), to), span, scope),
                    false => self.derived(&what, false, span, scope),
                }
            }
            ("lower" | "upper" | "trimspace" | "trimprefix" | "trimsuffix", [Value::Text(text), ..])
                if text.is_ascii() && arguments.iter().all(Value::is_known) =>
            {
                let part = arguments.get(1).and_then(Value::as_text);
                let made = match (name, part) {
                    ("lower", None) => text.to_lowercase(),
                    ("upper", None) => text.to_uppercase(),
                    ("trimspace", None) => text.trim().to_owned(),
                    ("trimprefix", Some(part)) => text.strip_prefix(&part).unwrap_or(text).to_owned(),
                    ("trimsuffix", Some(part)) => text.strip_suffix(&part).unwrap_or(text).to_owned(),
                    _ => return Err(scope.unmodelled(span, what)),
                };
                self.text(made, span, scope)
            }
            (
                "lower" | "upper" | "trimspace" | "trimprefix" | "trimsuffix" | "replace" | "substr"
                | "format",
                _,
            ) => self.derived(&what, false, span, scope),
            _ => Err(scope.unmodelled(span, format!("the function {what} with these arguments"))),
        }
    }

    /// True if no unknown part of a text can take part in an occurrence of another text.
    fn is_apart(&self, text: &str, part: &str) -> bool {
        if part.contains(is_any_sign) {
            return false;
        }
        text.chars().filter(|letter| is_any_sign(*letter)).all(|sign| {
            let Some(shape) = self.shape(sign).filter(|_| !is_encoded(sign)) else { return false };
            let is_filled = shape.steps().iter().any(|step| step.min > 0);
            is_filled && !part.chars().any(|letter| shape.may_hold(letter))
        })
    }

    fn file(&self, path: &str, span: Place, scope: &Scope<'a>) -> Result<String, Failure> {
        if path.contains(is_any_sign) {
            return Err(scope.unmodelled(span, "the path of a file is not known yet"));
        }
        match self.sources.file(path) {
            Some(text) if !text.contains(is_any_sign) => Ok(text.to_owned()),
            Some(_) => Err(scope.unmodelled(span, "a text with characters for private use")),
            None => Err(scope.unmodelled(span, "the sources do not have the file")),
        }
    }

    fn template_file(
        &mut self,
        path: &str,
        values: &BTreeMap<String, Value>,
        scope: &Scope<'a>,
        span: Place,
    ) -> Outcome {
        let text = self.file(path, span.clone(), scope)?;
        if super::module::too_many_loops(&text).is_some() {
            return Err(scope.unmodelled(span, "the template has too many loops"));
        }
        let template = text.parse::<Template>();
        let Ok(template) = template else {
            return Err(scope.unmodelled(span, "the template is not valid"));
        };
        // A template sees its own variables alone: every reference to another name fails.
        let mut inner = Scope::new(&scope.address, self.sources.empty(), 0);
        inner = inner.with(values.iter().map(|(name, value)| (name.clone(), value.clone())));
        self.whole_template(&template, &inner, None).map_err(|failure| Failure {
            message: format!("{} in the template", failure.message),
            place: scope.module.place(scope.file, span),
            ..failure
        })
    }
}

/// True if an expression is a literal or a reference, which Terraform refuses only where it has no value.
fn is_plain(expression: &Expression) -> bool {
    match expression {
        Expression::Variable(_) | Expression::String(_) | Expression::Number(_) => true,
        Expression::Traversal(traversal) => {
            let is_step = |operator: &TraversalOperator| match operator {
                TraversalOperator::GetAttr(_) | TraversalOperator::LegacyIndex(_) => true,
                TraversalOperator::Index(index) => is_plain(index),
                TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_) => false,
            };
            is_plain(&traversal.expr) && traversal.operators.iter().all(|operator| is_step(operator.value()))
        }
        _ => false,
    }
}

fn flatten(value: Value, out: &mut Vec<Value>) {
    match value {
        Value::List(list) | Value::Set(list) => list.into_iter().for_each(|value| flatten(value, out)),
        other => out.push(other),
    }
}

/// Returns a text with values in the places of `%s`, `%v` and `%d`; `None` if another verb is used.
fn formatted(spec: &str, values: &[Value]) -> Option<String> {
    let mut out = String::new();
    let mut values = values.iter();
    let mut rest = spec;
    while let Some((before, after)) = rest.split_once('%') {
        out.push_str(before);
        let verb = after.chars().next()?;
        rest = after.get(verb.len_utf8()..)?;
        match (verb, if verb == '%' { None } else { values.next() }) {
            ('%', _) => out.push('%'),
            ('s' | 'v', Some(Value::Text(text))) => out.push_str(text),
            ('s' | 'v', Some(Value::Any(sign))) => out.push(*sign),
            ('s' | 'v' | 'd', Some(Value::Number(digits))) => out.push_str(digits),
            ('s' | 'v', Some(Value::Bool(truth))) => out.push_str(if *truth { "true" } else { "false" }),
            _ => return None,
        }
    }
    out.push_str(rest);
    values.next().is_none().then_some(out)
}
