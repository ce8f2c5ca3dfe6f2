//! The named assumptions that take part in an answer.

use super::question::Asked;
use super::reading::Reading;
use crate::policy::{
    Condition, Effect, OperatorBase, OperatorFamily, PolicyType, Principal, PrincipalKind, PrincipalMeaning,
    ResourcePattern, ResourceShape, Statement, Template,
};
use crate::request::{HEURISTICS, Heuristic, key_info};
use crate::span::Spanned;

/// A decided reading of something on which sources disagree; see `docs/trust.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Assumption(pub &'static str);

/// The decided readings that the documents touch and the heuristics about the keys they mention, in alphabetical order.
pub fn assumptions(asked: &Asked<'_>, reading: &Reading<'_>, mentioned: &[&str]) -> Vec<Assumption> {
    let mut found = Found::default();
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
            if star {
                found.add("missing-resource-is-star");
            }
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
        let takes_part = |h: &&Heuristic| match h.keys {
            [] => reading.policy_type == PolicyType::Resource,
            keys => keys.iter().any(|key| has(key)) && h.with.is_none_or(has),
        };
        HEURISTICS.iter().filter(takes_part).for_each(|h| found.add(h.name));
    }
    found.0.sort_unstable();
    found.0.into_iter().map(Assumption).collect()
}

/// Names, each once: few, of which most are found again and again.
#[derive(Default)]
struct Found(Vec<&'static str>);

impl Found {
    fn add(&mut self, name: &'static str) {
        if !self.0.contains(&name) {
            self.0.push(name);
        }
    }
}

fn resource(pattern: &ResourcePattern, reading: &Reading<'_>, found: &mut Found) {
    if let ResourceShape::Arn { fields, completed } = &pattern.shape {
        if *completed {
            found.add("short-arns-are-completed");
        } else if !reading.strict_arn && fields.iter().take(5).any(|f| f.as_literal().is_none()) {
            found.add("resource-fields-do-not-cross-colons");
        }
    }
    if pattern.template.has_variables() {
        found.add("variable-values-are-literal");
        variables(&pattern.template, reading, found);
    }
}

fn condition(condition: &Condition, reading: &Reading<'_>, found: &mut Found) {
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
            found.add("variable-values-are-literal");
        }
        variables(template, reading, found);
    }
}

fn variables(template: &Template, reading: &Reading<'_>, found: &mut Found) {
    template.variables().for_each(|v| single_valued(&v.key, reading, found));
}

fn single_valued(key: &str, reading: &Reading<'_>, found: &mut Found) {
    if key_info(key).is_none() && !reading.is_multivalued(key) {
        found.add("unlisted-keys-are-single-valued");
    }
}

fn principals(statement: &Statement, found: &mut Found) {
    let Some(element) = &statement.principal else { return };
    let listed = || element.values.iter().map(|p| &p.value);
    let account = |p: &Principal| matches!(p.meaning, PrincipalMeaning::Account(_));
    let alias = |p: &Principal| p.meaning == PrincipalMeaning::CanonicalUser;
    if listed().any(account) {
        found.add("one-partition");
    }
    if element.negated && statement.effect.value == Effect::Deny && listed().any(|p| account(p) || alias(p)) {
        found.add("account-alone-in-notprincipal-exempts-all");
    }
    let glob = |p: &Principal| match p.kind {
        PrincipalKind::Aws => p.meaning != PrincipalMeaning::AwsAny && p.meaning != PrincipalMeaning::Pattern,
        PrincipalKind::Federated | PrincipalKind::Service => true,
        PrincipalKind::CanonicalUser => false,
    };
    if listed().any(|p| glob(p) && p.text.contains(['*', '?'])) {
        found.add("principal-wildcards-are-globs");
    }
}
