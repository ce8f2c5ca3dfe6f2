//! The policies that a template may contain at one place: one for each way to decide its conditions and parameters with few
//! values.

use super::functions::{Evaluator, Names};
use super::symbols::Symbols;
use crate::code::Code;
use crate::container::hole::{Choice, Hole, World};
use crate::policy::{Json, JsonValue, Rendered, escape};
use crate::span::Span;
use std::collections::{BTreeMap, BTreeSet};

/// A policy that the template may contain.
pub(super) struct Variant<'t> {
    pub(super) choices: BTreeMap<String, Choice>,
    /// The value; `None` if there is none.
    pub(super) value: Option<Json<'t>>,
    pub(super) assumptions: BTreeSet<Code>,
}

/// All policies that a template may contain at one place.
pub(super) struct Variants<'t> {
    pub(super) list: Vec<Variant<'t>>,
    /// The unknown texts in them.
    pub(super) holes: Vec<Hole>,
}

/// Returns the policies that a value may be; `None` if it depends on something that is not modelled, or if there are more than
/// `most`. `condition` is the one under which the template contains the value at all.
pub(super) fn variants<'t>(
    names: &Names<'_, 't>,
    json: &Json<'t>,
    condition: Option<&str>,
    most: usize,
) -> Option<Variants<'t>> {
    let mut open = vec![BTreeMap::new()];
    let mut variants = Variants { list: Vec::new(), holes: Vec::new() };
    let mut evaluations = 0usize;
    while let Some(choices) = open.pop() {
        evaluations += 1;
        if variants.list.len() >= most || evaluations > 2 * most {
            return None;
        }
        let holes = std::mem::take(&mut variants.holes);
        let symbols = Symbols { choices, holes, ..Symbols::default() };
        let mut evaluator = Evaluator::with_symbols(names, symbols);
        let exists = condition.and_then(|name| evaluator.condition(name));
        let needs_more = evaluator.symbols.as_ref().is_some_and(|symbols| symbols.demand.is_some());
        let value = match exists {
            _ if needs_more => None,
            Some(false) => None,
            Some(true) | None => evaluator.value(json, ""),
        };
        let has_faults = !evaluator.faults.is_empty();
        let symbols = evaluator.symbols.take()?;
        variants.holes = symbols.holes;
        match symbols.demand {
            Some(demand) => {
                for (name, choice) in demand.branches().into_iter().rev() {
                    let mut choices = symbols.choices.clone();
                    choices.insert(name, choice);
                    open.push(choices);
                }
            }
            None if symbols.is_unmodelled || has_faults => return None,
            None => {
                let (choices, assumptions) = (symbols.choices, symbols.assumptions);
                variants.list.push(Variant { choices, value, assumptions });
            }
        }
    }
    Some(variants)
}

impl Variants<'_> {
    /// Returns the policy that the template contains, whatever the values are.
    pub(super) fn only(&self) -> Option<&Variant<'_>> {
        match self.list.as_slice() {
            [one]
                if one.assumptions.is_empty()
                    && !one.value.as_ref().is_some_and(|json| self.has_signs(json)) =>
            {
                Some(one)
            }
            _ => None,
        }
    }

    fn has_signs(&self, json: &Json<'_>) -> bool {
        let mut places = Vec::new();
        signs(json, "", &mut places);
        !places.is_empty()
    }

    /// Returns the unknown values with their first places, and the worlds. `None` if an unknown text stands in a JSON text whose
    /// structure it could change.
    pub(super) fn worlds(self) -> Option<(Vec<Hole>, Vec<World>)> {
        let mut places: Vec<(char, String, Span)> = Vec::new();
        for value in self.list.iter().filter_map(|variant| variant.value.as_ref()) {
            signs(value, "", &mut places);
        }
        let mut holes: Vec<Hole> = Vec::new();
        for mut hole in self.holes {
            let Some(sign) = hole.text.as_ref().map(|text| text.sign) else { continue };
            let Some((_, pointer, span)) = places.iter().find(|(own, _, _)| *own == sign) else { continue };
            (hole.pointer, hole.span) = (pointer.clone(), *span);
            holes.push(hole);
        }
        let is_safe = |hole: &Hole| {
            let shape = hole.text.as_ref().map(|text| &text.shape);
            shape.is_some_and(|shape| {
                !('\0'..' ').chain(['"', '\\']).any(|character| shape.may_hold(character))
            })
        };
        let is_text =
            |variant: &Variant<'_>| matches!(&variant.value, Some(Json { kind: JsonValue::String(_), .. }));
        if self.list.iter().any(is_text) && !holes.iter().all(is_safe) {
            return None;
        }
        let mut worlds: Vec<World> = Vec::with_capacity(self.list.len());
        for variant in self.list {
            let policy = variant.value.and_then(|value| match &value.kind {
                JsonValue::String(text) if text.trim().is_empty() => None,
                JsonValue::String(text) => Some(text.to_string()),
                JsonValue::Object(members) if members.is_empty() => None,
                _ => Some(Rendered::of(&value).text().to_owned()),
            });
            let choices = variant.choices.into_iter().collect();
            let assumptions = variant.assumptions.into_iter().collect();
            worlds.push(World { choices, policy, assumptions });
        }
        Some((holes, worlds))
    }
}

/// Collects the signs in a value with their places, in order.
fn signs(json: &Json<'_>, pointer: &str, found: &mut Vec<(char, String, Span)>) {
    match &json.kind {
        JsonValue::String(text) => {
            let signs = text.chars().filter(|character| crate::container::hole::is_sign(*character));
            found.extend(signs.map(|sign| (sign, pointer.to_owned(), json.span)));
        }
        JsonValue::Array(list) => {
            for (place, element) in list.iter().enumerate() {
                signs(element, &format!("{pointer}/{place}"), found);
            }
        }
        JsonValue::Object(members) => {
            for member in members {
                signs(&member.value, &format!("{pointer}/{}", escape(&member.key)), found);
            }
        }
        JsonValue::Null | JsonValue::Bool(_) | JsonValue::Number(_) => {}
    }
}
