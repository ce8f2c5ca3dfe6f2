//! What one policy value of a condition says about one value of its key.

use super::atom::{PatternKey, Site};
use super::condition::opaque_key;
use super::derive::by_fields;
use super::graph::Lit;
use super::keys::matches;
use super::reading::Reading;
use super::vocabulary::Formula;
use crate::automata::{Builder, Class, Set};
use crate::policy::{Condition, ConditionValue, OperatorBase, OperatorFamily};
use crate::request::{ValueType, key_info};

/// "This value of the key satisfies the (un-negated) operator with this policy value."
pub(super) fn value_test<'a>(
    formula: &mut Formula<'a>,
    reading: &Reading<'a>,
    condition: &'a Condition,
    value: &'a ConditionValue,
    element: u32,
    site: Site,
) -> Lit {
    let key = &*condition.key.value.name;
    let base = condition.operator.value.base;
    if !reads(base.family(), key_info(key).map(|info| info.value)) {
        return undecided(formula, "operator-type-mismatch", condition, element, site);
    }
    if value.template.has_variables() {
        return undecided(formula, "policy-variable", condition, element, site);
    }
    match base.family() {
        OperatorFamily::String => match base {
            OperatorBase::StringEqualsIgnoreCase | OperatorBase::StringNotEqualsIgnoreCase => {
                ignore_case(formula, reading, condition, value, element, site)
            }
            _ => matches(formula, reading, key, element, PatternKey::Glob(&value.template)),
        },
        OperatorFamily::Arn => {
            let fields = value.template.split_fields(5);
            if fields.len() < 6 {
                return literal(formula, "arn-pattern-with-few-fields", condition, value, element, site);
            }
            if value.template.as_literal().is_some() {
                return matches(formula, reading, key, element, PatternKey::Glob(&value.template));
            }
            matches(formula, reading, key, element, PatternKey::Built(by_fields(&fields)))
        }
        OperatorFamily::Bool => match &*value.text.to_ascii_lowercase() {
            text @ ("true" | "false") => {
                let pattern = Builder::default().text_any_case(text).finish();
                matches(formula, reading, key, element, PatternKey::Built(pattern))
            }
            _ => literal(formula, "invalid-bool", condition, value, element, site),
        },
        OperatorFamily::Numeric
        | OperatorFamily::Date
        | OperatorFamily::Binary
        | OperatorFamily::Ip
        | OperatorFamily::Null => undecided(formula, "unmodelled-operator", condition, element, site),
    }
}

/// Whether operators of the family read keys of the type; a key that is not in the table is text for all of them.
fn reads(family: OperatorFamily, value: Option<ValueType>) -> bool {
    let Some(value) = value else { return true };
    match family {
        OperatorFamily::String => matches!(value, ValueType::String | ValueType::Arn | ValueType::Bool),
        OperatorFamily::Arn => value == ValueType::Arn,
        OperatorFamily::Bool => value == ValueType::Bool,
        OperatorFamily::Numeric => matches!(value, ValueType::Number | ValueType::Epoch),
        OperatorFamily::Date => matches!(value, ValueType::Date | ValueType::Epoch),
        OperatorFamily::Ip => value == ValueType::Ip,
        OperatorFamily::Binary => false,
        OperatorFamily::Null => true,
    }
}

const NON_ASCII: Class = Class::ANY.minus(Class::ASCII);

/// Equality without regard to ASCII case; what letters beyond ASCII do is undocumented, in literals and requests alike.
fn ignore_case<'a>(
    formula: &mut Formula<'a>,
    reading: &Reading<'a>,
    condition: &'a Condition,
    value: &'a ConditionValue,
    element: u32,
    site: Site,
) -> Lit {
    let key = &*condition.key.value.name;
    let text = value.template.as_literal().unwrap_or(&value.text);
    if !text.is_ascii() {
        return literal(formula, "ignore-case-beyond-ascii", condition, value, element, site);
    }
    let exact = Builder::default().text_any_case(text).finish();
    let exact = matches(formula, reading, key, element, PatternKey::Built(exact));
    let beyond = Builder::default().many(Class::ANY).one(Set::Class(NON_ASCII)).many(Class::ANY).finish();
    let beyond = matches(formula, reading, key, element, PatternKey::Built(beyond));
    let undocumented = literal(formula, "ignore-case-beyond-ascii", condition, value, element, site);
    let disputed = formula.graph.and([beyond, undocumented]);
    formula.graph.or([exact, disputed])
}

/// The whole condition as one opaque predicate of the element.
fn undecided(
    formula: &mut Formula<'_>,
    rule: &'static str,
    condition: &Condition,
    element: u32,
    site: Site,
) -> Lit {
    formula.opaque(rule, format!("{}\0{element}", opaque_key(condition)), site)
}

/// One policy value as an opaque predicate of the element, kept apart for each operator.
fn literal(
    formula: &mut Formula<'_>,
    rule: &'static str,
    condition: &Condition,
    value: &ConditionValue,
    element: u32,
    site: Site,
) -> Lit {
    let key = format!("{} {}\0{}\0{element}", condition.operator.value, condition.key.value.name, value.text);
    formula.opaque(rule, key, site)
}
