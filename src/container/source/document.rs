//! Builds the text of `aws_iam_policy_document` data sources that are read during apply, with the values of their expressions.

use super::evaluator::{Evaluator, Outcome, Scope, pairs, within_block};
use super::value::{Failure, Value, encoded, is_any_sign};
use crate::container::hole::is_sign;
use crate::container::plan::{Arguments, Made, make};
use crate::container::raw::Raw;
use hcl_edit::Span as _;
use hcl_edit::expr::Expression;
use hcl_edit::structure::{Block, Body, Structure};
use serde_json::{Map, Value as Json};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

const TEXTS: [&str; 4] = ["sid", "effect", "test", "variable"];
const BLOCKS: [(&str, &str); 3] = [("principals", "type"), ("not_principals", "type"), ("condition", "test")];

/// Returns the text of a document by the number of its instance.
pub(super) fn text<'a>(evaluator: &mut Evaluator<'a, '_>, number: usize, scope: &Scope<'a>) -> Outcome {
    let known = evaluator.known;
    let Some(instance) = known.instances.get(number) else {
        return Err(scope.unmodelled(None, "an instance"));
    };
    let module = evaluator.scope(&instance.module, scope)?;
    let Some(item) = module.module.resources.get(&instance.configured) else {
        return Err(scope.unmodelled(None, format!("`{}` is not in the sources", instance.address)));
    };
    let own = within_block(&module, item, &instance.key);
    let place = item.inner.span();
    let mut members = Map::new();
    let mut merged: [Vec<Option<String>>; 2] = Default::default();
    let mut documents = Map::new();
    let configured = evaluator.resource_of(&instance.configured, &module)?;
    let expressions = configured.map(|raw| raw.member(known.text, "expressions")).transpose();
    let expressions = expressions.map_err(|fault| own.unmodelled(None, fault.message))?.flatten();
    let mut statements = Vec::new();
    for structure in &item.inner {
        match structure {
            Structure::Attribute(attribute) => {
                let name = attribute.key.as_str();
                let span = attribute.span();
                match name {
                    "count" | "for_each" | "depends_on" | "provider" => continue,
                    _ => {}
                }
                if let Some(expressions) = expressions {
                    let plan = expressions.member(known.text, name);
                    let plan = plan.map_err(|fault| own.unmodelled(None, fault.message))?;
                    let what = format!("{}.{name}", instance.address);
                    evaluator.compare_expression(&attribute.value, plan, &what, &own)?;
                }
                let value = evaluator.expression(&attribute.value, &own)?;
                if let ("source_policy_documents" | "override_policy_documents", Some(list)) =
                    (name, value.elements())
                {
                    let json = |one: &Value| one.as_text().map_or(Json::Null, Json::String);
                    documents.insert(name.to_owned(), list.iter().map(json).collect());
                }
                match (name, value) {
                    (_, Value::Null) => {}
                    ("version" | "policy_id", Value::Text(text)) if !text.contains(is_any_sign) => {
                        members.insert(name.to_owned(), Json::String(text));
                    }
                    ("source_policy_documents", value) => merged[0] = texts(evaluator, &value, span, &own)?,
                    ("override_policy_documents", value) => merged[1] = texts(evaluator, &value, span, &own)?,
                    _ => return Err(own.unmodelled(span, format!("`{name}` of a policy document"))),
                }
            }
            Structure::Block(block) => {
                for (body, inner) in bodies(evaluator, block, "statement", &own)? {
                    statements.push(Json::Object(statement(evaluator, body, &inner)?));
                }
            }
        }
    }
    members.insert("statement".to_owned(), Json::Array(statements));
    let arguments = Json::Object(members.clone());
    documents.extend(members);
    let all = Json::Object(documents);
    compare(&all, instance.values, instance.unknown, &instance.address, &own)?;
    let arguments = arguments.to_string();
    let raw = Raw::whole(&arguments).ok_or_else(|| own.unmodelled(place.clone(), "a policy document"))?;
    let [sources, overrides] = merged;
    let values = BTreeMap::new();
    let unknown_name = String::new();
    let arguments_of =
        Arguments { after: raw, unknown: None, sources, overrides, unknown_name, values: &values };
    match make(&arguments, &arguments_of) {
        Ok(Made::Text(text)) => {
            let inside = |letter: char| if is_sign(letter) { encoded(letter) } else { Some(letter) };
            match text.chars().map(inside).collect::<Option<String>>() {
                Some(text) => evaluator.text(text, place, &own),
                None => Err(own.unmodelled(place, "too many unknown values")),
            }
        }
        Ok(Made::Partly(..)) => Err(own.unmodelled(place, "a policy document")),
        Ok(Made::Unknown(reason)) => Err(own.unmodelled(place, reason)),
        Err(fault) => Err(own.unmodelled(place, fault.message)),
    }
}

/// Returns the bodies of a block and of what a `dynamic` block makes, each with its scope.
pub(super) fn bodies<'a, 'b>(
    evaluator: &mut Evaluator<'a, '_>,
    block: &'b Block,
    wanted: &str,
    scope: &Scope<'a>,
) -> Result<Vec<(&'b Body, Scope<'a>)>, Failure> {
    if block.ident.as_str() == wanted {
        return Ok(vec![(&block.body, scope.clone())]);
    }
    let label = block.labels.first().map(|label| label.as_str());
    let unmodelled = |what: &str| Err(scope.unmodelled(block.span(), what));
    if block.ident.as_str() != "dynamic" || label != Some(wanted) {
        return unmodelled(&format!("the block `{}` of a policy document", block.ident.as_str()));
    }
    let Some(each) = block.body.get_attribute("for_each") else { return unmodelled("a dynamic block") };
    let name = match block.body.get_attribute("iterator").map(|iterator| &iterator.value) {
        Some(Expression::Variable(name)) => name.as_str(),
        Some(_) => return unmodelled("an iterator"),
        None => wanted,
    };
    let Some(content) = block.body.get_blocks("content").next() else { return unmodelled("a dynamic block") };
    let each = evaluator.expression(&each.value, scope)?;
    let Some(pairs) = pairs(&each) else { return unmodelled("a `for_each` that is not known yet") };
    let scoped = pairs.into_iter().map(|(key, value)| {
        let iterator = [("key".to_owned(), key), ("value".to_owned(), value)];
        (&content.body, scope.with([(name.to_owned(), Value::Map(iterator.into()))]))
    });
    Ok(scoped.collect())
}

fn statement<'a>(
    evaluator: &mut Evaluator<'a, '_>,
    body: &Body,
    scope: &Scope<'a>,
) -> Result<Map<String, Json>, Failure> {
    let mut members = Map::new();
    for structure in body {
        match structure {
            Structure::Attribute(attribute) => {
                let name = attribute.key.as_str();
                let value = evaluator.expression(&attribute.value, scope)?;
                if let Some(value) = argument(evaluator, name, &value, attribute.span(), scope)? {
                    members.insert(name.to_owned(), value);
                }
            }
            Structure::Block(block) => {
                let label = block.labels.first().map_or(block.ident.as_str(), |label| label.as_str());
                let Some((name, _)) = BLOCKS.iter().find(|(name, _)| *name == label) else {
                    return Err(scope.unmodelled(block.span(), format!("the block `{label}`")));
                };
                for (body, inner) in bodies(evaluator, block, name, scope)? {
                    let mut fields = Map::new();
                    for attribute in body.attributes() {
                        let field = attribute.key.as_str();
                        let value = evaluator.expression(&attribute.value, &inner)?;
                        if let Some(value) = argument(evaluator, field, &value, attribute.span(), &inner)? {
                            fields.insert(field.to_owned(), value);
                        }
                    }
                    if body.blocks().next().is_some() {
                        return Err(scope.unmodelled(block.span(), format!("a block in `{label}`")));
                    }
                    match members.entry((*name).to_owned()).or_insert_with(|| Json::Array(Vec::new())) {
                        Json::Array(list) => list.push(Json::Object(fields)),
                        _ => return Err(scope.unmodelled(block.span(), format!("the block `{label}`"))),
                    }
                }
            }
        }
    }
    Ok(members)
}

/// Returns the value of an argument: a text, or a list of texts.
fn argument<'a>(
    evaluator: &mut Evaluator<'a, '_>,
    name: &str,
    value: &Value,
    span: Option<Range<usize>>,
    scope: &Scope<'a>,
) -> Result<Option<Json>, Failure> {
    let mut text = |value: &Value| match value.as_text() {
        Some(text) => written(evaluator, &text, span.clone(), scope),
        None => Err(scope.unmodelled(span.clone(), format!("the value of `{name}`"))),
    };
    Ok(match value {
        Value::Null => None,
        Value::List(list) | Value::Set(list) => {
            let texts = list.iter().map(|value| text(value).map(Json::String));
            Some(Json::Array(texts.collect::<Result<Vec<Json>, Failure>>()?))
        }
        Value::Any(_) if !is_text(name) => Some(Json::Array(vec![Json::String(text(value)?)])),
        value => {
            let text = text(value)?;
            if text.contains(is_any_sign) {
                return Err(
                    scope.unmodelled(span.clone(), format!("the `{name}` of a statement is not known yet"))
                );
            }
            Some(Json::String(text))
        }
    })
}

fn is_text(name: &str) -> bool {
    name == "type" || TEXTS.contains(&name)
}

/// Returns a text of a document. The provider writes `&{` as `${`, so an unknown text that may hold `&` becomes another one.
fn written<'a>(
    evaluator: &mut Evaluator<'a, '_>,
    text: &str,
    span: Option<Range<usize>>,
    scope: &Scope<'a>,
) -> Result<String, Failure> {
    let mut out = String::new();
    for letter in text.chars() {
        if !is_any_sign(letter) {
            out.push(letter);
            continue;
        }
        if !is_sign(letter) || out.ends_with('&') {
            return Err(scope.unmodelled(span, "JSON, or `&`, with unknown parts in a policy document"));
        }
        match evaluator.shape(letter).is_some_and(|shape| shape.may_hold('&')) {
            false => out.push(letter),
            true => {
                let is_any =
                    evaluator.unknowns.iter().any(|unknown| unknown.sign == letter && unknown.is_any);
                let value = evaluator.again(letter, is_any && text.chars().count() == 1, scope)?;
                out.push_str(&value);
            }
        }
    }
    Ok(out)
}

/// Returns the texts of documents to be merged; `None` for one that is not known.
fn texts<'a>(
    evaluator: &mut Evaluator<'a, '_>,
    value: &Value,
    span: Option<Range<usize>>,
    scope: &Scope<'a>,
) -> Result<Vec<Option<String>>, Failure> {
    let Some(list) = value.elements() else {
        return Err(scope.unmodelled(span, "documents to merge that are not known yet"));
    };
    let text = |value: &Value| match value {
        Value::Text(text) => evaluator.as_json(text).map(Some).ok_or_else(|| {
            scope.unmodelled(span.clone(), "a document to merge with unknown parts that may change its JSON")
        }),
        _ => Ok(None),
    };
    list.iter().map(text).collect()
}

/// Compares the arguments with those that the plan knows.
fn compare(
    ours: &Json,
    values: Option<Raw<'_>>,
    unknown: Option<Raw<'_>>,
    address: &str,
    scope: &Scope<'_>,
) -> Result<(), Failure> {
    // A part that is absent is null; one that cannot be read makes the configuration useless for this document.
    let read = |raw: Option<Raw<'_>>| match raw {
        None => Ok(Json::Null),
        Some(raw) => serde_json::from_str::<Json>(raw.text())
            .map_err(|_| scope.unmodelled(None, format!("a part of {address} in the plan cannot be read"))),
    };
    let (plan, marks) = (read(values)?, read(unknown)?);
    match differs(ours, &plan, &marks) {
        true => {
            let span = scope.block.and_then(|block| block.inner.span());
            Err(scope.differs(span, &format!("the arguments of `{address}`")))
        }
        false => Ok(()),
    }
}

/// Blocks in a set that are compared; more of them count as different.
const MOST_BLOCKS: usize = 1_000;

/// True if a known value of the plan is another one than ours.
fn differs(ours: &Json, plan: &Json, marks: &Json) -> bool {
    const EMPTY: Json = Json::Null;
    if *marks == Json::Bool(true) {
        return false;
    }
    let is_empty = |value: &Json| match value {
        Json::Null => true,
        Json::String(text) => text.is_empty(),
        Json::Array(list) => list.is_empty(),
        _ => false,
    };
    if is_empty(plan) && !marks.to_string().contains("true") {
        return !is_empty(ours);
    }
    match (ours, plan) {
        (Json::Object(ours), Json::Object(plan)) => {
            // Arguments that the provider computes are not configured.
            ["version", "policy_id", "statement", "sid", "effect", "actions", "not_actions", "resources"]
                .iter()
                .chain(&["not_resources", "principals", "not_principals", "condition"])
                .chain(&["type", "identifiers", "test", "variable", "values"])
                .chain(&["source_policy_documents", "override_policy_documents"])
                .any(|name| {
                    let member = |map: &Map<String, Json>| map.get(*name).cloned().unwrap_or(EMPTY);
                    // The default.
                    let is_default = |value: &Json| value.as_str() == Some("2012-10-17") || value.is_null();
                    if *name == "version" && is_default(&member(ours)) && is_default(&member(plan)) {
                        return false;
                    }
                    differs(&member(ours), &member(plan), marks.get(name).unwrap_or(&EMPTY))
                })
        }
        (Json::Array(ours), Json::Array(plan)) => {
            if ours.iter().all(Json::is_string) && plan.iter().all(|one| one.is_string() || one.is_null()) {
                return texts_differ(ours, plan, marks);
            }
            // Blocks in sets have no order.
            let is_set = plan.iter().any(|block| block.get("type").or(block.get("test")).is_some());
            if is_set {
                let mark = |at: usize| marks.get(at).unwrap_or(&EMPTY);
                let is_same = |ours: &Json, at: usize, plan: &Json| !differs(ours, plan, mark(at));
                let has_ours = |(at, plan): (usize, &Json)| ours.iter().any(|ours| is_same(ours, at, plan));
                let has_plan = |ours: &Json| plan.iter().enumerate().any(|(at, one)| is_same(ours, at, one));
                return ours.len() != plan.len()
                    || ours.len() > MOST_BLOCKS
                    || !plan.iter().enumerate().all(has_ours)
                    || !ours.iter().all(has_plan);
            }
            ours.len() != plan.len()
                || ours
                    .iter()
                    .zip(plan)
                    .enumerate()
                    .any(|(index, (ours, plan))| differs(ours, plan, marks.get(index).unwrap_or(&EMPTY)))
        }
        (ours, plan) => ours != plan,
    }
}

/// True if lists of texts differ: what the plan knows has to be ours, and each of our other texts is one that it does not know.
fn texts_differ(ours: &[Json], plan: &[Json], marks: &Json) -> bool {
    let known: BTreeSet<&str> = plan.iter().filter_map(Json::as_str).collect();
    let own: BTreeSet<&str> = ours.iter().filter_map(Json::as_str).collect();
    let rest = ours.iter().filter_map(Json::as_str).filter(|text| !known.contains(text)).count();
    let is_open = |at: usize| marks.get(at).is_some_and(|mark| mark == &Json::Bool(true));
    let open = plan.iter().enumerate().filter(|(at, one)| one.is_null() && is_open(*at)).count();
    !known.is_subset(&own) || rest != open || known.iter().any(|text| text.contains(is_any_sign))
}
