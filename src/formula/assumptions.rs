//! The named assumptions that take part in an answer.

use super::memory::Memory;
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
    let mut listed = Touched::default();
    for pattern in asked.access().into_iter().flatten().flat_map(|entry| &entry.resources) {
        listed.resource(pattern);
    }
    found.touched(&listed, reading);
    for document in asked.documents() {
        match document.statements.derived::<Memory>() {
            Some(memory) => found.touched(memory.touched(document), reading),
            None => found.touched(&Touched::of(&document.statements), reading),
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

    /// Of what statements touch, what is so as the check reads them.
    fn touched(&mut self, touched: &Touched, reading: &Reading<'_>) {
        let is_resource = reading.policy_type == PolicyType::Resource;
        let whole = reading.allows_whole_resource;
        let single = |key: &str| !reading.is_multivalued(key);
        let names = [
            (touched.completed, "short-arns-are-completed"),
            (touched.wild_fields && !reading.strict_arn, "resource-fields-do-not-cross-colons"),
            (touched.variables, "variable-values-are-literal"),
            (
                whole && (touched.expanded || touched.without_resource && !reading.resource_unconstrained),
                "missing-resource-is-star",
            ),
            (touched.unlisted.iter().map(|key| &**key).any(single), "unlisted-keys-are-single-valued"),
            (is_resource && touched.accounts, "one-partition"),
            (is_resource && touched.exempt_accounts, "account-alone-in-notprincipal-exempts-all"),
            (is_resource && touched.wild_principals, "principal-wildcards-are-globs"),
        ];
        names.into_iter().filter(|(is_so, _)| *is_so).for_each(|(_, name)| self.add(name));
    }
}

/// What of statements, or of listed access, decided readings are about.
#[derive(Debug, Default)]
pub(super) struct Touched {
    /// A resource with fewer than six fields.
    completed: bool,
    /// A resource with wildcards or variables in one of the first five fields.
    wild_fields: bool,
    /// A policy variable in a pattern.
    variables: bool,
    /// An Allow statement with a resource that the service expands.
    expanded: bool,
    /// An Allow statement without `Resource`.
    without_resource: bool,
    /// Keys in no table whose values matter.
    unlisted: Vec<Box<str>>,
    /// An account among the principals.
    accounts: bool,
    /// One, or a canonical user, whom a Deny exempts.
    exempt_accounts: bool,
    /// Principals with wildcards.
    wild_principals: bool,
}

impl Touched {
    pub(super) fn of(statements: &[Statement]) -> Touched {
        let mut touched = Touched::default();
        for statement in statements {
            for pattern in statement.resource.iter().flat_map(|r| &r.values) {
                touched.resource(&pattern.value);
            }
            if statement.effect.value == Effect::Allow {
                let expanded = |p: &Spanned<ResourcePattern>| p.value.shape == ResourceShape::Abbreviation;
                match &statement.resource {
                    Some(r) => touched.expanded |= !r.negated && r.values.iter().any(expanded),
                    None => touched.without_resource = true,
                }
            }
            statement.conditions.iter().for_each(|c| touched.condition(c));
            touched.principals(statement);
        }
        touched
    }

    fn resource(&mut self, pattern: &ResourcePattern) {
        if let ResourceShape::Arn { fields, completed } = &pattern.shape {
            self.completed |= completed;
            self.wild_fields |= !completed && fields.iter().take(5).any(|f| f.as_literal().is_none());
        }
        self.variables |= pattern.template.has_variables();
        self.variables_of(&pattern.template);
    }

    fn condition(&mut self, condition: &Condition) {
        let base = condition.operator.value.base;
        if base == OperatorBase::Null {
            // Whether a key is there does not depend on how many values it has.
            return;
        }
        self.key(&condition.key.value.name);
        let wildcards = matches!(base, OperatorBase::StringLike | OperatorBase::StringNotLike)
            || base.family() == OperatorFamily::Arn;
        for template in condition.values.iter().map(|v| &v.value.template) {
            self.variables |= wildcards && template.has_variables();
            self.variables_of(template);
        }
    }

    fn variables_of(&mut self, template: &Template) {
        template.variables().for_each(|v| self.key(&v.key));
    }

    fn key(&mut self, key: &str) {
        if key_info(key).is_none() && !self.unlisted.iter().any(|known| **known == *key) {
            self.unlisted.push(key.into());
        }
    }

    fn principals(&mut self, statement: &Statement) {
        let Some(element) = &statement.principal else { return };
        let listed = || element.values.iter().map(|p| &p.value);
        let account = |p: &Principal| matches!(p.meaning, PrincipalMeaning::Account(_));
        let alias = |p: &Principal| p.meaning == PrincipalMeaning::CanonicalUser;
        self.accounts |= listed().any(account);
        self.exempt_accounts |= element.negated
            && statement.effect.value == Effect::Deny
            && listed().any(|p| account(p) || alias(p));
        let glob = |p: &Principal| match p.kind {
            PrincipalKind::Aws => {
                p.meaning != PrincipalMeaning::AwsAny && p.meaning != PrincipalMeaning::Pattern
            }
            PrincipalKind::Federated | PrincipalKind::Service => true,
            PrincipalKind::CanonicalUser => false,
        };
        self.wild_principals |= listed().any(|p| glob(p) && p.text.contains(['*', '?']));
    }
}
