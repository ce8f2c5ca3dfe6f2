//! Evaluates the attributes of resources that a plan leaves unknown, and compares what the plan knows.

use super::document::bodies;
use super::evaluator::{Evaluator, Scope, within_block};
use super::known::{Instance, Known};
use super::module::Item;
use super::policy::Slot;
use super::references::bases;
use super::sources::Sources;
use super::value::{Failure, Value};
use crate::container::entry::Content;
use crate::container::raw::Raw;
use crate::container::text::looks_like_policy;
use hcl_edit::Span as _;
use hcl_edit::expr::Expression;
use hcl_edit::structure::{Block, Body};
use serde_json::Value as Json;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The sources and the plan's values.
#[derive(Debug)]
pub(in crate::container) struct Given<'t> {
    pub(in crate::container) sources: Arc<Sources>,
    pub(in crate::container) known: Known<'t>,
    /// Modules whose known policies were compared, with the first one that differs.
    compared: RefCell<BTreeMap<String, Option<Failure>>>,
    /// Steps that are left for all evaluations of the plan together.
    steps: Cell<usize>,
}

/// Steps of all evaluations of a plan.
const MOST_STEPS: usize = 4_000_000;

impl<'t> Given<'t> {
    pub(in crate::container) fn new(sources: &Arc<Sources>, known: Known<'t>) -> Given<'t> {
        Given {
            sources: Arc::clone(sources),
            known,
            compared: RefCell::default(),
            steps: Cell::new(MOST_STEPS),
        }
    }

    /// Evaluates with the steps that are left.
    fn counted<'a, T>(
        &self,
        evaluator: &mut Evaluator<'a, 't>,
        evaluate: impl FnOnce(&mut Evaluator<'a, 't>) -> T,
    ) -> T {
        evaluator.steps = evaluator.steps.min(self.steps.get());
        let before = evaluator.steps;
        let value = evaluate(evaluator);
        let used = before.abs_diff(evaluator.steps);
        self.steps.set(self.steps.get().checked_sub(used).map_or(0, |left| left));
        value
    }
}

/// Instances of a module whose known policies are compared.
const MOST_COMPARED: usize = 2_000;

/// Elements of lists that are compared; longer ones count as different.
const MOST_ELEMENTS: usize = 1_000;

/// The attribute to be evaluated.
#[derive(Clone, Copy, Debug)]
pub(in crate::container) struct Wanted<'s> {
    /// The address of the resource's instance.
    pub(in crate::container) address: &'s str,
    /// `policy`, `inline_policy["deploy"].policy`
    pub(in crate::container) attribute: &'s str,
    /// The references of the attribute in the plan, if they are those of this attribute alone.
    pub(in crate::container) references: Option<&'s [String]>,
}

/// Returns the policy that an attribute is.
///
/// # Errors
/// The sources do not have the attribute, say something else than the plan, or have an expression that is not modelled.
pub(in crate::container) fn evaluated(
    given: &Given<'_>,
    wanted: Wanted<'_>,
    slot: Slot<'_>,
    values: &BTreeMap<String, String>,
) -> Result<Content, Failure> {
    let known = &given.known;
    let missing = |message: String| Failure { message, place: String::new(), differs: false };
    let instance = known.instances.iter().find(|instance| instance.address == wanted.address);
    let instance = instance.ok_or_else(|| missing("the plan has no values of the resource".to_owned()))?;
    let mut evaluator = Evaluator::new(&given.sources, known, values);
    let (item, scope) = block(&evaluator, instance)?;
    compare_module(given, instance, &scope)?;
    let (expression, inner) =
        given.counted(&mut evaluator, |evaluator| found(evaluator, item, wanted.attribute, &scope))?;
    if let Some(references) = wanted.references {
        let (ours, theirs) = (bases(expression), super::references::of_plan(references));
        if ours != theirs {
            let told = |set: &BTreeSet<String>| set.iter().cloned().collect::<Vec<_>>().join(", ");
            let what = format!(
                "the attribute refers to {} in the plan, and to {} in the sources",
                named(&told(&theirs)),
                named(&told(&ours))
            );
            return Err(Failure { message: what, ..scope.differs(expression.span(), "") });
        }
    }
    let value = given.counted(&mut evaluator, |evaluator| evaluator.expression(expression, &inner))?;
    compare_resource(given, instance, item, &scope)?;
    let place = |failure: Failure| match failure.place.as_str() {
        "" => Failure { message: failure.message.clone(), ..inner.unmodelled(expression.span(), "") },
        _ => failure,
    };
    evaluator.policy(&value, slot, &inner).map_err(place)
}

fn named(list: &str) -> &str {
    if list.is_empty() { "nothing" } else { list }
}

/// Returns the block of an instance with its scope.
fn block<'a>(
    evaluator: &Evaluator<'a, '_>,
    instance: &Instance<'_>,
) -> Result<(&'a Item<Body>, Scope<'a>), Failure> {
    let root = Scope::new("", evaluator.sources.empty(), 0);
    let module = evaluator.scope(&instance.module, &root)?;
    match module.module.resources.get(&instance.configured) {
        Some(item) => Ok((item, within_block(&module, item, &instance.key))),
        None => {
            let message = format!("the sources do not have `{}`", instance.configured);
            Err(Failure { message, ..root.differs(None, "") })
        }
    }
}

/// Finds the expression of an attribute, of the resource or of a block in it.
fn found<'a>(
    evaluator: &mut Evaluator<'a, '_>,
    item: &'a Item<Body>,
    attribute: &str,
    scope: &Scope<'a>,
) -> Result<(&'a Expression, Scope<'a>), Failure> {
    let missing = || {
        let message = format!("the sources do not set `{attribute}`");
        Failure { message, ..scope.unmodelled(item.inner.span(), "") }
    };
    let (top, rest) = attribute.find(['.', '[']).map_or((attribute, ""), |end| attribute.split_at(end));
    if rest.is_empty() {
        let attribute = item.inner.get_attribute(top).ok_or_else(missing)?;
        return Ok((&attribute.value, scope.clone()));
    }
    let (label, name) = rest.rsplit_once('.').ok_or_else(missing)?;
    let is_it = |block: &&Block| {
        let label = block.labels.first().map(|label| label.as_str());
        block.ident.as_str() == top || block.ident.as_str() == "dynamic" && label == Some(top)
    };
    let mut all = Vec::new();
    for block in item.inner.blocks().filter(is_it) {
        all.extend(bodies(evaluator, block, top, scope)?);
    }
    let key = label.strip_prefix('[').and_then(|label| label.strip_suffix(']'));
    let key = key.and_then(|key| serde_json::from_str::<String>(key).ok());
    let mut matching = Vec::new();
    for (body, inner) in all {
        let is_matching = match (&key, body.get_attribute("name")) {
            (Some(key), Some(name)) => evaluator.expression(&name.value, &inner)? == Value::Text(key.clone()),
            (Some(_), None) => false,
            (None, _) => true,
        };
        if is_matching {
            matching.push((body, inner));
        }
    }
    let [(body, inner)] = matching.as_slice() else { return Err(missing()) };
    let attribute = body.get_attribute(name).ok_or_else(missing)?;
    Ok((&attribute.value, inner.clone()))
}

/// Compares the attributes of a resource that the plan knows.
fn compare_resource<'a>(
    given: &'a Given<'_>,
    instance: &Instance<'_>,
    item: &'a Item<Body>,
    scope: &Scope<'a>,
) -> Result<(), Failure> {
    for attribute in item.inner.attributes() {
        let name = attribute.key.as_str();
        if !matches!(name, "count" | "for_each" | "provider" | "depends_on") {
            compare_attribute(given, instance, (name, &attribute.value), scope)?;
        }
    }
    Ok(())
}

/// Compares the policies of a module that the plan knows: those that differ show that the sources are of another plan.
fn compare_module(given: &Given<'_>, instance: &Instance<'_>, scope: &Scope<'_>) -> Result<(), Failure> {
    if let Some(outcome) = given.compared.borrow().get(&instance.module) {
        return outcome.clone().map_or(Ok(()), Err);
    }
    let known = &given.known;
    let of_module = known.instances.iter().filter(|other| other.module == instance.module);
    let is_managed = |other: &&Instance<'_>| !other.configured.starts_with("data.");
    let mut outcome = Ok(());
    for other in of_module.filter(is_managed).take(MOST_COMPARED) {
        let Some(item) = scope.module.resources.get(&other.configured) else { continue };
        let own = within_block(scope, item, &other.key);
        for attribute in item.inner.attributes() {
            let name = attribute.key.as_str();
            let value = other.values.and_then(|values| values.member(known.text, name).ok().flatten());
            let is_policy = value.and_then(Raw::string).is_some_and(|text| looks_like_policy(&text));
            if is_policy && outcome.is_ok() {
                outcome = compare_attribute(given, other, (name, &attribute.value), &own);
            }
        }
    }
    given.compared.borrow_mut().insert(instance.module.clone(), outcome.clone().err());
    outcome
}

fn compare_attribute(
    given: &Given<'_>,
    instance: &Instance<'_>,
    (name, expression): (&str, &Expression),
    scope: &Scope<'_>,
) -> Result<(), Failure> {
    let text = given.known.text;
    let member = |raw: Option<Raw<'_>>| {
        raw.and_then(|raw| raw.member(text, name).ok().flatten())
            .and_then(|raw| serde_json::from_str::<Json>(raw.text()).ok())
    };
    let (Some(plan), marks) = (member(instance.values), member(instance.unknown)) else { return Ok(()) };
    if marks.is_some_and(|marks| marks.to_string().contains("true")) {
        return Ok(());
    }
    let values = BTreeMap::new();
    let mut evaluator = Evaluator::new(&given.sources, &given.known, &values);
    let own = match evaluator.scope(&scope.address, scope) {
        Ok(own) => Scope { file: scope.file, key: scope.key.clone(), ..own },
        Err(failure) => return Err(failure),
    };
    let Some(item) = own.module.resources.get(&instance.configured) else { return Ok(()) };
    let own = Scope { block: Some(item), ..own };
    match given.counted(&mut evaluator, |evaluator| evaluator.expression(expression, &own)) {
        Ok(value) if value.is_known() && !is_same(&value, &plan) => {
            Err(scope.differs(expression.span(), &format!("`{}.{name}`", instance.address)))
        }
        Ok(_) => Ok(()),
        // What cannot be evaluated is not compared; what differs inside of it was.
        Err(failure) if failure.differs || given.steps.get() == 0 => Err(failure),
        Err(_) => Ok(()),
    }
}

/// True if a value is that of the plan: texts of JSON may be laid out otherwise, and empty values are unset ones.
fn is_same(value: &Value, plan: &Json) -> bool {
    let is_empty = match plan {
        Json::Null => true,
        Json::String(text) => text.is_empty(),
        Json::Array(list) => list.is_empty(),
        Json::Object(map) => map.is_empty(),
        Json::Bool(truth) => !truth,
        Json::Number(number) => number.as_f64() == Some(0.0),
    };
    match (value, plan) {
        // The provider has a default.
        (Value::Null, _) => true,
        (Value::List(list) | Value::Set(list), Json::Array(plan)) => {
            // A list in the configuration may be a set of the provider.
            list.len() >= plan.len()
                && list.len() <= MOST_ELEMENTS
                && list.iter().all(|value| plan.iter().any(|other| is_same(value, other)))
                && plan.iter().all(|other| list.iter().any(|value| is_same(value, other)))
        }
        (Value::Map(map), Json::Object(plan)) => {
            map.iter().all(|(key, value)| is_same(value, plan.get(key).unwrap_or(&Json::Null)))
        }
        (Value::List(list) | Value::Set(list), _) => list.is_empty() && is_empty,
        (Value::Map(map), _) => map.is_empty() && is_empty,
        (value, plan) => {
            let theirs = match plan {
                Json::String(text) => text.clone(),
                Json::Null => String::new(),
                other => other.to_string(),
            };
            let Some(ours) = value.as_text() else { return false };
            let json = |text: &str| serde_json::from_str::<Json>(text).ok();
            ours == theirs || json(&ours).is_some_and(|ours| json(&theirs) == Some(ours))
        }
    }
}
