//! The features of a document on which assumptions depend.

use crate::policy::{
    Condition, Effect, OperatorBase, OperatorFamily, Principal, PrincipalKind, PrincipalMeaning,
    ResourcePattern, ResourceShape, Statement, Statements, Template,
};
use crate::request::multiplicity;
use crate::span::Spanned;

/// Up to this many keys, searching a list is faster than looking into the tables.
const SHORT_LIST: usize = 8;

/// The features of statements, or of listed access, on which assumptions depend.
#[derive(Clone, Debug, Default)]
pub(crate) struct Features {
    /// A resource with fewer than six fields.
    pub(crate) completed: bool,
    /// A resource with wildcards or variables in one of the first five fields.
    pub(crate) wild_fields: bool,
    /// A policy variable in a pattern.
    pub(crate) variables: bool,
    /// An Allow statement with a resource that the service expands.
    pub(crate) expanded: bool,
    /// An Allow statement without `Resource`.
    pub(crate) without_resource: bool,
    /// Keys that are in no table and whose values matter.
    pub(crate) unlisted: Vec<Box<str>>,
    /// An account among the principals.
    pub(crate) accounts: bool,
    /// An account or a canonical user that a Deny exempts.
    pub(crate) exempt_accounts: bool,
    /// Principals with wildcards.
    pub(crate) wild_principals: bool,
    /// An Allow statement for callers who sign in through an identity provider.
    pub(crate) allows_sign_in: bool,
    /// A Deny statement for them.
    pub(crate) denies_sign_in: bool,
}

impl Features {
    pub(crate) fn of(statements: &Statements) -> Features {
        let mut features = Features::default();
        for statement in statements {
            for pattern in statement.resource.iter().flat_map(|r| &r.values) {
                features.resource(&pattern.value);
            }
            if statement.effect.value == Effect::Allow {
                let expanded = |p: &Spanned<ResourcePattern>| p.value.shape == ResourceShape::Abbreviation;
                match &statement.resource {
                    Some(r) => features.expanded |= !r.negated && r.values.iter().any(expanded),
                    None => features.without_resource = true,
                }
            }
            statement.conditions.iter().for_each(|c| features.condition(c));
            features.principals(statement);
        }
        features
    }

    pub(crate) fn resource(&mut self, pattern: &ResourcePattern) {
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
            // The presence of a key does not depend on how many values it has.
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
        // A look into the tables takes longer than a search of a short list, and most keys occur repeatedly.
        let is_known = self.unlisted.iter().take(SHORT_LIST).any(|known| **known == *key);
        if !is_known && multiplicity(key).is_none() && !self.unlisted.iter().any(|known| **known == *key) {
            self.unlisted.push(key.into());
        }
    }

    fn principals(&mut self, statement: &Statement) {
        let for_sign_in = match statement.effect.value {
            Effect::Allow => &mut self.allows_sign_in,
            Effect::Deny => &mut self.denies_sign_in,
        };
        let Some(element) = &statement.principal else {
            *for_sign_in = true;
            return;
        };
        let signs_in =
            |p: &Principal| matches!(p.meaning, PrincipalMeaning::AwsAny | PrincipalMeaning::Federated(_));
        *for_sign_in |=
            element.negated || element.everyone || element.values.iter().any(|p| signs_in(&p.value));
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
