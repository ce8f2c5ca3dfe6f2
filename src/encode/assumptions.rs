//! The named assumptions that take part in an answer.

use crate::encode::context::Context;
use crate::encode::prepared::DocumentRef;
use crate::encode::prepared::features::Features;
use crate::policy::PolicyType;
use crate::query::Query;
use crate::request::{HEURISTICS, Heuristic};

/// A decided reading of something on which sources disagree; see `docs/trust.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Assumption(pub &'static str);

/// The decided readings that the documents of the query touch and the heuristics about the keys they mention, in alphabetical order.
pub fn assumptions(
    query: &Query<'_>,
    documents: &[DocumentRef<'_>],
    context: &Context<'_>,
    mentioned: &[&str],
) -> Vec<Assumption> {
    let mut found = Found::default();
    let mut listed = Features::default();
    for pattern in query.access().into_iter().flatten().flat_map(|entry| &entry.resources) {
        listed.resource(pattern);
    }
    found.touched(&listed, context);
    for document in documents {
        found.touched(&document.features(), context);
    }
    if context.heuristics {
        let has = |key: &str| mentioned.contains(&key);
        let takes_part = |h: &&Heuristic| match h.keys {
            [] => context.policy_type == PolicyType::Resource,
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
    fn touched(&mut self, touched: &Features, context: &Context<'_>) {
        let is_resource = context.policy_type == PolicyType::Resource;
        let whole = context.allows_whole_resource;
        let single = |key: &str| !context.is_multivalued(key);
        let names = [
            (touched.completed, "short-arns-are-completed"),
            (touched.wild_fields && !context.strict_arn, "resource-fields-do-not-cross-colons"),
            (touched.variables, "variable-values-are-literal"),
            (
                whole && (touched.expanded || touched.without_resource && !context.resource_unconstrained),
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
