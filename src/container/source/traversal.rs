//! Evaluates references: variables, locals, resources, modules, and attributes of values.

use super::document;
use super::evaluator::{Evaluator, Lazy, Outcome, Scope, bound};
use super::module::Item;
use super::types;
use super::value::{Failure, Value};
use crate::container::address::{configuration_path, modules, quoted, within};
use crate::container::raw::{Optional as _, Raw};
use crate::index::broken;
use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, Traversal, TraversalOperator};
use hcl_edit::structure::Body;
use std::collections::BTreeMap;
use std::ops::Range;

type Operators<'e> = &'e [hcl_edit::Decorated<TraversalOperator>];

impl<'a, 't> Evaluator<'a, 't> {
    pub(super) fn traversal(&mut self, traversal: &Traversal, scope: &Scope<'a>) -> Outcome {
        let operators = traversal.operators.as_slice();
        let Expression::Variable(name) = &traversal.expr else {
            let value = self.expression(&traversal.expr, scope)?;
            return self.operators(value, operators, scope);
        };
        if let Some(value) = bound(scope, name.as_str()) {
            let value = self.copy(value, traversal.span(), scope)?;
            return self.operators(value, operators, scope);
        }
        let span = traversal.span();
        let (value, rest) = self.root(name.as_str(), operators, span, scope)?;
        self.operators(value, rest, scope)
    }

    /// Evaluates the start of a reference, and returns what is left of it.
    fn root<'e>(
        &mut self,
        name: &str,
        operators: Operators<'e>,
        span: Option<Range<usize>>,
        scope: &Scope<'a>,
    ) -> Result<(Value, Operators<'e>), Failure> {
        let (first, rest) = match operators.split_first() {
            Some((first, rest)) => (attribute(first.value()), rest),
            None => (None, operators),
        };
        let Some(first) = first else {
            return Err(scope.unmodelled(span, format!("`{name}` as a value")));
        };
        let value = match name {
            "var" => self.variable(first, span, scope)?,
            "local" => self.local(first, span, scope)?,
            "each" => self.each(first, span, scope)?,
            "count" => match scope.key.strip_prefix('[').and_then(|key| key.strip_suffix(']')) {
                Some(digits) if first == "index" && digits.parse::<u64>().is_ok() => {
                    Value::Number(digits.to_owned())
                }
                _ => return Err(scope.unmodelled(span, "`count.index` without an index")),
            },
            "path" => match first {
                "module" if scope.module.directory.is_empty() => Value::Text(".".to_owned()),
                "module" => Value::Text(scope.module.directory.clone()),
                "root" => Value::Text(".".to_owned()),
                _ => return Err(scope.unmodelled(span, format!("`path.{first}`"))),
            },
            "module" => self.module_call(first, span, scope)?,
            "terraform" | "self" | "provider" | "ephemeral" => {
                return Err(scope.unmodelled(span, format!("`{name}.{first}`")));
            }
            "data" => {
                let (second, rest) = match rest.split_first() {
                    Some((second, rest)) => (attribute(second.value()), rest),
                    None => (None, rest),
                };
                let Some(second) = second else { return Err(scope.unmodelled(span, "`data` as a value")) };
                let value = self.resource(&format!("data.{first}.{second}"), span, scope)?;
                return Ok((value, rest));
            }
            kind => self.resource(&format!("{kind}.{first}"), span, scope)?,
        };
        Ok((value, rest))
    }

    /// Returns the instances of a resource of the module.
    fn resource(&mut self, configured: &str, span: Option<Range<usize>>, scope: &Scope<'a>) -> Outcome {
        let Some(block) = scope.module.resources.get(configured) else {
            return Err(scope.unmodelled(span, format!("`{configured}` is not in the sources")));
        };
        let found = self.known.of(&scope.address, configured).to_vec();
        let mut by_key = BTreeMap::new();
        for number in found {
            let Some(instance) = self.known.instances.get(number) else { continue };
            by_key.insert(instance.key.clone(), Lazy::Resource(number));
        }
        self.instances(by_key, &block.inner, &format!("`{configured}`"), span, scope)
    }

    /// Returns instances as their block makes them: one, a list, or a map.
    fn instances(
        &mut self,
        by_key: BTreeMap<String, Lazy>,
        block: &Body,
        what: &str,
        span: Option<Range<usize>>,
        scope: &Scope<'a>,
    ) -> Outcome {
        let missing = || scope.unmodelled(span.clone(), format!("the plan has no values of {what}"));
        if block.has_attribute("count") {
            let mut list = Vec::new();
            for index in 0..by_key.len() {
                let lazy = by_key.get(&format!("[{index}]")).ok_or_else(missing)?;
                list.push(self.lazy(lazy.clone()));
            }
            return Ok(Value::List(list));
        }
        if block.has_attribute("for_each") {
            let mut map = BTreeMap::new();
            for (key, lazy) in by_key {
                let key = serde_json::from_str::<String>(key.trim_start_matches('[').trim_end_matches(']'));
                map.insert(key.map_err(|_| missing())?, self.lazy(lazy));
            }
            return Ok(Value::Map(map));
        }
        let lazy = by_key.get("").ok_or_else(missing)?.clone();
        Ok(self.lazy(lazy))
    }

    fn lazy(&mut self, lazy: Lazy) -> Value {
        let at = self.lazy.iter().position(|known| *known == lazy);
        let at = at.unwrap_or(self.lazy.len());
        if at == self.lazy.len() {
            self.lazy.push(lazy);
        }
        Value::Lazy(at)
    }

    fn module_call(&mut self, name: &str, span: Option<Range<usize>>, scope: &Scope<'a>) -> Outcome {
        let Some(call) = scope.module.calls.get(name) else {
            return Err(scope.unmodelled(span, format!("`module.{name}` is not in the sources")));
        };
        let mut by_key = BTreeMap::new();
        let address = |key: &str| Lazy::Module(within(&scope.address, &format!("module.{name}{key}")));
        if let Some(count) = call.inner.get_attribute("count") {
            let mut outer = Scope::new(&scope.address, scope.module, call.file);
            outer.bindings.clear();
            let plan = self.configured(&outer, &["module_calls", name, "count_expression"])?;
            self.compare_expression(&count.value, plan, &format!("module.{name}.count"), &outer)?;
            let count = self.expression(&count.value, &outer)?;
            let count =
                count.as_text().and_then(|text| text.parse::<usize>().ok()).filter(|count| *count <= 1024);
            let Some(count) = count else {
                return Err(scope.unmodelled(span, "a count that is not known yet"));
            };
            for index in 0..count {
                let key = format!("[{index}]");
                by_key.insert(key.clone(), address(&key));
            }
        } else if let Some(keys) = call.inner.get_attribute("for_each") {
            let outer = Scope::new(&scope.address, scope.module, call.file);
            let plan = self.configured(&outer, &["module_calls", name, "for_each_expression"])?;
            self.compare_expression(&keys.value, plan, &format!("module.{name}.for_each"), &outer)?;
            let keys = self.expression(&keys.value, &outer)?;
            for key in keys_of(&keys, &outer, span.clone())? {
                let key = format!("[{}]", quoted(&key));
                by_key.insert(key.clone(), address(&key));
            }
        } else {
            by_key.insert(String::new(), address(""));
        }
        self.instances(by_key, &call.inner, &format!("`module.{name}`"), span, scope)
    }

    /// Returns the scope of a module's instance.
    pub(super) fn scope(&self, address: &str, from: &Scope<'a>) -> Result<Scope<'a>, Failure> {
        let path = configuration_path(address);
        let sources = self.sources;
        match path.and_then(|path| sources.module(&path)) {
            Some(module) => match &module.fault {
                Some(fault) => Err(fault.clone()),
                None => Ok(Scope::new(address, module, 0)),
            },
            None => Err(from.unmodelled(None, format!("the sources do not have the files of `{address}`"))),
        }
    }

    fn variable(&mut self, name: &str, span: Option<Range<usize>>, scope: &Scope<'a>) -> Outcome {
        let Some(block) = scope.module.variables.get(name) else {
            return Err(scope.unmodelled(span, format!("`var.{name}` is not in the sources")));
        };
        let own = Scope::new(&scope.address, scope.module, block.file);
        let steps = modules(&scope.address);
        let value = match steps.as_deref().and_then(|steps| steps.last()) {
            None => match self.known.variables.get(name).copied() {
                Some(raw) => Some(self.plain(raw, &own)?),
                None => None,
            },
            Some(last) => {
                let key = last.key.map_or_else(String::new, |key| format!("[{key}]"));
                let tail = format!("module.{}{key}", last.name);
                let caller =
                    scope.address.strip_suffix(&tail).map_or("", |start| start.trim_end_matches('.'));
                let mut outer = self.scope(caller, scope)?;
                let Some(call) = outer.module.calls.get(last.name) else {
                    return Err(scope.unmodelled(span, format!("`{tail}` is not in the sources")));
                };
                (outer.file, outer.key, outer.block) = (call.file, key, Some(call));
                let argument = call.inner.get_attribute(name).map(|argument| &argument.value);
                let what = format!("{}.var.{name}", scope.address);
                let plan = self.configured(&outer, &["module_calls", last.name, "expressions", name])?;
                if argument.is_none() && plan.is_some() {
                    return Err(outer.differs(call.inner.span(), &format!("`{what}`")));
                }
                self.guarded(&what, span.clone(), scope, |evaluator| {
                    let Some(argument) = argument else { return Ok(None) };
                    evaluator.compare_expression(argument, plan, &what, &outer)?;
                    evaluator.expression(argument, &outer).map(Some)
                })?
            }
        };
        let is_nullable =
            block.inner.get_attribute("nullable").is_none_or(|it| it.value.as_bool() == Some(true));
        let value = value.filter(|value| is_nullable || *value != Value::Null);
        let (value, default) = match (value, block.inner.get_attribute("default")) {
            (Some(value), _) => (value, None),
            (None, Some(default)) => (self.expression(&default.value, &own)?, Some(&default.value)),
            (None, None) => {
                return Err(scope.unmodelled(span, format!("the plan has no value for `var.{name}`")));
            }
        };
        let value = match block.inner.get_attribute("type") {
            Some(kind) => types::convert(self, value, &kind.value, &own)?,
            None => value,
        };
        if let Some(default) = default {
            let what = format!("the default of var.{name}");
            match self.configured(&own, &["variables", name, "default"])? {
                Some(plan) => self.compare_value(&value, plan, default, &what, &own)?,
                None if value == Value::Null => {}
                None => return Err(own.differs(default.span(), &format!("`{what}`"))),
            }
        }
        Ok(value)
    }

    fn local(&mut self, name: &str, span: Option<Range<usize>>, scope: &Scope<'a>) -> Outcome {
        let module = scope.module;
        let Some(local) = module.locals.get(name) else {
            return Err(scope.unmodelled(span, format!("`local.{name}` is not in the sources")));
        };
        let own = Scope::new(&scope.address, module, local.file);
        self.guarded(&format!("{}.local.{name}", scope.address), span, scope, |evaluator| {
            evaluator.expression(&local.inner, &own)
        })
    }

    /// Evaluates the value of a name, unless it is being evaluated already.
    fn guarded<T>(
        &mut self,
        name: &str,
        span: Option<Range<usize>>,
        scope: &Scope<'a>,
        evaluate: impl FnOnce(&mut Self) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        if self.active.iter().any(|active| active == name) {
            let name = name.trim_start_matches('.');
            return Err(scope.unmodelled(span, format!("`{name}` refers to itself")));
        }
        self.active.push(name.to_owned());
        let value = evaluate(self);
        self.active.pop();
        value
    }

    fn each(&mut self, name: &str, span: Option<Range<usize>>, scope: &Scope<'a>) -> Outcome {
        let key = scope.key.strip_prefix('[').and_then(|key| key.strip_suffix(']'));
        let key = key.and_then(|key| serde_json::from_str::<String>(key).ok());
        let (Some(key), Some(block)) = (key, scope.block) else {
            return Err(scope.unmodelled(span, format!("`each.{name}` without a key")));
        };
        match (name, block.inner.get_attribute("for_each")) {
            ("key", _) => Ok(Value::Text(key)),
            ("value", Some(each)) => {
                let outer = Scope::new(&scope.address, scope.module, block.file);
                if let Some(plan) = self.for_each_of(block, scope)? {
                    self.compare_expression(&each.value, Some(plan), "for_each", &outer)?;
                }
                match self.expression(&each.value, &outer)? {
                    Value::Map(map) => match map.get(&key) {
                        Some(value) => Ok(value.clone()),
                        None => {
                            Err(scope.unmodelled(span, "the key of an instance is not in its `for_each`"))
                        }
                    },
                    Value::Set(_) => Ok(Value::Text(key)),
                    _ => Err(scope.unmodelled(span, "a `for_each` that is not known yet")),
                }
            }
            _ => Err(scope.unmodelled(span, format!("`each.{name}`"))),
        }
    }

    /// Returns the plan's configuration of the `for_each` of a block.
    fn for_each_of(&self, block: &Item<Body>, scope: &Scope<'a>) -> Result<Option<Raw<'t>>, Failure> {
        let is_it = |item: &Item<Body>| std::ptr::eq(item, block);
        if let Some((name, _)) = scope.module.calls.iter().find(|(_, item)| is_it(item)) {
            return self.configured(scope, &["module_calls", name, "for_each_expression"]);
        }
        let Some((name, _)) = scope.module.resources.iter().find(|(_, item)| is_it(item)) else {
            return Ok(None);
        };
        let resource = self.resource_of(name, scope)?;
        let member = resource.map(|raw| raw.member(self.known.text, "for_each_expression")).transpose();
        member.map(Option::flatten).map_err(|fault| scope.unmodelled(None, fault.message))
    }

    /// Returns the plan's configuration of a resource of the module.
    pub(super) fn resource_of(&self, name: &str, scope: &Scope<'_>) -> Result<Option<Raw<'t>>, Failure> {
        let text = self.known.text;
        for resource in self.configured(scope, &["resources"])?.elements() {
            let address =
                resource.member(text, "address").map_err(|fault| scope.unmodelled(None, fault.message))?;
            if address.owned() == name {
                return Ok(Some(resource));
            }
        }
        Ok(None)
    }

    /// Evaluates attributes, indexes and splats of a value.
    fn operators(&mut self, value: Value, operators: Operators<'_>, scope: &Scope<'a>) -> Outcome {
        let mut value = value;
        let mut operators = operators;
        while let Some((first, rest)) = operators.split_first() {
            let span = first.span();
            value = match first.value() {
                TraversalOperator::GetAttr(name) => self.member(value, name.as_str(), span, scope)?,
                TraversalOperator::LegacyIndex(index) => {
                    self.element(value, &Value::Number(index.value().to_string()), span, scope)?
                }
                TraversalOperator::Index(index) => {
                    let index = self.expression(index, scope)?;
                    self.element(value, &index, span, scope)?
                }
                TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_) => {
                    let is_full = matches!(first.value(), TraversalOperator::FullSplat(_));
                    let is_inner = |one: &hcl_edit::Decorated<TraversalOperator>| {
                        is_full || matches!(one.value(), TraversalOperator::GetAttr(_))
                    };
                    let end = rest.iter().position(|one| !is_inner(one)).unwrap_or(rest.len());
                    let Some((inner, after)) = rest.split_at_checked(end) else {
                        broken("a place in a list is not beyond its end")
                    };
                    operators = after;
                    value = self.splat(value, inner, span, scope)?;
                    continue;
                }
            };
            operators = rest;
        }
        Ok(value)
    }

    fn splat(
        &mut self,
        value: Value,
        inner: Operators<'_>,
        span: Option<Range<usize>>,
        scope: &Scope<'a>,
    ) -> Outcome {
        let elements = match value {
            Value::List(list) | Value::Set(list) => list,
            Value::Null => Vec::new(),
            Value::Any(_) => return self.derived("a splat", true, span, scope),
            other => vec![other],
        };
        let values = elements.into_iter().map(|element| self.operators(element, inner, scope));
        values.collect::<Result<Vec<Value>, Failure>>().map(Value::List)
    }

    fn member(&mut self, value: Value, name: &str, span: Option<Range<usize>>, scope: &Scope<'a>) -> Outcome {
        match value {
            Value::Map(map) => match map.get(name) {
                Some(value) => Ok(value.clone()),
                None => Err(scope.unmodelled(span, format!("the value has no attribute `{name}`"))),
            },
            Value::Any(_) => self.derived(&format!("an attribute `{name}`"), true, span, scope),
            Value::Lazy(number) => match self.lazy.get(number).cloned() {
                Some(Lazy::Resource(number)) => self.attribute(number, name, span, scope),
                Some(Lazy::Module(address)) => {
                    let mut inner = self.scope(&address, scope)?;
                    let Some(output) = inner.module.outputs.get(name) else {
                        return Err(
                            scope.unmodelled(span, format!("`{address}.{name}` is not in the sources"))
                        );
                    };
                    inner.file = output.file;
                    let Some(value) = output.inner.get_attribute("value") else {
                        return Err(scope.unmodelled(span, format!("`{address}.{name}` has no value")));
                    };
                    let what = format!("{address}.output.{name}");
                    let plan = self.configured(&inner, &["outputs", name, "expression"])?;
                    self.guarded(&what, span, scope, |evaluator| {
                        evaluator.compare_expression(&value.value, plan, &what, &inner)?;
                        evaluator.expression(&value.value, &inner)
                    })
                }
                None => Err(scope.unmodelled(span, "an instance")),
            },
            _ => Err(scope.unmodelled(span, format!("the value has no attribute `{name}`"))),
        }
    }

    pub(super) fn element(
        &mut self,
        value: Value,
        index: &Value,
        span: Option<Range<usize>>,
        scope: &Scope<'a>,
    ) -> Outcome {
        if let Value::Any(_) = value {
            return self.derived("an element", true, span, scope);
        }
        let key = self.key(index, span.clone(), scope)?;
        match &value {
            Value::List(list) => match key.parse::<usize>().ok().and_then(|at| list.get(at)) {
                Some(value) => Ok(value.clone()),
                None => Err(scope.unmodelled(span, "the list has no such element")),
            },
            Value::Map(map) => match map.get(&key) {
                Some(value) => Ok(value.clone()),
                None => Err(scope.unmodelled(span, "the map has no such key")),
            },
            Value::Lazy(_) => self.member(value, &key, span, scope),
            _ => Err(scope.unmodelled(span, "the value has no elements")),
        }
    }

    /// Returns an attribute of an instance: the plan's value, a text that AWS makes, or an unknown value.
    fn attribute(
        &mut self,
        number: usize,
        name: &str,
        span: Option<Range<usize>>,
        scope: &Scope<'a>,
    ) -> Outcome {
        let known = self.known;
        let Some(instance) = known.instances.get(number) else {
            return Err(scope.unmodelled(span, "an instance"));
        };
        let read = |raw: Option<Raw<'t>>| match raw {
            Some(raw) => {
                raw.member(known.text, name).map_err(|fault| scope.unmodelled(span.clone(), fault.message))
            }
            None => Ok(None),
        };
        let (value, unknown) = (read(instance.values)?, read(instance.unknown)?);
        if unknown.is_some_and(Raw::is_true) {
            if instance.kind == "aws_iam_policy_document" && matches!(name, "json" | "minified_json") {
                let name = instance.address.clone();
                return self
                    .guarded(&name, span, scope, |evaluator| document::text(evaluator, number, scope));
            }
            if let Some(text) = self.formed(number, name, scope) {
                return text;
            }
            return self.unknown(&format!("{}.{name}", instance.address), None, scope);
        }
        match value {
            Some(value) => self.planned(value, unknown, &format!("{}.{name}", instance.address), scope),
            None => {
                Err(scope.unmodelled(span, format!("the plan has no value of `{}.{name}`", instance.address)))
            }
        }
    }

    /// Returns a value of the plan that is wholly known.
    fn plain(&mut self, raw: Raw<'t>, scope: &Scope<'a>) -> Outcome {
        self.planned(raw, None, "", scope)
    }

    /// Returns a value of the plan, with signs where it is not known.
    fn planned(&mut self, raw: Raw<'t>, unknown: Option<Raw<'t>>, name: &str, scope: &Scope<'a>) -> Outcome {
        if unknown.is_some_and(Raw::is_true) {
            return self.unknown(name, None, scope);
        }
        self.charge(1 + raw.text().len() / 64, None, scope)?;
        if !unknown.is_some_and(|unknown| unknown.text().contains("true")) {
            let value = serde_json::from_str::<serde_json::Value>(raw.text()).ok();
            return match value.and_then(|value| super::json::decode(&value)) {
                Some(value) if !value.is_known() => {
                    Err(scope.unmodelled(None, "a text with characters for private use"))
                }
                Some(value) => Ok(value),
                None => Err(scope.unmodelled(None, format!("the plan's value of `{name}`"))),
            };
        }
        if raw.is_array() {
            // It may be a set, whose order and length are not known.
            return self.unknown(name, None, scope);
        }
        let marks: BTreeMap<String, Raw<'t>> = unknown
            .map_or_else(Vec::new, Raw::members)
            .into_iter()
            .map(|(key, mark)| (key.into_owned(), mark))
            .collect();
        let mut map = BTreeMap::new();
        for (key, value) in raw.members() {
            let mark = marks.get(&*key).copied();
            let inner = format!("{name}.{key}");
            map.insert(key.into_owned(), self.planned(value, mark, &inner, scope)?);
        }
        for (key, mark) in marks {
            if map.contains_key(&key) || !mark.text().contains("true") {
                continue;
            }
            let value = self.unknown(&format!("{name}.{key}"), None, scope)?;
            map.insert(key, value);
        }
        Ok(Value::Map(map))
    }
}

fn attribute(operator: &TraversalOperator) -> Option<&str> {
    match operator {
        TraversalOperator::GetAttr(name) => Some(name.as_str()),
        _ => None,
    }
}

fn keys_of(value: &Value, scope: &Scope<'_>, span: Option<Range<usize>>) -> Result<Vec<String>, Failure> {
    let failure = || scope.unmodelled(span.clone(), "a `for_each` that is not known yet");
    match value {
        Value::Map(map) => Ok(map.keys().cloned().collect()),
        Value::Set(list) if value.is_known() => {
            list.iter().map(|one| one.as_text().ok_or_else(failure)).collect()
        }
        _ => Err(failure()),
    }
}
