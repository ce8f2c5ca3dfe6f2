//! The key of a compiled statement: everything that its compilation depends on beside the statement itself.

use crate::encode::context::Context;
use crate::hash::TextSet;
use crate::index::broken;
use crate::policy::{Effect, PrincipalForms, Statement, mentioned_keys, variable_keys};
use crate::query::Semantics;

/// The part of a [`Context`] on which one statement depends. Under equal keys a statement compiles to the same formula, whatever
/// other statements and documents the query has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CompileKey {
    pub(crate) semantics: Semantics,
    allows_whole_resource: bool,
    is_about_all_resources: bool,
    /// The forms of principals that count, for an Allow statement.
    forms: PrincipalForms,
    /// The numbers of elements of the keys that the statement mentions, in order.
    element_counts: Vec<(Box<str>, u32)>,
    spelled_differently: Vec<Box<str>>,
    equalities: Vec<(Box<str>, Box<str>)>,
}

impl CompileKey {
    /// Extracts from a context the part for a statement of the document with this index.
    pub(crate) fn of(context: &Context<'_>, document: usize, statement: &Statement) -> CompileKey {
        // The context of most queries has no entry for any key.
        let says_nothing = context.element_counts.is_empty()
            && context.spelled_differently.is_empty()
            && context.equalities.is_empty();
        let mentioned: TextSet<&str> = match says_nothing {
            true => TextSet::default(),
            false => mentioned_keys(std::iter::once(statement)).collect(),
        };
        let is_mentioned = |key: &str| mentioned.contains(key);
        let element_counts = context.element_counts.iter().filter(|(key, _)| is_mentioned(key));
        let spelled = context.spelled_differently.iter().filter(|key| is_mentioned(key));
        let equalities = context.equalities.iter().filter(|(a, b)| is_mentioned(a) && is_mentioned(b));
        let mut key = CompileKey {
            semantics: context.semantics,
            allows_whole_resource: context.allows_whole_resource,
            is_about_all_resources: context.is_about_all_resources(document),
            forms: match statement.effect.value {
                Effect::Allow => context.forms(document),
                Effect::Deny => PrincipalForms::All,
            },
            element_counts: element_counts.map(|(key, count)| ((*key).into(), *count)).collect(),
            spelled_differently: spelled.map(|key| (*key).into()).collect(),
            equalities: equalities.map(|(a, b)| ((*a).into(), (*b).into())).collect(),
        };
        key.element_counts.sort_unstable();
        key.spelled_differently.sort_unstable();
        key
    }

    /// Returns the context of a query whose only statement is this one.
    pub(crate) fn context<'a>(&self, statement: &'a Statement) -> Context<'a> {
        let names: Vec<&'a str> = mentioned_keys(std::iter::once(statement)).collect();
        let name = |key: &str| match names.iter().copied().find(|name| *name == key) {
            Some(name) => name,
            None => broken("a statement mentions the keys of its compile key"),
        };
        Context {
            semantics: self.semantics,
            resource_unconstrained: self.is_about_all_resources,
            allows_whole_resource: self.allows_whole_resource,
            scopes: Vec::new(),
            forms: vec![self.forms],
            element_counts: self.element_counts.iter().map(|(key, count)| (name(key), *count)).collect(),
            // Only the assumptions of a whole query depend on it.
            catalogued: std::iter::empty().collect(),
            spelled_differently: self.spelled_differently.iter().map(|key| name(key)).collect(),
            variables: variable_keys(std::iter::once(statement)).collect(),
            equalities: self.equalities.iter().map(|(a, b)| (name(a), name(b))).collect(),
        }
    }
}
