//! Conditions: operator, key and values as formulas over presence and value atoms.
//!
//! Source: IAM User Guide, "IAM JSON policy elements: Condition operators" (missing keys, negated operators) and "Multivalued
//! context keys" (set operators).

use crate::automata::Pattern;
use crate::code::Code;
use crate::encode::context::Context;
use crate::encode::opaque::{fact_about_key, opaque, opaque_key};
use crate::encode::operand::value_test;
use crate::encode::presence::{matches, presence};
use crate::formula::{Formula, Lit, PatternKey, Site};
use crate::policy::{Condition, Operator, OperatorBase, SetPrefix};
use crate::request::{ValueType, info_of_lower};

/// "The condition is met."
pub(crate) fn compile<'a>(
    formula: &mut Formula<'a>,
    context: &Context<'a>,
    condition: &'a Condition,
    site: Site,
) -> Lit {
    let operator = condition.operator.value;
    let key = &*condition.key.value.name;
    let disputed = condition.values.iter().any(|v| context.is_disputed(&v.value.template));
    if disputed || context.spelled_differently.contains(key) {
        let mut values: Vec<&str> = condition.values.iter().map(|v| &*v.value.text).collect();
        values.sort_unstable();
        let text = format!("{:?} {:?}\0{}", condition.key.value.text, values, opaque_key(condition));
        return formula.opaque(Code::TagKeyInTwoSpellings, text, site);
    }
    if operator.base == OperatorBase::Null {
        return null(formula, context, condition, site);
    }
    let element_count = context.element_counts.get(key).copied();
    let present = presence(formula, context, key, 0);
    if condition.values.is_empty() {
        return match (operator.set, operator.if_exists) {
            (None, false) => opaque(formula, condition, site),
            (Some(SetPrefix::ForAllValues), _) | (None, true) => !present,
            (Some(SetPrefix::ForAnyValue), false) => Lit::FALSE,
            (Some(SetPrefix::ForAnyValue), true) => {
                let undocumented = opaque(formula, condition, site);
                formula.graph.and([!present, undocumented])
            }
        };
    }
    match (operator.set, element_count) {
        (None, None) => {
            let test = test(formula, context, condition, 0, site);
            single(formula, operator, present, test)
        }
        (None, Some(_)) => {
            // A plain operator on a multivalued key is the single-valued test if there is at most one value, and undocumented for
            // more.
            let several = presence(formula, context, key, 1);
            let test = test(formula, context, condition, 0, site);
            let one = single(formula, operator, present, test);
            let undocumented = opaque(formula, condition, site);
            let few = formula.graph.and([!several, one]);
            let many = formula.graph.and([several, undocumented]);
            formula.graph.or([few, many])
        }
        (Some(set), None) => sets(formula, context, condition, set, 1, site),
        (Some(set), Some(count)) => sets(formula, context, condition, set, count, site),
    }
}

/// Applies the missing-key table: a positive operator fails if the key is absent; a negated one and IfExists hold.
fn single(formula: &mut Formula<'_>, operator: Operator, present: Lit, test: Lit) -> Lit {
    if operator.if_exists || operator.base.is_negated() {
        formula.graph.or([!present, test])
    } else {
        formula.graph.and([present, test])
    }
}

/// Returns the test of one value of the key: some policy value matches; for a negated operator, none does.
fn test<'a>(
    formula: &mut Formula<'a>,
    context: &Context<'a>,
    condition: &'a Condition,
    element: u32,
    site: Site,
) -> Lit {
    let tests: Vec<Lit> = condition
        .values
        .iter()
        .map(|value| value_test(formula, context, condition, &value.value, element, site))
        .collect();
    formula.graph.or(tests).negate_if(condition.operator.value.base.is_negated())
}

fn sets<'a>(
    formula: &mut Formula<'a>,
    context: &Context<'a>,
    condition: &'a Condition,
    set: SetPrefix,
    element_count: u32,
    site: Site,
) -> Lit {
    let key = &*condition.key.value.name;
    let mut tests = Vec::new();
    for element in 0..element_count {
        let present = presence(formula, context, key, element);
        let test = test(formula, context, condition, element, site);
        tests.push(match set {
            SetPrefix::ForAnyValue => formula.graph.and([present, test]),
            SetPrefix::ForAllValues => formula.graph.or([!present, test]),
        });
    }
    let first = presence(formula, context, key, 0);
    match set {
        SetPrefix::ForAnyValue => {
            let some = formula.graph.or(tests);
            if condition.operator.value.if_exists {
                let undocumented = fact_about_key(formula, Code::ForAnyValueIfExists, condition, site);
                let absent = formula.graph.and([!first, undocumented]);
                formula.graph.or([some, absent])
            } else {
                some
            }
        }
        SetPrefix::ForAllValues => {
            let all = formula.graph.and(tests);
            if info_of_lower(key).is_some_and(|info| !matches!(info.value, ValueType::String)) {
                // An empty text is not a number, date, address, Boolean or ARN.
                return all;
            }
            // AWS may treat a set of one empty text as an empty set.
            let more = if element_count > 1 { presence(formula, context, key, 1) } else { Lit::FALSE };
            let empty = matches(formula, context, key, 0, PatternKey::built(Pattern::word("")));
            let undocumented = fact_about_key(formula, Code::SetOfOneEmptyValue, condition, site);
            let only_empty = formula.graph.and([first, !more, empty, undocumented]);
            formula.graph.or([all, only_empty])
        }
    }
}

fn null<'a>(formula: &mut Formula<'a>, context: &Context<'a>, condition: &'a Condition, site: Site) -> Lit {
    let wanted: Vec<bool> =
        condition.values.iter().map(|v| v.value.text.eq_ignore_ascii_case("true")).collect();
    match condition.operator.value.set {
        Some(SetPrefix::ForAllValues) => return Lit::TRUE,
        Some(SetPrefix::ForAnyValue) => return Lit::FALSE,
        None if wanted.is_empty() => return opaque(formula, condition, site),
        None => {}
    }
    let present = presence(formula, context, &condition.key.value.name, 0);
    formula.graph.or(wanted.into_iter().map(|absent| present.negate_if(absent)).collect::<Vec<_>>())
}
