//! Policy variables: the keys that a pattern needs, and the pattern where some of them are absent.
//!
//! Source: IAM User Guide, "IAM policy elements: Variables and tags". A variable whose key is absent and that has no default
//! makes its pattern match nothing; a default stands in only for an absent key; multivalued keys never resolve.

use crate::code::Code;
use crate::encode::context::Context;
use crate::encode::presence::presence;
use crate::formula::{Formula, Lit, PatternKey, Site, VariableId, VariablePattern};
use crate::index::broken;
use crate::policy::{Template, Variable};

/// Each default doubles the number of cases; with more than this many the pattern is opaque.
const MAX_DEFAULTS: usize = 4;

/// "The variable's value matches the fields, joined by `:`, with the values of their policy variables put in."
pub(crate) fn template_test<'a>(
    formula: &mut Formula<'a>,
    context: &Context<'a>,
    variable: VariableId,
    fields: &[Template],
    site: Site,
) -> Lit {
    // The names of keys have to live as long as the documents: take them from there.
    let mut required: Vec<&'a str> = Vec::new();
    let mut defaulted: Vec<&'a str> = Vec::new();
    for v in fields.iter().flat_map(Template::variables) {
        let Some(name) = context.key_name(&v.key) else {
            return formula.opaque(Code::PolicyVariable, &*v.key, site);
        };
        let list = if v.default.is_some() { &mut defaulted } else { &mut required };
        if !list.contains(&name) {
            list.push(name);
        }
    }
    // A variable that is used without a default is needed whatever the others have.
    defaulted.retain(|name| !required.contains(name));
    if defaulted.len() > MAX_DEFAULTS {
        let texts: Vec<String> = fields.iter().map(ToString::to_string).collect();
        return formula.opaque(Code::PolicyVariable, texts.join(":"), site);
    }
    let name_of = |key: &str| match context.key_name(key) {
        Some(name) => name,
        None => broken("the keys of a pattern were looked up before"),
    };
    let mut needs = Vec::new();
    for name in &required {
        if context.is_multivalued(name) {
            return Lit::FALSE;
        }
        needs.push(presence(formula, context, name, 0));
    }
    let mut cases = Vec::new();
    for case in 0..1u32 << defaulted.len() {
        let mut parts = if defaulted.is_empty() { std::mem::take(&mut needs) } else { needs.clone() };
        let mut absent: Vec<&str> = Vec::new();
        let mut possible = true;
        for (i, name) in defaulted.iter().enumerate() {
            let is_absent = (case >> i) & 1 == 1;
            parts.push(presence(formula, context, name, 0).negate_if(is_absent));
            if is_absent {
                absent.push(name);
            }
            possible &= is_absent || !context.is_multivalued(name);
        }
        if !possible {
            continue;
        }
        let pattern = VariablePattern::new(fields, &|key| absent.contains(&key), &name_of);
        let Some(pattern) = pattern else { continue };
        let matched = if pattern.keys.is_empty() {
            formula.matches(variable, PatternKey::built(pattern.widen()))
        } else {
            formula.matches_template(variable, pattern, site)
        };
        parts.push(matched);
        cases.push(formula.graph.and(parts));
    }
    formula.graph.or(cases)
}

/// "The value of `value` equals the value of `key`", asked of `key`, whose presence is part of it. That of `value` is not.
pub(crate) fn equal_keys<'a>(
    formula: &mut Formula<'a>,
    context: &Context<'a>,
    key: &'a str,
    value: &'a str,
    site: Site,
) -> Lit {
    let present = presence(formula, context, key, 0);
    let variable = formula.key(key, 0);
    let template =
        Template::from_parts([crate::policy::Part::Variable(Variable { key: value.into(), default: None })]);
    let Some(pattern) = VariablePattern::new(&[template], &|_| false, &|_| value) else {
        return Lit::FALSE;
    };
    let equal = formula.matches_template(variable, pattern, site);
    formula.graph.and([present, equal])
}
