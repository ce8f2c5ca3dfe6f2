//! Conditions whose meaning AWS leaves open, as opaque atoms.

use crate::code::Code;
use crate::formula::{Formula, Lit, Site};
use crate::policy::Condition;

/// Returns the condition as one opaque atom, identified by the operator as written, the key and the sorted values.
pub(crate) fn opaque(formula: &mut Formula<'_>, condition: &Condition, site: Site) -> Lit {
    let rule = match (condition.operator.value.set, condition.values.is_empty()) {
        (_, true) => Code::EmptyValueList,
        (_, false) => Code::PlainOperatorOnSeveralValues,
    };
    formula.opaque(rule, opaque_key(condition), site)
}

/// Returns, as one opaque atom, a fact about a key that does not depend on the values of the condition. Key, operator family and
/// negation identify the atom, so conditions on one key share it and it cancels out between them.
pub(crate) fn fact_about_key(
    formula: &mut Formula<'_>,
    rule: Code,
    condition: &Condition,
    site: Site,
) -> Lit {
    let base = condition.operator.value.base;
    let negation = if base.is_negated() { "not " } else { "" };
    formula.opaque(rule, format!("{negation}{:?} {}", base.family(), condition.key.value.name), site)
}

/// Returns operator, key and sorted values as one text. Values are written as patterns, so a policy variable and the same
/// characters as plain text (version 2008-10-17) differ; they are written with their lengths, so no two lists give the same text.
pub(crate) fn opaque_key(condition: &Condition) -> String {
    let mut values: Vec<String> = condition.values.iter().map(|v| v.value.template.to_string()).collect();
    values.sort_unstable();
    values.dedup();
    let mut key = format!("{} {}", condition.operator.value, condition.key.value.name);
    for value in values {
        key.push_str(&format!("\0{}:{value}", value.len()));
    }
    key
}
