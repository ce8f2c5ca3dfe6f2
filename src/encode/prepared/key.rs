//! What the compilation of one statement depends on beside the statement.

use crate::encode::context::Context;
use crate::hash::TextSet;
use crate::policy::{PolicyType, Statement, mentioned_keys, variable_keys};

/// The part of a [`Context`] that matters to one statement. Under equal terms a statement is compiled to the same formula,
/// whatever other statements and documents the check has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CompileKey {
    policy_type: PolicyType,
    strict_arn: bool,
    pub(crate) aws_compat: bool,
    heuristics: bool,
    boundary: Option<bool>,
    allows_whole_resource: bool,
    is_about_all_resources: bool,
    /// Of the keys that the statement mentions, in order.
    elements: Vec<(Box<str>, u32)>,
    spelled_differently: Vec<Box<str>>,
    equalities: Vec<(Box<str>, Box<str>)>,
}

impl CompileKey {
    /// What a reading says of a statement of the document at this place.
    pub(crate) fn of(context: &Context<'_>, document: usize, statement: &Statement) -> CompileKey {
        // Most questions say nothing about any key.
        let says_nothing = context.elements.is_empty()
            && context.spelled_differently.is_empty()
            && context.equalities.is_empty();
        let mentioned: TextSet<&str> = match says_nothing {
            true => TextSet::default(),
            false => mentioned_keys(std::slice::from_ref(statement)).collect(),
        };
        let is_mentioned = |key: &str| mentioned.contains(key);
        let elements = context.elements.iter().filter(|(key, _)| is_mentioned(key));
        let spelled = context.spelled_differently.iter().filter(|key| is_mentioned(key));
        let equalities = context.equalities.iter().filter(|(a, b)| is_mentioned(a) && is_mentioned(b));
        let mut terms = CompileKey {
            policy_type: context.policy_type,
            strict_arn: context.strict_arn,
            aws_compat: context.aws_compat,
            heuristics: context.heuristics,
            boundary: context.boundary,
            allows_whole_resource: context.allows_whole_resource,
            is_about_all_resources: context.is_about_all_resources(document),
            elements: elements.map(|(key, count)| ((*key).into(), *count)).collect(),
            spelled_differently: spelled.map(|key| (*key).into()).collect(),
            equalities: equalities.map(|(a, b)| ((*a).into(), (*b).into())).collect(),
        };
        terms.elements.sort_unstable();
        terms.spelled_differently.sort_unstable();
        terms.equalities.sort_unstable();
        terms
    }

    /// The reading of a check of a document of this statement alone.
    pub(crate) fn context<'a>(&self, statement: &'a Statement) -> Context<'a> {
        let statements = std::slice::from_ref(statement);
        let names: Vec<&'a str> = mentioned_keys(statements).collect();
        let name = |key: &str| names.iter().copied().find(|name| *name == key);
        Context {
            policy_type: self.policy_type,
            strict_arn: self.strict_arn,
            aws_compat: self.aws_compat,
            heuristics: self.heuristics,
            boundary: self.boundary,
            resource_unconstrained: self.is_about_all_resources,
            allows_whole_resource: self.allows_whole_resource,
            demands: Vec::new(),
            elements: self.elements.iter().filter_map(|(key, count)| Some((name(key)?, *count))).collect(),
            spelled_differently: self.spelled_differently.iter().filter_map(|key| name(key)).collect(),
            variables: variable_keys(statements).collect(),
            equalities: self.equalities.iter().filter_map(|(a, b)| Some((name(a)?, name(b)?))).collect(),
        }
    }
}
