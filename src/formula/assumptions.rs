//! The named assumptions that take part in an answer.

use super::question::Asked;
use super::reading::Reading;
use crate::policy::{
    Condition, Effect, OperatorBase, OperatorFamily, PolicyType, Principal, PrincipalKind, PrincipalMeaning,
    ResourcePattern, ResourceShape, Statement, Template,
};
use crate::request::{HEURISTICS, key_info};
use crate::span::Spanned;

/// A decided reading of something on which sources disagree; see `docs/trust.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Assumption(pub &'static str);

/// The decided readings that the documents touch and the heuristics about the keys they mention, in alphabetical order.
pub fn assumptions(asked: &Asked<'_>, reading: &Reading<'_>, mentioned: &[&str]) -> Vec<Assumption> {
    let mut found = Vec::new();
    for pattern in asked.access().into_iter().flatten().flat_map(|entry| &entry.resources) {
        resource(pattern, reading, &mut found);
    }
    for statement in asked.documents().iter().flat_map(|d| &d.statements) {
        for pattern in statement.resource.iter().flat_map(|r| &r.values) {
            resource(&pattern.value, reading, &mut found);
        }
        if reading.allows_whole_resource && statement.effect.value == Effect::Allow {
            let expanded = |p: &Spanned<ResourcePattern>| p.value.shape == ResourceShape::Abbreviation;
            let star = match &statement.resource {
                Some(element) => !element.negated && element.values.iter().any(expanded),
                None => !reading.resource_unconstrained,
            };
            found.extend(star.then_some("missing-resource-is-star"));
        }
        for c in &statement.conditions {
            condition(c, reading, &mut found);
        }
        if reading.policy_type == PolicyType::Resource {
            principals(statement, &mut found);
        }
    }
    if reading.heuristics {
        let has = |key: &str| mentioned.contains(&key);
        found.extend(
            HEURISTICS
                .iter()
                .filter(|h| match h.keys {
                    [] => reading.policy_type == PolicyType::Resource,
                    keys => keys.iter().any(|key| has(key)) && h.with.is_none_or(has),
                })
                .map(|h| h.name),
        );
    }
    found.sort_unstable();
    found.dedup();
    found.into_iter().map(Assumption).collect()
}

fn resource(pattern: &ResourcePattern, reading: &Reading<'_>, found: &mut Vec<&'static str>) {
    if let ResourceShape::Arn { fields, completed } = &pattern.shape {
        if *completed {
            found.push("short-arns-are-completed");
        } else if !reading.strict_arn && fields.iter().take(5).any(|f| f.as_literal().is_none()) {
            found.push("resource-fields-do-not-cross-colons");
        }
    }
    if pattern.template.has_variables() {
        found.push("variable-values-are-literal");
        variables(&pattern.template, reading, found);
    }
}

fn condition(condition: &Condition, reading: &Reading<'_>, found: &mut Vec<&'static str>) {
    let base = condition.operator.value.base;
    if base == OperatorBase::Null {
        // Whether a key is there does not depend on how many values it has.
        return;
    }
    single_valued(&condition.key.value.name, reading, found);
    let wildcards = matches!(base, OperatorBase::StringLike | OperatorBase::StringNotLike)
        || base.family() == OperatorFamily::Arn;
    for template in condition.values.iter().map(|v| &v.value.template).filter(|t| t.has_variables()) {
        if wildcards {
            found.push("variable-values-are-literal");
        }
        variables(template, reading, found);
    }
}

fn variables(template: &Template, reading: &Reading<'_>, found: &mut Vec<&'static str>) {
    template.variables().for_each(|v| single_valued(&v.key, reading, found));
}

fn single_valued(key: &str, reading: &Reading<'_>, found: &mut Vec<&'static str>) {
    if key_info(key).is_none() && !reading.is_multivalued(key) {
        found.push("unlisted-keys-are-single-valued");
    }
}

fn principals(statement: &Statement, found: &mut Vec<&'static str>) {
    let Some(element) = &statement.principal else { return };
    let listed = || element.values.iter().map(|p| &p.value);
    let account = |p: &Principal| matches!(p.meaning, PrincipalMeaning::Account(_));
    let alias = |p: &Principal| p.meaning == PrincipalMeaning::CanonicalUser;
    if listed().any(account) {
        found.push("one-partition");
    }
    if element.negated && statement.effect.value == Effect::Deny && listed().any(|p| account(p) || alias(p)) {
        found.push("account-alone-in-notprincipal-exempts-all");
    }
    let glob = |p: &Principal| match p.kind {
        PrincipalKind::Aws => p.meaning != PrincipalMeaning::AwsAny && p.meaning != PrincipalMeaning::Pattern,
        PrincipalKind::Federated | PrincipalKind::Service => true,
        PrincipalKind::CanonicalUser => false,
    };
    if listed().any(|p| glob(p) && p.text.contains(['*', '?'])) {
        found.push("principal-wildcards-are-globs");
    }
}
